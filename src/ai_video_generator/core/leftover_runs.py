"""Which runs live in a work folder, which were killed, and whose passes are whose."""

from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.core.folder_lock import is_held
from ai_video_generator.core.job_folder import read_note
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.leftover_names import ALONE, RUNNING, UNFINISHED
from ai_video_generator.core.leftovers import entries, plain_files
from ai_video_generator.media.files import mark_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Runs:
    """Who runs just now.

    Attributes:
        living: Marks of runs that live.
        dead: Marks of runs that were killed.
        jobs: Digests of the jobs of those that live.
        all_in_use: Whether everything may be needed: locks do not work here, or a run has not yet
            told what it needs.
    """

    living: frozenset[str] = frozenset()
    dead: frozenset[str] = frozenset()
    jobs: frozenset[str] = frozenset()
    all_in_use: bool = False


UNKNOWN_RUNS = Runs(all_in_use=True)
"""Where it cannot be known who runs."""


def runs_of(work: Path) -> Runs:
    """Look who runs, while none can begin or end."""
    if not is_held(work / "lock"):
        return UNKNOWN_RUNS  # we hold it: this file system knows no locks
    running = {path for path, _ in plain_files(work / "running") if RUNNING.fullmatch(path.name)}
    locks = [path for path in running if path.suffix == ".lock"]
    living = frozenset(path.stem for path in locks if is_held(path))
    jobs: set[str] = set()
    all_told = True
    for mark in living:
        note = read_note(work / "running" / f"{mark}.json")
        told = note.get("jobs") if isinstance(note, dict) else None
        own = {str(one) for one in told} if isinstance(told, list) else set()
        jobs |= own
        all_told = all_told and bool(own)
    readable = all(JobManifest.read(work / "jobs" / f"{digest}.json") for digest in jobs)
    return Runs(
        living=living,
        dead=frozenset(_marks(work) | {path.stem for path in running}) - living,
        jobs=frozenset(jobs),
        all_in_use=not (all_told and readable),
    )


def _marks(work: Path) -> set[str]:
    """Marks in the names of what is not finished."""
    found = {match[1] for entry in entries(work) if (match := ALONE.fullmatch(entry.name))}
    for name in ("chunks", "jobs", "running"):
        files = (path for path, _ in plain_files(work / name))
        found |= {mark_of(path) for path in files if UNFINISHED.fullmatch(path.name)}
    return found
