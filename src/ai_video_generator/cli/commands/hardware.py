"""``aivg hardware``: what this machine is, and what that means."""

from typing import Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console


def hardware(
    *,
    json: Annotated[bool, Parameter(negative="")] = False,
    watch: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Show what this machine has, and what the program will make on it.

    Args:
        json: Print the facts as one JSON document; with --watch one a line.
        watch: Show load, memory, temperature and power once a second, until Ctrl-C.
    """
    if watch:
        from ai_video_generator.cli import hardware_watch

        hardware_watch.watch(as_json=json)
        return

    from ai_video_generator.core.encoders_here import with_encoders
    from ai_video_generator.hardware.hardware_detector import HardwareDetector

    facts = with_encoders(HardwareDetector().detect())
    if json:
        console.answer_json(facts)
        return
    from ai_video_generator.cli.hardware_panel import machine_panel

    console.answer(machine_panel(facts))
    for sentence in facts.notes:
        console.answer(sentence)


COMMAND = hardware
