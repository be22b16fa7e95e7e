"""What jobs leave in the cache folder: finished passes, prompts, and what killed runs left."""

import json
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from os import stat_result
from pathlib import Path

from ai_video_generator.core.job_folder import KEPT_S, alone_in, read_note
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.leftover_names import (
    APPEARING,
    CHUNK,
    CLOUD,
    MANIFEST,
    PROMPT,
    UNFINISHED,
    is_named,
)
from ai_video_generator.core.leftover_runs import UNKNOWN_RUNS, Runs, runs_of
from ai_video_generator.core.leftovers import (
    Kind,
    Leftover,
    drop_files,
    plain_files,
    size_bytes,
    tree_files,
)
from ai_video_generator.errors import AIVideoError
from ai_video_generator.media.files import unfinished_files
from ai_video_generator.media.timeline import clock_text

_MATROSKA = b"\x1a\x45\xdf\xa3"
# Begins every file of this kind (RFC 8794, EBML).

_States = Mapping[Path, stat_result]


class JobSource:
    """Finds what jobs left.

    Args:
        cache: The cache folder.
    """

    def __init__(self, cache: Path) -> None:
        self._cache, self._work = cache, cache / "work"
        self._is_alone = False

    @property
    def _is_there(self) -> bool:
        return self._work.is_dir() and not self._work.is_symlink()

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No run begins or ends meanwhile."""
        if not self._is_there:
            yield
            return
        with alone_in(self._work):
            self._is_alone = True
            try:
                yield
            finally:
                self._is_alone = False

    def found(self, now_s: float) -> Iterator[Leftover]:
        """Passes by job, prompts, and temporary files by run."""
        runs = self._runs() if self._is_there else Runs()
        yield from self._prompts(in_use=runs.all_in_use or bool(runs.living))
        if self._is_there:
            yield from self._passes(runs, now_s)
            yield from self._answers(runs, now_s)
            yield from self._temporary(runs, now_s)

    def drop(self, leftover: Leftover) -> int:
        """Remove one."""
        return drop_files(leftover)

    def _runs(self) -> Runs:
        """Look who runs; all is in use where that cannot be known."""
        try:
            if self._is_alone:
                return runs_of(self._work)
            with alone_in(self._work):
                return runs_of(self._work)
        except (OSError, AIVideoError):
            return UNKNOWN_RUNS

    def _passes(self, runs: Runs, now_s: float) -> Iterator[Leftover]:
        """Passes of each job; one that several jobs share is counted to the one begun last."""
        jobs = {
            path: (job, state)
            for path, state in plain_files(self._work / "jobs")
            if MANIFEST.fullmatch(path.name) and (job := JobManifest.read(path)) is not None
        }
        needed = {
            name for path, (job, _) in jobs.items() if path.stem in runs.jobs for name in job.chunks
        }
        free: dict[Path, stat_result] = {}
        used: dict[Path, stat_result] = {}
        for path, state in plain_files(self._work / "chunks"):
            if CHUNK.fullmatch(path.name):
                is_used = runs.all_in_use or path.name.partition(".")[0] in needed
                (used if is_used else free)[path] = state
        for path in [path for path in free if _is_damaged(path)]:
            what = "finished frames that cannot be read"
            yield _passes(path, {path: free.pop(path)}, what, is_worthless=True)
        for path, (job, state) in sorted(jobs.items(), key=lambda one: -one[1][1].st_mtime):
            in_use = runs.all_in_use or path.stem in runs.jobs
            own = _taken(used if in_use else free, set(job.chunks)) | {path: state}
            what = f"{job.output}, {clock_text(job.duration_s)} at {job.size} by {job.model}"
            last_s = max(one.st_mtime for one in own.values())
            old = now_s - last_s > KEPT_S
            yield _passes(path, own, what, in_use=in_use, is_worthless=old and not in_use)
        for path, state in (free | used).items():
            what = "finished frames of a job that is not known"
            old = now_s - state.st_mtime > KEPT_S
            yield _passes(path, {path: state}, what, in_use=path in used, is_worthless=old)

    def _answers(self, runs: Runs, now_s: float) -> Iterator[Leftover]:
        """Each request to a cloud with its answer: both were paid for."""
        found: dict[str, dict[Path, stat_result]] = {}
        for path, state in plain_files(self._work / "clouds"):
            if CLOUD.fullmatch(path.name):
                found.setdefault(path.stem, {})[path] = state
        in_use = runs.all_in_use or bool(runs.living)
        for files in found.values():
            last_s = max(state.st_mtime for state in files.values())
            yield _passes(
                min(files),
                files,
                "a request to a cloud, and its answer",
                in_use=in_use,
                is_worthless=now_s - last_s > KEPT_S,
            )

    def _prompts(self, *, in_use: bool) -> Iterator[Leftover]:
        for path, state in plain_files(self._cache / "prompts"):
            if PROMPT.fullmatch(path.name):
                yield Leftover(
                    kind=Kind.PROMPTS,
                    path=path,
                    size_bytes=state.st_size,
                    used_s=max(state.st_mtime, state.st_atime),
                    what="a prompt as a model's text encoder reads it",
                    in_use=in_use,
                )

    def _temporary(self, runs: Runs, now_s: float) -> Iterator[Leftover]:
        """What each killed run left, here and beside the video that it was making."""
        for mark in sorted(runs.dead):
            files = list(self._unfinished(mark))
            if _is_own_store(alone := self._work / f"alone-{mark}"):
                files.append(alone)
            lock = self._work / "running" / f"{mark}.lock"
            note = lock.with_suffix(".json")
            output = _output_folder(note)
            # A disk that is unplugged just now may hold something yet, of which the note tells.
            is_told = output is None or output.is_dir() or now_s - _changed_s(note) > KEPT_S
            files += [path for path in (note, lock) if is_told and path.is_file()]
            if files:
                yield Leftover(
                    kind=Kind.TEMPORARY,
                    path=lock,
                    size_bytes=sum(map(size_bytes, files)),
                    used_s=max(map(_changed_s, files)),
                    what="left by a run that was killed" + (f", {str(output)!r}" if output else ""),
                    is_worthless=True,
                    files=tuple(files),
                )

    def _unfinished(self, mark: str) -> Iterator[Path]:
        """Unfinished files of a run; all have its mark in their names."""
        folders = [self._work / name for name in ("chunks", "jobs", "running")]
        folders = [folder for folder in folders if not folder.is_symlink()]
        if output := _output_folder(self._work / "running" / f"{mark}.json"):
            folders.append(output)
        for path in (path for folder in folders for path in unfinished_files(folder, mark)):
            if UNFINISHED.fullmatch(path.name) and path.is_file() and not path.is_symlink():
                yield path


def _passes(
    path: Path, files: _States, what: str, *, in_use: bool = False, is_worthless: bool = False
) -> Leftover:
    return Leftover(
        kind=Kind.PASSES,
        path=path,
        size_bytes=sum(state.st_size for state in files.values()),
        used_s=max(state.st_mtime for state in files.values()),
        what=what,
        in_use=in_use,
        is_worthless=is_worthless and not in_use,
        files=tuple(files),
    )


def _taken(files: dict[Path, stat_result], names: Collection[str]) -> dict[Path, stat_result]:
    """Files of these chunks, which are no longer among the others then."""
    return {path: files.pop(path) for path in list(files) if path.name.partition(".")[0] in names}


def _is_own_store(folder: Path) -> bool:
    """Whether a folder is there, is no link, and holds nothing but what a run puts there."""
    names = (path.name for path, _ in tree_files(folder))
    is_there = folder.is_dir() and not folder.is_symlink()
    return is_there and all(is_named(name, (CHUNK, UNFINISHED, CLOUD, APPEARING)) for name in names)


def _is_damaged(path: Path) -> bool:
    """Whether a file is not even of its kind, as after a disk's failure; it is not read whole."""
    try:
        if path.suffix == ".json":
            return not isinstance(json.loads(path.read_bytes()), list)
        with path.open("rb") as file:
            return file.read(len(_MATROSKA)) != _MATROSKA
    except ValueError:
        return True
    except OSError:
        return False


def _output_folder(note: Path) -> Path | None:
    told = read_note(note)
    folder = told.get("folder") if isinstance(told, dict) else None
    return Path(folder) if isinstance(folder, str) and folder else None


def _changed_s(path: Path) -> float:
    """When a file was written; 0 where there is none."""
    try:
        return path.lstat().st_mtime
    except OSError:
        return 0.0
