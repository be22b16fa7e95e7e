"""``aivg plan``: what would be made, what it would cost, and why."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console
from ai_video_generator.cli.files import told_apart
from ai_video_generator.cli.flags import JobFlags, settings_from

if TYPE_CHECKING:
    from ai_video_generator.hardware.facts import HardwareFacts
    from ai_video_generator.planning.plan import Ladder, Plan

_HERE = "this machine"

_Switch = Annotated[bool, Parameter(negative="")]


def plan(
    *files: Path,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    machine: str | None = None,
    compare: _Switch = False,
    time: _Switch = False,
    json: _Switch = False,
    flags: JobFlags = None,
) -> None:
    """Show what would be made from these files, what it would cost, and why; make nothing.

    aivg plan photo.jpg song.mp3

    aivg plan photo.jpg song.mp3 --machine rtx_4090

    Args:
        files: One picture or more, and one sound.
        output: The video; only its ending matters, which says the file type.
        machine: Plan for another machine: laptop, rtx_4060, rtx_4070, rtx_4090, h100,
            macbook_m4_max, or a file that aivg hardware --json wrote there.
        compare: Show the same job on this machine and on all of those.
        time: Say only how long it will take.
        json: Print one JSON document.
        flags: Options of the job.
    """
    from ai_video_generator.cli.generator import rated_generator
    from ai_video_generator.config.machines import machine_named, typical_machines

    pictures, sound = told_apart(files)
    settings = settings_from(flags)
    generator = rated_generator(settings)
    others = [machine] if machine else typical_machines() if compare else []
    machines = {name: machine_named(name) for name in others}
    if compare or not machines:
        machines = {_HERE: generator.facts, **machines}
    ladders = generator.ladders(
        pictures,
        sound,
        output,
        machines={name: None if name == _HERE else machines[name] for name in machines},
    )
    if compare:
        _compare(machines, ladders, json=json)
        return
    ((name, judged),) = ladders.items()
    if json:
        console.answer_json({**_parts(judged), "facts": machines[name]})
    elif time:
        console.answer(_time_text(judged.best))
    else:
        _tell(judged, machines[name], name)


def _parts(judged: "Ladder") -> dict[str, object]:
    return {
        "plan": judged.best,
        "ladder": judged.plans[1:],
        "rejections": judged.rejections,
    }


def _compare(
    machines: Mapping[str, "HardwareFacts"], ladders: Mapping[str, "Ladder"], *, json: bool
) -> None:
    from ai_video_generator.cli.plan_tables import comparison_table

    if json:
        console.answer_json({name: _parts(ladders[name]) for name in ladders})
    else:
        plans = {name: (machines[name], ladders[name].best) for name in ladders}
        console.answer(comparison_table(plans))


def _tell(judged: "Ladder", facts: "HardwareFacts", machine: str) -> None:
    from ai_video_generator.cli.plan_tables import (
        cost_line,
        ladder_table,
        machine_line,
        reasons_table,
        rejections_table,
    )

    console.answer(f"On {machine} ({machine_line(facts)}):")
    console.answer(reasons_table(judged.best))
    console.answer(cost_line(judged.best))
    if judged.rejections:
        console.answer(rejections_table(judged))
    if len(judged.plans) > 1:
        console.answer(ladder_table(judged))


def _time_text(plan: "Plan") -> str:
    from ai_video_generator.cli.plan_tables import time_text

    return time_text(plan)


COMMAND = plan
