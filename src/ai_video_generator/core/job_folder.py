"""Where finished passes wait for as long as they are worth it, whatever becomes of the job.

All jobs share one store of chunks that are named by what they show, so that nothing has to be
moved, locked or given over: a job that goes on, one whose storyboard was edited, and two that run
at once find what any of them has made. Beside it every job has a manifest, and every run a lock
that the system gives back when it ends, however it ends; by these the next run knows what is in
use, and what was left lying by one that was killed.

    work/lock                   held while runs begin, end, and clear up
    work/chunks/                the store
    work/jobs/<digest>.json     what a job is, and which chunks are its own
    work/running/<mark>.lock    held by a run while it lives
    work/running/<mark>.json    where its unfinished files are, and its jobs
    work/alone-<mark>/          the store of a run that neither takes nor leaves anything
    work/clouds/                requests to clouds, and what they gave; see models/_cloud_book
"""

import json
import logging
import secrets
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

from ai_video_generator.core.folder_lock import held, is_held, locked
from ai_video_generator.core.job_manifest import JobManifest
from ai_video_generator.core.pass_names import ShotPasses
from ai_video_generator.core.recipe import Recipe
from ai_video_generator.core.room import check_work_room, needed_work_bytes
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.errors import AIVideoError
from ai_video_generator.hardware.disks import disk_free_bytes
from ai_video_generator.media.files import appearing, flush_folder, unfinished_files

_log = logging.getLogger(__name__)

KEPT_BYTES = 10 * 10**9
"""What passes of all jobs may take, beside those of jobs that run: 45 000 frames of 1024x576 at
0.37 bytes a pixel (benchmarks/kills.py), more than an hour and a half of Stable Video Diffusion at
7 frames a second, in no more room than such a model takes."""

KEPT_S = 7 * 24 * 3600.0
"""How long passes are kept that nobody used: a week, in which a storyboard is edited or an
interrupted job is begun again."""

_MARK_BYTES = 8
# No two of a billion runs share it.


class JobFolder:
    """The part of the work folder that one run of a job uses; made by `job_folder`.

    Args:
        work: The work folder.
        mark: Name of this run, in those of its unfinished files.
        output: The video that it makes.
        alone: Whether it neither takes nor leaves finished passes.

    Attributes:
        mark: As given.
        store: Where finished passes are.
        made_count: Passes that an earlier run had made, of the plan that was begun last.
    """

    def __init__(self, work: Path, mark: str, output: Path, *, alone: bool) -> None:
        self._work, self.mark, self._output, self._alone = work, mark, output, alone
        self._folder = work / (f"alone-{mark}" if alone else "chunks")
        self.store = ChunkStore(self._folder, mark=mark)
        self.made_count = 0
        self._jobs: list[str] = []
        self._own: set[str] = set()

    @property
    def cache_folder(self) -> Path:
        """The cache folder, or what stands for it where it cannot be used."""
        return self._work.parent

    @property
    def cloud_folder(self) -> Path:
        """Where requests to clouds are written down; this run's own where it leaves nothing."""
        return self._folder / "clouds" if self._alone else self._work / "clouds"

    def begin(self, recipe: Recipe, planned: Sequence[ShotPasses]) -> None:
        """Write down that a plan's passes are about to be made, and see that there is room.

        Raises:
            DiskFullError: When they will not fit, even without what is kept for other jobs.
        """
        names = {name for shot in planned for name, _ in shot.passes}
        made_names = self._made(planned)
        self.made_count = len(made_names)
        if made_names:
            _log.warning("going on: %d of %d passes are already made", len(made_names), len(names))
        made_share = len(made_names) / len(names)
        needed = needed_work_bytes(recipe.plan, self._work, self._output, made_share)
        with alone_in(self._work):
            if not self._alone:
                manifest = JobManifest.of(recipe, self._output, self._own)
                self._jobs.append(manifest.digest)
                manifest.written(self._work / "jobs", mark=self.mark)
            self.tell_running()
            self._trim(lacking_bytes=needed - disk_free_bytes(self._work))
            check_work_room(needed, self._work, disk_free_bytes(self._work))

    def _made(self, planned: Sequence[ShotPasses]) -> set[str]:
        """Which of the passes need not be made, going by what is there; takes what serves."""
        there = {kept.name for kept in self.store.kept()}
        made = set()
        for shot in planned:
            names = {name for name, _ in shot.passes}
            listed = {name for name, _ in self.store.listed(shot.whole)}
            # Passes of another length, by a plan that had more memory, serve as well.
            made |= names if listed and listed <= there else names & there
            self._own |= {shot.whole, *names, *listed}
        return made

    def disown(self) -> None:
        """Remove the passes that were shown: what they showed was found wrong."""
        self.store.forget(self.store.used)

    def tell_running(self) -> None:
        """Write down where this run leaves unfinished files, and its jobs."""
        told = {"folder": str(self._output.absolute().parent), "jobs": self._jobs}
        path = self._work / "running" / f"{self.mark}.json"
        with appearing(path, overwrite=True, mark=self.mark) as temporary:
            temporary.write_text(json.dumps(told), encoding="utf-8")

    def ended(self) -> None:
        """Clear up at the end of the run, well or not; finished passes stay, within bounds."""
        if self._alone:
            shutil.rmtree(self._folder, ignore_errors=True)
        self._trim()
        (self._work / "running" / f"{self.mark}.json").unlink(missing_ok=True)

    def _trim(self, lacking_bytes: int = 0) -> None:
        """Remove passes that no run uses: old ones, and the oldest where they take too much."""
        shared, jobs = ChunkStore(self._work / "chunks"), self._work / "jobs"
        most_bytes = KEPT_BYTES
        if lacking_bytes > 0:
            kept_bytes = sum(kept.size_bytes for kept in shared.kept())
            most_bytes = min(most_bytes, max(0, kept_bytes - lacking_bytes))
        in_use = self._own | _in_use(self._work)
        shared.trim(most_bytes=most_bytes, used_after_s=time.time() - KEPT_S, keep=in_use)
        there = {kept.name for kept in shared.kept()} | in_use
        for manifest in JobManifest.all(jobs):
            if there.isdisjoint(manifest.chunks):
                manifest.removed(jobs)


@contextmanager
def job_folder(cache: Path, output: Path, *, resume: bool) -> Iterator[JobFolder]:
    """The work folder of one run of a job; what killed runs left is cleared away first.

    Args:
        cache: The cache folder. Where it cannot be used, one is made for this run alone.
        output: The video that is made.
        resume: Whether finished passes are taken from earlier runs, and left to later ones.
    """
    with ExitStack() as stack:
        try:
            folder = _begun(cache / "work", output, stack, alone=not resume)
        except (OSError, AIVideoError) as error:
            _log.warning("finished passes cannot be kept in %s: %s", cache, error)
            temporary = tempfile.TemporaryDirectory(prefix="aivg-", ignore_cleanup_errors=True)
            work = Path(stack.enter_context(temporary)) / "work"
            folder = _begun(work, output, stack, alone=True)
        yield folder


def _begun(work: Path, output: Path, stack: ExitStack, *, alone: bool) -> JobFolder:
    """Take part in a work folder until the stack is left."""
    for name in ("chunks", "jobs", "running"):
        (work / name).mkdir(parents=True, exist_ok=True)
    flush_folder(work)
    folder = JobFolder(work, secrets.token_hex(_MARK_BYTES), output, alone=alone)
    lock = work / "running" / f"{folder.mark}.lock"
    with alone_in(work):
        _clear_killed(work)
        stack.enter_context(held(lock))
        stack.callback(_unless_impossible, lambda: _end(work, folder))
        folder.tell_running()
    return folder


def _end(work: Path, folder: JobFolder) -> None:
    with alone_in(work):
        folder.ended()


def _unless_impossible(do: Callable[[], None]) -> None:
    """Clear up; what goes wrong then spoils no finished video."""
    try:
        do()
    except (OSError, AIVideoError) as error:
        _log.warning("the work folder cannot be cleared up: %s", error)


def alone_in(work: Path) -> Any:
    """Let no other run begin, end or clear up meanwhile; each takes a moment."""
    return locked(work / "lock", on_wait=lambda: None, check=lambda: None)


def _clear_killed(work: Path) -> None:
    """Remove what runs left that were killed: unfinished files here and beside their outputs.

    Nothing else is touched: each has its run's mark in its name. A folder that is not there just
    now, such as a disk that was unplugged, is looked at again the next time, for as long as passes
    are kept.
    """
    living = set()
    for lock in (work / "running").glob("*.lock"):
        mark = lock.stem
        if is_held(lock):
            living.add(mark)
        elif _cleared_beside_output(work / "running" / f"{mark}.json", mark):
            shutil.rmtree(work / f"alone-{mark}", ignore_errors=True)
            (work / "running" / f"{mark}.json").unlink(missing_ok=True)
            lock.unlink(missing_ok=True)
    for name in ("chunks", "jobs", "running"):
        ChunkStore(work / name).clear_unfinished(living)


def _cleared_beside_output(told: Path, mark: str) -> bool:
    """Whether nothing of a run is left in the folder of its output."""
    try:
        folder = Path(read_note(told)["folder"])
        if not folder.is_dir():
            return time.time() - told.stat().st_mtime > KEPT_S
        for path in unfinished_files(folder, mark):
            path.unlink(missing_ok=True)
    except (KeyError, TypeError, OSError) as error:
        _log.debug("nothing can be cleared of the run %s: %s", mark, error)
    return True


def _in_use(work: Path) -> set[str]:
    """Chunks of the jobs of all runs that live."""
    digests: set[str] = set()
    for lock in filter(is_held, (work / "running").glob("*.lock")):
        with suppress(KeyError, TypeError):
            digests.update(read_note(lock.with_suffix(".json"))["jobs"])
    manifests = (JobManifest.read(work / "jobs" / f"{digest}.json") for digest in digests)
    return {name for manifest in manifests if manifest for name in manifest.chunks}


def read_note(path: Path) -> Any:
    """What a run has told of itself; an empty mapping where nothing can be read."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
