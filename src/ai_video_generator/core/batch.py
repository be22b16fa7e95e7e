"""Many jobs, one after another: what is there is not made again, and a failure stops no other."""

import logging
import os
import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from itertools import zip_longest
from os import PathLike
from pathlib import Path
from typing import Any, Protocol

from ai_video_generator.config.settings import Settings
from ai_video_generator.core.batch_list import BatchJob
from ai_video_generator.core.loaded_models import loaded_as
from ai_video_generator.core.made_before import result_there
from ai_video_generator.core.result import Result
from ai_video_generator.errors import AIVideoError, CancelledError, InputError, OutputPathError
from ai_video_generator.planning.plan import Plan

_log = logging.getLogger(__name__)


class Maker(Protocol):
    """Makes single videos: `VideoGenerator`."""

    def settings_for(self, options: Mapping[str, object]) -> Settings:
        """Settings of a job that has options of its own."""

    def plan(
        self, images: Sequence[Path], audio: Path, output: Path | None = None, **options: Any
    ) -> Plan:
        """Decide everything and make nothing."""

    def rough_plan(self, images: Sequence[Path], audio: Path, output: Path, **options: Any) -> Plan:
        """Decide as well as can be told without looking at the pictures."""

    def generate(self, images: Sequence[Path], audio: Path, output: Path, **options: Any) -> Result:
        """Make one video."""

    def reading_ahead(self, images: Sequence[Path], audio: Path) -> AbstractContextManager[None]:
        """Read the inputs of the next job meanwhile."""

    def models_kept(self) -> AbstractContextManager[object]:
        """Keep models loaded from job to job."""


class BatchWatcher:
    """Is told how a batch goes; by itself it does nothing."""

    def surveyed(self, batch: "Batch") -> None:
        """All jobs are planned, or are known to need no work."""

    def begins(self, index: int) -> None:
        """A job is about to be made."""

    def ended(self, index: int, result: Result) -> None:
        """A job was made, was there already, or failed."""


class Batch:
    """Jobs that are carried out together.

    Args:
        maker: Makes each video.
        jobs: What to make.
        watcher: Is told how it goes.
        check: Called before each job is looked at; may raise to stop.

    Attributes:
        results: What became of each job that has ended, by its place among the jobs.
        plans: Plans of the jobs that are to be made, by their place.
    """

    def __init__(
        self,
        maker: Maker,
        jobs: Sequence[BatchJob],
        watcher: BatchWatcher | None = None,
        *,
        check: Callable[[], None] = lambda: None,
    ) -> None:
        self._check = check
        self._maker, self.jobs = maker, tuple(jobs)
        self._watcher = watcher or BatchWatcher()
        self.results: dict[int, Result] = {}
        self.plans: dict[int, Plan] = {}
        self._surveyed = False

    def survey(self, *, closely: bool = False) -> None:
        """Find what is there already and what cannot be made, and plan the rest; make nothing.

        Args:
            closely: Whether the pictures are looked at, too. It takes seconds for each, and changes
                the camera that is chosen, not the model that is loaded.

        Raises:
            CancelledError: When a stop was asked for.
        """
        makers: dict[str, int] = {}
        plan = self._maker.plan if closely else self._maker.rough_plan
        for index, job in enumerate(self.jobs):
            self._check()
            started_s = time.monotonic()
            try:
                if makers.setdefault(_same_file_key(job.output), index) != index:
                    self._end(index, _failed(job, _made_twice(job), started_s))
                elif there := self._result_there(job):
                    self._end(index, there)
                else:
                    self.plans[index] = plan(job.pictures, job.sound, job.output, **job.options)
            except Exception as error:  # noqa: BLE001  # the rest of an album must not suffer
                self._end(index, _failed(job, error, started_s))
        self._surveyed = True
        self._watcher.surveyed(self)

    def run(self) -> None:
        """Make what is to be made; those that load the same model one after another.

        Raises:
            CancelledError: When a stop was asked for; what was made stays.
        """
        with self._maker.models_kept():
            if not self._surveyed:
                self.survey()
            order = self.order()
            for index, following in zip_longest(order, order[1:]):
                job, started_s = self.jobs[index], time.monotonic()
                self._watcher.begins(index)
                try:
                    with self._ahead(following):
                        made = self._maker.generate(
                            job.pictures, job.sound, job.output, **job.options
                        )
                except Exception as error:  # noqa: BLE001  # the rest must not suffer
                    made = _failed(job, error, started_s)
                self._end(index, made)

    def _ahead(self, index: int | None) -> AbstractContextManager[None]:
        """Read what a job needs while another one is made; None when none follows."""
        if index is None:
            return nullcontext()
        return self._maker.reading_ahead(self.jobs[index].pictures, self.jobs[index].sound)

    def order(self) -> list[int]:
        """Places of the jobs to make, in the order in which they are made.

        Models are loaded in the order in which jobs ask for them first.
        """
        first: dict[Hashable, int] = {}
        keys = {index: self._load_key(index) for index in sorted(self.plans)}
        for index, key in keys.items():
            first.setdefault(key, index)
        return sorted(keys, key=lambda index: (first[keys[index]], index))

    def _load_key(self, index: int) -> Hashable:
        """What is loaded for a job."""
        options = self._maker.settings_for(self.jobs[index].options).asked_model_options
        return loaded_as(self.plans[index]), tuple(sorted(options.items()))

    def _result_there(self, job: BatchJob) -> Result | None:
        """The result of a job whose file is there already."""
        settings = self._maker.settings_for(job.options)
        return result_there(job.pictures, job.sound, job.output, settings)

    def _end(self, index: int, result: Result) -> None:
        self.results[index] = result
        self._watcher.ended(index, result)


def batch_results(
    maker: Maker, inputs: Sequence[Mapping[str, Any]], *, check: Callable[[], None] = lambda: None
) -> list[Result]:
    """Make the videos of a batch; see `VideoGenerator.generate_batch`.

    Raises:
        CancelledError: When a stop was asked for.
    """
    jobs: dict[int, BatchJob] = {}
    found: dict[int, Result] = {}
    for index, entry in enumerate(inputs):
        started_s = time.monotonic()
        try:
            jobs[index] = _job_of(entry)
        except Exception as error:  # noqa: BLE001  # the rest must not suffer
            found[index] = _failed(entry, error, started_s)
    batch = Batch(maker, list(jobs.values()), check=check)
    batch.run()
    found |= {index: batch.results[place] for place, index in enumerate(jobs)}
    return [found[index] for index in range(len(inputs))]


def _job_of(entry: Mapping[str, Any]) -> BatchJob:
    options = dict(entry)
    missing = {"image", "audio"} - options.keys()
    if missing:
        raise InputError(
            f"an input of the batch lacks {' and '.join(sorted(missing))}",
            hint='write each as {"image": ..., "audio": ..., "output": ...}',
        )
    image, sound = options.pop("image"), Path(options.pop("audio"))
    images = [image] if isinstance(image, (str, PathLike)) else image
    return BatchJob(
        pictures=tuple(map(Path, images)),
        sound=sound,
        output=Path(options.pop("output", sound.with_suffix(".mp4").name)),
        options=options,
    )


def _failed(what: object, error: Exception, started_s: float) -> Result:
    """What became of a job that failed.

    Raises:
        CancelledError: When that is why it ended.
    """
    if isinstance(error, CancelledError):
        raise error
    if isinstance(error, AIVideoError):
        _log.info("%s failed", what, exc_info=error)
    else:
        _log.error("%s failed", what, exc_info=error)
        error = AIVideoError(f"unexpected {type(error).__name__}: {error}")
    seconds = time.monotonic() - started_s
    return Result(
        path=None, attempts=error.attempts, seconds=seconds, error=error, stages=error.stages
    )


def _made_twice(job: BatchJob) -> OutputPathError:
    return OutputPathError(
        f"{str(job.output)!r} is made by an earlier job of this batch",
        hint="give each video a name of its own",
    )


def _same_file_key(path: Path) -> str:
    return os.path.normcase(os.path.realpath(path))
