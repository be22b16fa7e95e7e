"""The tables of docs/hardware_requirements.md, from the configuration and the benchmarks."""

import json
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any

from ai_video_generator.config import hardware_config as limits
from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.config.hardware_config import FLOORS, Target, cap, time_budget
from ai_video_generator.config.machines import machine_named, typical_machines
from ai_video_generator.hardware import tiers
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import clock_text, rate_text
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.request import Request

_BENCHMARKS = Path(__file__).parent.parent / "benchmarks"
_GIB = 2**30
_PHOTO, _SOUND_S = Resolution(6000, 4000), Fraction(180)
# What the tables plan: a photo of today's cameras, and a song.


def tables() -> dict[str, str]:
    """All tables, by the name of the place that they stand in."""
    return {
        "tiers": _tiers(),
        "qualities": _qualities(),
        "machines": _machines(),
        "memory": _memory(),
        "margins": _margins(),
    }


def _tiers() -> str:
    ultra, middle, medium = (
        f"{count / _GIB:.1f} GiB"
        for count in (tiers.ULTRA_BYTES, tiers.MIDDLE_BYTES, tiers.MEDIUM_BYTES)
    )
    fast = f"{tiers.FAST_TERAFLOPS:.0f} teraflops"
    machines = {
        Tier.LOW: f"no GPU, one that shares the RAM, or less than {medium}",
        Tier.MEDIUM: f"{medium} and more; from {middle} on where it has less than {fast}",
        Tier.HIGH: f"{middle} to {ultra} and at least {fast}",
        Tier.ULTRA: f"{ultra} and more",
    }
    examples = {
        Tier.LOW: "laptops, GTX 1650, RTX 2060, Apple M1 to M4, Raspberry Pi",
        Tier.MEDIUM: "RTX 3070, 4060; 3060 12 GB, 2080 Ti, T4",
        Tier.HIGH: "RTX 3080 10 GB, 4070, 4080 laptop",
        Tier.ULTRA: "RTX 4080, 4090 and its laptop, 5060 Ti 16 GB; A100, H100",
    }
    return _table(
        ("tier", "GPU memory", "such as", "at least", "at most, unasked"),
        (
            (tier, machines[tier], examples[tier], _target(FLOORS[tier]), _target(_cap(tier)))
            for tier in Tier
        ),
    )


def _qualities() -> str:
    return _table(
        ("`--quality`", "camera, times the sound", "model on a GPU, times the sound", "goes up to"),
        (
            (
                f"`{quality}`",
                _budgets(time_budget(quality, tier) for tier in Tier),
                _budgets([limits.model_budget(quality)]),
                "by tier, as above" if quality is Quality.AUTO else _target(cap(quality, Tier.LOW)),
            )
            for quality in (
                Quality.BASIC,
                Quality.MEDIUM,
                Quality.AUTO,
                Quality.HIGH,
                Quality.MAXIMUM,
            )
        ),
    )


def _machines() -> str:
    """What the planner chooses on the release's typical machines."""
    specs = [BACKENDS.load(name).spec for name in BACKENDS.names()]
    asked = Request(picture_sizes=(_PHOTO,), sound_duration_s=_SOUND_S, container="mp4")
    rows = []
    for name in typical_machines():
        facts = machine_named(name)
        plan = candidates(asked, facts, specs).best
        gpu = facts.accelerators[0].name if facts.accelerators else "none"
        estimate = plan.estimate
        rows.append(
            (
                f"`{name}`",
                gpu,
                machine_tier(facts),
                f"{plan.output_size} at {rate_text(plan.timeline.frame_rate)}",
                plan.encoder.name,
                f"{clock_text(estimate.seconds_low)} to {clock_text(estimate.seconds_high)}",
            )
        )
    order = list(Tier)
    rows.sort(key=lambda row: (order.index(Tier(row[2])), row[0]))
    return _table(("machine", "GPU", "tier", "video", "encoder", "time"), rows)


def _memory() -> str:
    results: Mapping[str, Any] = _results("memory")
    return _table(
        ("video", "peak memory, measured"),
        (
            (f"{one['size']} at {one['frame_rate']}", f"{one['peak_bytes'] / 1e6:.0f} MB")
            for one in results["by_size"]
        ),
    )


def _margins() -> str:
    least = limits.DEVICE_MARGIN_BYTES // 2**20
    return _table(
        ("what", "kept free"),
        (
            ("RAM", f"{1 - limits.RAM_SHARE:.0%} of what is free when the plan is made"),
            (
                "GPU memory",
                f"{limits.DEVICE_MARGIN_SHARE:.0%} of it, at least {least} MiB; `--reserve-vram`",
            ),
            ("time", f"{limits.TIME_MARGIN:.0%} of what is allowed"),
        ),
    )


def _cap(tier: Tier) -> Target:
    return cap(Quality.AUTO, tier)


def _target(target: Target) -> str:
    return f"{target.size} at {rate_text(target.frame_rate)}"


def _budgets(budgets: Iterable[float | None]) -> str:
    """One number where all are the same, else the least and the most."""
    found = {"no limit" if budget is None else f"{budget:g}" for budget in budgets}
    return " to ".join(sorted(found))


def _results(name: str) -> Any:
    return json.loads((_BENCHMARKS / f"{name}.json").read_text(encoding="utf-8"))["results"]


def _table(header: Sequence[str], rows: Iterable[Sequence[object]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)
