"""What helps to find out why a job went wrong, in one file that tells nothing of its person."""

import json
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ai_video_generator import __version__
from ai_video_generator.config.settings import LoadedSettings
from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import EventKind, JobRequest, JobState, options_of
from ai_video_generator.jobs.log_part import log_part
from ai_video_generator.jobs.past_jobs import past_jobs
from ai_video_generator.jobs.private_words import Owner, own_weights, private_words
from ai_video_generator.jobs.redaction import Redactor
from ai_video_generator.jobs.report_facts import shown_settings, versions
from ai_video_generator.jobs.story import JobStory, story_of
from ai_video_generator.media.files import appearing

_FACTS: TypeAdapter[HardwareFacts] = TypeAdapter(HardwareFacts)
_ZIP_DATE = (1980, 1, 1, 0, 0, 0)
# The oldest that the format knows: when a report was put together is nobody's matter.

_NEAR_S, _MOST_OTHERS = 3600.0, 200
# Names in the log are those of jobs about the same time; each costs time for each line.

_WORDS = """What went wrong with a job of AI Video Generator {version}.

{list}

Names of files are replaced (picture-1.jpg, sound.mp3, video.mp4, other-1.jpg); HOME, FOLDER, USER,
COMPUTER, PATH, ADDRESS and SECRET stand for what was private. Prompts and notes are told by their
length. No picture, sound, preview or environment variable is in it.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportPart:
    """One file of a report.

    Attributes:
        name: Its name.
        holds: What is in it, a few words.
        content: Its bytes, UTF-8.
    """

    name: str
    holds: str
    content: bytes


def report_parts(
    database: Database,
    job_id: int,
    *,
    owner: Owner,
    facts: HardwareFacts,
    settings: LoadedSettings,
    log: Path | None,
    folders: tuple[Path, ...] = (),
) -> list[ReportPart]:
    """What a report on a job is made of, all that is private taken out.

    Args:
        database: Where the jobs are.
        job_id: The job.
        owner: Whose machine it is.
        facts: The machine.
        settings: The settings, and where each is from.
        log: The newest log file; None where none is kept.
        folders: More folders whose paths are private.

    Raises:
        InputError: When there is no such job.
    """
    story = story_of(database, job_id)
    recipe = _recipe(story)
    names = _recipe_names(recipe) if recipe else {}
    spans = _spans(story)
    folders = (*folders, database.folder, settings.file.parent)
    present = story.job.request.model_copy(update={"options": options_of(settings.values)})
    others = [present, *_others(database, story, spans[0][0], spans[-1][1])]
    words = names | private_words(owner, story.job.request, others, folders)
    redactor = Redactor(words)
    document = story.document
    events, attempts = document.pop("events"), document.pop("attempts")
    if document["rating"] is not None:
        document["rating"]["note"] = f"({len(document['rating']['note'])} letters)"
    values = [
        ("job.json", "what was asked, where it stands, what came of it", document),
        ("attempts.json", "each plan that was tried, with its reasons and its error", attempts),
        ("events.json", "what happened when", events),
        ("machine.json", "what this machine is", _FACTS.dump_python(facts, mode="json")),
        ("settings.json", "settings, and where each is from", shown_settings(settings)),
        ("versions.json", "versions of packages and systems", versions()),
        *([("recipe.json", "what the video says of itself", recipe)] if recipe else []),
    ]
    parts = [
        ReportPart(name=name, holds=holds, content=_as_json(redactor.value(value)))
        for name, holds, value in values
    ]
    told = log_part(log, spans, redactor.value) if log else ""
    if told:
        content = told.encode(errors="replace")
        parts.append(ReportPart(name="log.txt", holds="the log of that time", content=content))
    return [_contents(parts), *parts]


def write_report(path: Path, parts: list[ReportPart]) -> None:
    """Put the parts into a zip file.

    Raises:
        OutputPathError: When the file is there, or cannot be written.
        DiskFullError: When there is no room left.
    """
    with (
        appearing(path, overwrite=False) as temporary,
        zipfile.ZipFile(temporary, "w", zipfile.ZIP_DEFLATED) as archive,
    ):
        for part in parts:
            info = zipfile.ZipInfo(part.name, _ZIP_DATE)
            info.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(info, part.content)


def _contents(parts: list[ReportPart]) -> ReportPart:
    lines = "\n".join(f"{part.name:<14} {part.holds}" for part in parts)
    text = _WORDS.format(version=__version__, list=lines)
    return ReportPart(name="README.txt", holds="what is in here", content=text.encode())


def _as_json(value: Any) -> bytes:
    text = json.dumps(value, indent=1, ensure_ascii=False)
    return f"{text}\n".encode(errors="replace")


def _spans(story: JobStory) -> list[tuple[float, float]]:
    """Begin and end of each of its runs, seconds since 1970; when it was asked for without one."""
    spans: list[tuple[float, float]] = []
    begin_s: float | None = None
    for event in story.events:
        if event.kind is not EventKind.STATE:
            continue
        if begin_s is not None:
            spans.append((begin_s, event.time_s))
        begin_s = event.time_s if event.values.get("state") == JobState.RUNNING else None
    if begin_s is not None:
        spans.append((begin_s, max(event.time_s for event in story.events)))
    return spans or [(story.job.created_s, story.job.created_s)]


def _others(database: Database, story: JobStory, begin_s: float, end_s: float) -> list[JobRequest]:
    """What else was asked for about that time: names of its files may be in the log."""
    jobs = [one.job for one in past_jobs(database)[0] if one.job.id != story.job.id]
    near = [
        job
        for job in jobs
        if job.created_s <= end_s + _NEAR_S
        and (job.ended_s is None or job.ended_s >= begin_s - _NEAR_S)
    ]
    near.sort(key=lambda job: abs(job.created_s - begin_s))
    return [job.request for job in near[:_MOST_OTHERS]]


def _recipe(story: JobStory) -> dict[str, Any] | None:
    """The recipe in the video, where there is one."""
    outcome = story.job.outcome
    if outcome is None or outcome.path is None or not outcome.path.is_file():
        return None
    try:
        return read_recipe(outcome.path).model_dump(mode="json")
    except AIVideoError:
        return None


def _recipe_names(recipe: dict[str, Any]) -> dict[str, str]:
    """Names of inputs as the recipe has them: they may have been renamed since."""
    own = ", ".join(f"{name}={value}" for name, value in recipe["model_options"].items())
    weights = enumerate(own_weights(own), start=1)
    inputs = [("sound", recipe["sound"])]
    inputs += [(f"picture-{n}", one) for n, one in enumerate(recipe["pictures"], start=1)]
    names = {one["name"]: f"{name}{Path(one['name']).suffix.lower()}" for name, one in inputs}
    return names | {path.name: f"file-{number}" for number, path in weights}
