"""The story of a job, as a person reads it: asked, planned, tried, measured, made."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from ai_video_generator.cli.history_tables import STATE_COLOURS, seconds_text, stars_text
from ai_video_generator.cli.job_times import second_text
from ai_video_generator.media.plain_text import harmless
from ai_video_generator.media.timeline import clock_text, rate_text

if TYPE_CHECKING:
    from rich.console import RenderableType
    from rich.table import Table
    from rich.text import Text

    from ai_video_generator.jobs.history import KeptAttempt
    from ai_video_generator.jobs.job import Event
    from ai_video_generator.jobs.measurements import Measurement
    from ai_video_generator.jobs.story import JobStory
    from ai_video_generator.planning.plan import Plan


def story_page(story: "JobStory") -> "Iterator[RenderableType]":
    """The parts of the page, one below the other."""
    yield _title(story)
    yield _pairs(_facts(story))
    yield _heading("What happened")
    yield _pairs(_happened(_told(story)))
    if story.attempts:
        yield _heading("Attempts")
        yield _pairs(_tried(story.attempts))
    for one in story.measurements:
        yield _heading(f"Where the time went{_run_text(one.run, story)}")
        yield _stages(one)
        yield from map(_plain, _machine_lines(one.peaks))
    if story.attempts:
        yield _heading("Why the plan was so")
        reasons = story.attempts[-1].plan.reasons
        yield _pairs((one.topic, f"{one.choice}: {one.because}") for one in reasons)


_VERBS = {"failed": "", "cancelled": "was ", "interrupted": "was "}
# A job "is" whatever else it is.


def _title(story: "JobStory") -> "Text":
    from rich.text import Text

    job = story.job
    verb = _VERBS.get(job.state.value, "is ")
    title = Text(f"Job {job.id} {verb}", "bold")
    title.append(job.state.value, STATE_COLOURS.get(job.state.value, ""))
    if job.wanted.value:
        title.append(f", and was asked to {job.wanted.value}")
    return title


def _facts(story: "JobStory") -> Iterator[tuple[str, str]]:
    job, request = story.job, story.job.request
    yield "asked", f"{second_text(job.created_s)}, {request.kind}, by {_SOURCES[job.source.value]}"
    for picture in request.pictures:
        yield "picture", str(picture)
    if request.sound is not None:
        yield "sound", str(request.sound)
    if request.video is not None:
        yield "again from", str(request.video)
    yield "video", str(request.output)
    for name, value in request.options.items():
        yield "option", f"{name} = {value}"
    if job.priority:
        yield "priority", str(job.priority)
    if job.run_count > 1:
        crashes = f", {job.crash_count} of them ended without a word" if job.crash_count else ""
        yield "begun", f"{job.run_count} times{crashes}"
    yield from _ended(story)


_SOURCES = {"queue": "the queue", "command": "a command", "batch": "a batch"}


def _ended(story: "JobStory") -> Iterator[tuple[str, str]]:
    from ai_video_generator.jobs.speed_plot import speed_text

    outcome = story.job.outcome
    if outcome is None:
        return
    if story.job.ended_s is not None:
        yield "ended", second_text(story.job.ended_s)
    if outcome.was_there:
        yield "took", "nothing: the same video was there already"
    elif story.took_s is not None:
        took = seconds_text(story.took_s)
        if story.made_s is not None:
            speed = float(story.attempts[-1].plan.timeline.duration_s) / story.took_s
            took += f", {speed_text(speed)} as fast as it plays"
        yield "took", took
    if story.made_s is not None:
        yield "foretold", _foretold(story.attempts[-1].plan, story)
    if outcome.error:
        yield "failed", f"{outcome.error_kind}: {outcome.error}".removeprefix(": ")
    if outcome.hint:
        yield "hint", outcome.hint
    if story.rating is not None:
        said = f" {story.rating.note}" if story.rating.note else ""
        yield "rating", f"{stars_text(story.rating.stars)}{said}"


def _foretold(plan: "Plan", story: "JobStory") -> str:
    estimate, made_s = plan.estimate, story.made_s or 0.0
    times = tuple(map(seconds_text, (estimate.seconds_low, estimate.seconds_high)))
    said = f"{seconds_text(estimate.seconds)} ({times[0]} to {times[1]}), {estimate.basis}"
    if story.job.run_count > 1 or estimate.seconds <= 0:
        return said
    return f"{said}; it took {made_s / estimate.seconds:.2f} times as long"


def _told(story: "JobStory") -> "Iterator[Event]":
    """What happened; where it stands only while it runs."""
    passing = {"progress", "preview"} if story.job.ended_s is not None else {"preview"}
    return (event for event in story.events if event.kind.value not in passing)


def _happened(events: "Iterable[Event]") -> Iterator[tuple[str, str]]:
    day = ""
    for event in events:
        date, time = second_text(event.time_s).split(" ")
        said = _EVENTS[event.kind.value](event.values)
        yield (time if date == day else f"{date} {time}"), said
        day = date


def _state_said(values: Mapping[str, Any]) -> str:
    parts = [values["state"]]
    if values.get("device"):
        parts.append(f"on {values['device']}")
    if values.get("was_there"):
        parts.append("(it was there already)")
    if values.get("error"):
        parts.append(f"({values['error']})")
    return " ".join(parts)


def _plan_said(values: Mapping[str, Any]) -> str:
    return (
        f"plan: {values['model']} on {values['device']}, {values['precision']}, "
        f"{values['frame_count']} frames of {values['size']}, {values['frame_rate']} a second, "
        f"about {seconds_text(values['seconds'])}"
    )


def _progress_said(values: Mapping[str, Any]) -> str:
    done = values.get("done", 0) + values.get("part", 0)
    share = f" {done / values['total']:.0%}" if values.get("total") else ""
    left = values.get("time_left_s")
    return f"{values['stage']}{share}" + (f", {clock_text(left)} left" if left else "")


_EVENTS: dict[str, Callable[[Mapping[str, Any]], str]] = {
    "state": _state_said,
    "plan": _plan_said,
    "progress": _progress_said,
    "attempt": lambda values: str(values.get("error", "")),
    "log": lambda values: f"{values.get('level', 'warning')}: {values.get('message', '')}",
}
"""How each kind of event is told."""


def _tried(attempts: "tuple[KeptAttempt, ...]") -> Iterator[tuple[str, str]]:
    from ai_video_generator.planning.fallback import changed

    before = None
    for attempt in attempts:
        plan = attempt.plan
        if before is not None and before.run == attempt.run:
            yield "", f"so it was tried with: {changed(before.plan, plan)}"
        verb = "failed after" if attempt.error_kind else "made it in"
        yield f"{attempt.number}", f"{_plan_text(plan)}; {verb} {seconds_text(attempt.seconds)}"
        if attempt.error_kind:
            yield "", f"{attempt.error_kind}: {attempt.error}"
        before = attempt


def _plan_text(plan: "Plan") -> str:
    line = plan.timeline
    drawn = ""
    if plan.render_size != plan.output_size or plan.render_rate != line.frame_rate:
        drawn = f" from {plan.render_size} at {rate_text(plan.render_rate)}"
    offload = "" if plan.offload.value == "none" else f", offload {plan.offload}"
    return (
        f"{plan.model} on {plan.device}, {plan.precision}{offload}, "
        f"{plan.output_size} at {rate_text(line.frame_rate)}{drawn}, {plan.encoder.name}"
    )


def _run_text(run: int, story: "JobStory") -> str:
    return f", run {run}" if story.job.run_count > 1 else ""


def _stages(one: "Measurement") -> "Table":
    from rich.table import Table

    whole = sum(stage.seconds for stage in one.stages) or 1.0
    table = Table.grid(padding=(0, 2))
    table.add_column()
    table.add_column(justify="right")
    table.add_column(justify="right")
    for stage in one.stages:
        table.add_row(
            _plain(stage.stage), seconds_text(stage.seconds), f"{stage.seconds / whole:.0%}"
        )
    return table


def _machine_lines(peaks: Mapping[str, Any]) -> Iterator[str]:
    """What the machine did, as far as it was looked at."""
    parts = []
    if peaks.get("mean_cpu_load") is not None:
        parts.append(f"processor {peaks['mean_cpu_load']:.0%} busy")
    if peaks.get("peak_own_ram_bytes"):
        parts.append(f"{peaks['peak_own_ram_bytes'] / 1e9:.1f} GB of memory at most")
    if parts:
        yield ", ".join(parts)
    for device in peaks.get("devices", []):
        parts = [f"{device['peak_used_bytes'] / 1e9:.1f} of {device['total_bytes'] / 1e9:.1f} GB"]
        for name, unit in (("peak_temperature_c", "°C"), ("peak_power_w", "W")):
            if device.get(name) is not None:
                parts.append(f"{device[name]:.0f} {unit}")
        if device.get("mean_load") is not None:
            parts.append(f"{device['mean_load']:.0%} busy")
        if device.get("throttled_s"):
            parts.append(f"slowed down for {seconds_text(device['throttled_s'])}")
        yield f"{device['name']}: {', '.join(parts)}"


def _heading(text: str) -> "Text":
    from rich.text import Text

    return Text(f"\n{text}", "bold")


def _pairs(rows: Iterable[tuple[str, str]]) -> "Table":
    from rich.table import Table

    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in rows:
        table.add_row(_plain(name, "dim"), _plain(value))
    return table


def _plain(text: str, style: str = "") -> "Text":
    """Text as it is: a name in brackets is no markup, and no letter moves the cursor."""
    from rich.text import Text

    return Text(harmless(text), style)
