"""What helps to find out why a job went wrong, in one file that tells nothing of its person."""

import json
import platform
import re
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter

from ai_video_generator import __version__
from ai_video_generator.config.settings import LoadedSettings
from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.jobs.database import Database
from ai_video_generator.jobs.job import EventKind, JobRequest
from ai_video_generator.jobs.log_part import log_part
from ai_video_generator.jobs.past_jobs import past_jobs
from ai_video_generator.jobs.private_words import Owner, private_words
from ai_video_generator.jobs.redaction import Redactor
from ai_video_generator.jobs.story import JobStory, story_of
from ai_video_generator.media.files import appearing

_PACKAGE = "ai-video-generator"
_FACTS: TypeAdapter[HardwareFacts] = TypeAdapter(HardwareFacts)
_LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "safetensors", "huggingface-hub")
# Those of the extras, which are looked at where they are installed.
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
    begin_s, end_s = _span(story)
    folders = (*folders, database.folder, settings.file.parent)
    words = names | private_words(
        owner, story.job.request, _others(database, story, begin_s, end_s), folders
    )
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
        ("settings.json", "settings, and where each is from", _settings(settings)),
        ("versions.json", "versions of packages and systems", _versions()),
        *([("recipe.json", "what the video says of itself", recipe)] if recipe else []),
    ]
    parts = [
        ReportPart(name=name, holds=holds, content=_as_json(redactor.value(value)))
        for name, holds, value in values
    ]
    told = log_part(log, begin_s, end_s, redactor.value) if log else ""
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


def _span(story: JobStory) -> tuple[float, float]:
    """When the job went, seconds since 1970."""
    begins = [
        event.time_s
        for event in story.events
        if event.kind is EventKind.STATE and event.values.get("state") == "running"
    ]
    begin_s = begins[0] if begins else story.job.created_s
    last_s = max((event.time_s for event in story.events), default=begin_s)
    return begin_s, max(last_s, story.job.ended_s or begin_s)


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
    inputs = [("sound", recipe["sound"])]
    inputs += [(f"picture-{n}", one) for n, one in enumerate(recipe["pictures"], start=1)]
    return {one["name"]: f"{name}{Path(one['name']).suffix.lower()}" for name, one in inputs}


def _settings(settings: LoadedSettings) -> dict[str, dict[str, str]]:
    """Each setting, and what kind of source it is from; of folders only whether one is chosen."""
    found = {}
    for name, value in settings.values:
        shown = "chosen" if isinstance(value, Path) else "auto" if value is None else str(value)
        if name in {"webhook", "on_done", "prompt", "negative_prompt"}:
            shown = "chosen" if value else ""
        found[name] = {"value": shown, "from": settings.sources.get(name, "default").split()[0]}
    return found


def _versions() -> dict[str, Any]:
    return {
        "program": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "packages": dict(_package_versions()),
    }


def _package_versions() -> Iterator[tuple[str, str]]:
    """Versions of the packages that this program asks for; others are nobody's matter."""
    try:
        asked = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        asked = []
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in asked}
    for name in sorted(names | set(_LIBRARIES)):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
