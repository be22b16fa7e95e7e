"""How long it takes to plan: many requests on each stored machine.

    python -m benchmarks.planning          # writes planning.json and planning.md

Five models, four of them networks, and on each machine 200 requests; of each the best plan is made.
Time of the processor in this process, the smallest of several rounds, because other programs only
ever add to it. The machines are those of the tests.
"""

import argparse
import sys
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from fractions import Fraction
from itertools import product

from benchmarks.common import ROOT, publish, table, verdict

sys.path.insert(0, str(ROOT / "tests"))

from corpus.machines import MACHINES, equipped, machine
from corpus.requests import MODELS, request

from ai_video_generator.config.choices import Quality
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.request import Request

_MACHINE_COUNT, _LIMIT_S = 60, 5.0
# Planning must be too quick to be noticed: half a millisecond of a job that takes minutes.


@dataclass(frozen=True, slots=True, kw_only=True)
class Planning:
    """Planning on some machines.

    Attributes:
        name: Which requests on which machines.
        machine_count: Machines.
        plan_count: Plans that were made.
        seconds: Time of the processor for all.
        limit_s: What it may take; None without a limit.
    """

    name: str
    machine_count: int
    plan_count: int
    seconds: float
    limit_s: float | None


def automatic_requests() -> list[Request]:
    """200 sounds, nothing else asked: what most people ask for, and the most to judge."""
    return [request(sound_duration_s=Fraction(5 * count)) for count in range(1, 201)]


def varied_requests() -> list[Request]:
    """200 requests of every kind: 5 qualities, 5 sizes, 4 lengths, 2 of 4 wishes in turn."""
    sizes = (
        None,
        Resolution(640, 360),
        Resolution(1280, 720),
        Resolution(1080, 1920),
        Resolution(3840, 2160),
    )
    lengths = tuple(map(Fraction, (5, 60, 240, 1800)))
    plain = [
        request(quality=quality, size=size, sound_duration_s=length)
        for quality, size, length in product(Quality, sizes, lengths)
    ]
    wishes: tuple[dict[str, object], ...] = (
        {"lowvram": True},
        {"time_limit_s": 120.0},
        {"container": "webm"},
        {"software_encoding": True},
    )
    return [
        *plain,
        *(replace(one, **wishes[place % len(wishes)]) for place, one in enumerate(plain)),  # type: ignore[arg-type]  # each value has its field's type
    ]


def planned(machines: Sequence[HardwareFacts], requests: Sequence[Request]) -> int:
    """Make the best plan of each request on each machine, and count the answers."""
    for facts, asked in product(machines, requests):
        with suppress(RequestImpossibleError):
            # 4K on a netbook is refused; that takes as long.
            _ = candidates(asked, facts, MODELS).best
    return len(machines) * len(requests)


def measured(rounds: int) -> list[Planning]:
    """Measure 60 machines and all, with either kind of requests."""
    machines = [equipped(machine(name)) for name in MACHINES]
    results = []
    kinds: tuple[tuple[str, Callable[[], list[Request]]], ...] = (
        ("nothing asked but a sound", automatic_requests),
        ("every kind of request", varied_requests),
    )
    for (name, requests), count in product(kinds, (_MACHINE_COUNT, len(machines))):
        asked = requests()
        times = []
        for _ in range(rounds):
            began_s = time.process_time()
            made = planned(machines[:count], asked)
            times.append(time.process_time() - began_s)
        results.append(
            Planning(
                name=f"{name}, {count} machines",
                machine_count=count,
                plan_count=made,
                seconds=min(times),
                limit_s=_LIMIT_S if count == _MACHINE_COUNT else None,
            )
        )
    return results


def main() -> None:
    """Measure and publish."""
    parser = argparse.ArgumentParser(description="how long it takes to plan")
    parser.add_argument("--rounds", type=int, default=5, help="times that all is planned")
    asked = parser.parse_args()
    results = measured(asked.rounds)
    rows = [
        (
            one.name,
            one.plan_count,
            f"{one.seconds:.2f}",
            f"{1e6 * one.seconds / one.plan_count:.0f}",
            "" if one.limit_s is None else f"{one.limit_s:.0f}",
            "" if one.limit_s is None else verdict(one.seconds, one.limit_s),
        )
        for one in results
    ]
    publish(
        "planning",
        title="How long it takes to plan",
        settings=vars(asked),
        results=results,
        text=table(("what", "plans", "CPU s", "CPU µs a plan", "limit s", "met"), rows),
    )


if __name__ == "__main__":
    main()
