"""One job in front of a person: progress, stopping, and what is said at the end."""

from collections.abc import Callable
from pathlib import Path

from ai_video_generator.cli import console
from ai_video_generator.cli.afterwards import announced
from ai_video_generator.cli.at_work import AtWork
from ai_video_generator.cli.generator import rated_generator
from ai_video_generator.cli.preview import PreviewChoice
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.announcement import made
from ai_video_generator.core.result import Result
from ai_video_generator.core.video_generator import VideoGenerator
from ai_video_generator.jobs.job import JobRequest, Source
from ai_video_generator.jobs.recorded import recorder
from ai_video_generator.media.timeline import clock_text, rate_text
from ai_video_generator.planning.cloud_cost import COST, LEAVING
from ai_video_generator.planning.plan import Plan

_TOLD = ("size", "frame rate", COST, LEAVING)
# What people ask about, and must know beforehand; `aivg plan` and `aivg show` tell all.


def run_job(
    job: Callable[[VideoGenerator], Result],
    *,
    request: JobRequest,
    settings: Settings,
    json: bool,
    preview: PreviewChoice | None = None,
    monitor: Path | None = None,
) -> None:
    """Do a job, and answer with the finished file.

    Args:
        job: What to do with the generator.
        request: The same, as it is written down.
        settings: Settings of this run.
        json: Whether the answer is the whole result as JSON, instead of the path alone.
        preview: Where previews are shown; None shows none.
        monitor: What the machine did is drawn into this file at the end; None draws nothing.

    Raises:
        CancelledError: When the person stopped it.
        AIVideoError: When it cannot be done.
    """
    display = console.ProgressDisplay(preview=preview)
    with (
        announced(settings, request.output.name) as tell,
        recorder(settings) as record,
        AtWork(settings, display, record, plot=monitor) as work,
    ):

        def plan(chosen: Plan) -> None:
            _open(chosen)
            record.planned(chosen)

        with record.job(request, Source.COMMAND):
            result = job(rated_generator(settings, work.tracker, plan))
            work.ended(result)
    tell(made(result))
    _close(result, work)
    if json:
        console.answer_json(
            {
                "path": result.path,
                "seconds": result.seconds,
                "sound_track": result.sound_track,
                "sound": result.sound,
                "plan": result.plan,
                "attempts": result.attempts,
                "stages": result.stages,
                "machine": work.recorder.telemetry().summary,
                "spent_usd": result.spent_usd,
            }
        )
    else:
        console.answer(result.path)


def _open(plan: Plan) -> None:
    """Say what will be made, and why so."""
    console.note(f"making {what_is_made(plan)}")
    for reason in plan.reasons:
        if reason.topic in _TOLD:
            console.note(f"{reason.topic}: {reason.because}")


def _close(result: Result, work: AtWork) -> None:
    """Say how the sound went in, what went wrong, what it took, and how fast it was."""
    plan = result.plan
    if plan is None:
        return
    for number, attempt in enumerate(result.attempts, start=1):
        if attempt.error is not None:
            tried = f"{attempt.plan.model} on {attempt.plan.device}, {attempt.plan.encoder.name}"
            console.note(f"attempt {number} ({tried}) failed: {attempt.error}")
    console.note(f"sound: {result.sound_track}")
    work.tell_peaks()
    if result.spent_usd:
        console.note(f"spent: {result.spent_usd:.2f} $")
    speed = float(plan.timeline.duration_s) / max(result.seconds, 1e-3)  # a clock may stand still
    console.note(f"done in {clock_text(result.seconds)}, {speed:.1f} x real time")


def plan_lines(plan: Plan) -> list[str]:
    """Say what will be made, what it will cost, and why."""
    estimate = plan.estimate
    cost = f"about {clock_text(estimate.seconds)} and {estimate.disk_bytes / 1e6:.1f} MB"
    reasons = (f"{reason.topic}: {reason.because}" for reason in plan.reasons)
    return [f"{what_is_made(plan)}: {cost}", *reasons]


def what_is_made(plan: Plan) -> str:
    """Size, rate, length and file type of what a plan makes."""
    line = plan.timeline
    return (
        f"{plan.output_size} at {rate_text(line.frame_rate)} frames/s, "
        f"{clock_text(float(line.duration_s))} long, {plan.encoder.codec} in {plan.container}"
    )
