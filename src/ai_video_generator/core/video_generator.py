"""The whole program in one class: inputs in, finished video out."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property
from os import PathLike
from pathlib import Path
from typing import Any

from ai_video_generator import __version__
from ai_video_generator.config.choices import Quality, SoundMode, Tier
from ai_video_generator.config.containers import container_named, container_of
from ai_video_generator.config.options import AUTO
from ai_video_generator.config.settings import Settings, changed_settings, load_settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.input_finder import InputFinder
from ai_video_generator.core.recipe import (
    InputFile,
    Recipe,
    library_versions,
    machine,
    read_recipe,
)
from ai_video_generator.core.rendering import Job, check_room, is_hardware, render
from ai_video_generator.core.result import Attempt, Result
from ai_video_generator.encoding.sound_track import SoundTrackChoice, choose_sound_track
from ai_video_generator.errors import AIVideoError, EncodingError, InputError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.processor import disk_free_bytes
from ai_video_generator.hardware.video_encoders import working_video_encoders
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.files import check_output, sha256
from ai_video_generator.media.image_file import picture_info
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.resolution import Resolution, parse_size
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.timeline import parse_frame_rate
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.encoder_choice import encoder_candidates
from ai_video_generator.planning.estimate import speed_key
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import plan as make_plan
from ai_video_generator.planning.request import Request
from ai_video_generator.progress_tracker import ProgressTracker

_log = logging.getLogger(__name__)

AnyPath = str | PathLike[str]

_SHORTEST_MEASURE_S = 2.0
# A job shorter than this says more about start-up than about speed.

_TYPICAL_PICTURE = Resolution(6000, 4000)
# A photo of today's cameras; what `get_estimated_time` assumes, as it is given none.


class VideoGenerator:
    """Makes a video from stills and a sound, exactly as long as the sound.

    Args:
        hardware_detector: Where facts about the machine come from; None asks this machine.
        hardware_tier: Plan as for "low", "medium", "high" or "ultra"; None asks the detector.
        model_preference: Name of the backend; None lets the planner choose.
        quality: "auto", "basic", "medium", "high" or "maximum"; None takes the settings' own.
        settings: Settings of all jobs; None reads the settings file and the environment.
        progress: Where progress is reported, and a stop comes from.

    Raises:
        SettingsError: When a setting is not allowed.

    Example:
        >>> VideoGenerator().generate_video("photo.jpg", "song.mp3", "video.mp4")  # doctest: +SKIP
        'video.mp4'
    """

    def __init__(
        self,
        hardware_detector: HardwareDetector | None = None,
        *,
        hardware_tier: str | Tier | None = None,
        model_preference: str | None = None,
        quality: str | Quality | None = None,
        settings: Settings | None = None,
        progress: ProgressTracker | None = None,
    ) -> None:
        preferences = {"tier": hardware_tier, "model": model_preference, "quality": quality}
        given = {name: value for name, value in preferences.items() if value is not None}
        self._settings = changed_settings(settings or load_settings().values, given)
        self._detector = hardware_detector or HardwareDetector()
        self._progress = progress or ProgressTracker()
        self._book = CacheBook(self._settings.cache_folder)

    @cached_property
    def facts(self) -> HardwareFacts:
        """What this machine is; asked once."""
        return self._detector.detect()

    def generate_video(
        self,
        image_path: AnyPath | Sequence[AnyPath],
        audio_path: AnyPath,
        output_path: AnyPath,
        **options: Any,
    ) -> str:
        """Make one video.

        Args:
            image_path: The picture, or several, shown in order.
            audio_path: The sound.
            output_path: The file to make; its extension says the file type.
            **options: Settings of this job, by name, as in ``size="720p"``.

        Returns:
            The path of the finished file.

        Raises:
            AIVideoError: Of the class that says what failed; no half-finished file is left.
        """
        return str(self.generate(_paths(image_path), audio_path, output_path, **options).path)

    def generate(
        self, images: Sequence[AnyPath], audio: AnyPath, output: AnyPath, **options: Any
    ) -> Result:
        """Make one video, and tell how it came to be; see `generate_video`."""
        started_s = time.monotonic()
        settings = changed_settings(self._settings, options)
        paths, audio, output = _paths(images), Path(audio), Path(output)
        container = container_of(output).name
        check_output(output, overwrite=settings.overwrite, inputs=(*paths, audio))
        pictures, sound = self._read(paths, audio)
        request = self._request(_sizes(pictures), sound.duration_s, container, settings)
        plan = self._plan_for(request)
        job = Job(
            pictures=pictures,
            sound=sound,
            output=output,
            overwrite=settings.overwrite,
            recipe=self._recipe(pictures, sound, plan, settings),
        )
        in_software = replace(
            request,
            size=plan.output_size,
            frame_rate=plan.timeline.frame_rate,
            software_encoding=True,
        )
        return self._carried_out(job, started_s, otherwise=lambda: self._plan_for(in_software))

    def generate_batch(self, inputs: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Make several videos, one after another; a failure does not stop the rest.

        Args:
            inputs: For each video ``image`` (a path or several), ``audio``, optionally ``output`` (the sound's name
                with ``.mp4`` otherwise), and any settings by name.

        Returns:
            One result for each input, in order; a failed one has ``error``.

        Raises:
            CancelledError: When a stop was asked for.
        """
        results = []
        for entry in inputs:
            started_s = time.monotonic()
            try:
                results.append(self._batch_entry(entry))
            except (InputError, AIVideoError) as error:
                self._progress.check()
                _log.warning("%s failed: %s", entry, error)
                results.append(Result(path=None, seconds=time.monotonic() - started_s, error=error))
        return results

    def plan(
        self,
        images: AnyPath | Sequence[AnyPath],
        audio: AnyPath,
        output: AnyPath | None = None,
        **options: Any,
    ) -> Plan:
        """Decide everything and make nothing; see `generate_video`.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        container = container_of(Path(output)).name if output else "mp4"
        pictures, sound = self._read(_paths(images), Path(audio))
        settings = changed_settings(self._settings, options)
        request = self._request(_sizes(pictures), sound.duration_s, container, settings)
        return self._plan_for(request)

    def get_estimated_time(self, duration: float) -> float:
        """Seconds that a video of a typical photo takes on this machine, from the speed of earlier jobs where known.

        Args:
            duration: Length of the sound, seconds, above 0.

        Raises:
            InputError: When the duration is not above 0.
        """
        if not duration > 0:
            raise InputError(
                f"a duration of {duration} s is not a length", hint="give seconds above 0"
            )
        request = self._request((_TYPICAL_PICTURE,), Fraction(duration), "mp4", self._settings)
        return self._plan_for(request).estimate.seconds

    def reproduce(
        self,
        video: AnyPath,
        output: AnyPath | None = None,
        images: Sequence[AnyPath] | None = None,
        audio: AnyPath | None = None,
        **options: Any,
    ) -> Result:
        """Make the same file again from the recipe inside it; bit for bit on the same machine and versions.

        Args:
            video: A video that this program made.
            output: The file to make; None puts ``-again`` behind the video's name.
            images: The pictures; None looks beside the video, in the current folder, and where they were last seen.
            audio: The sound; None looks in the same places.
            **options: ``overwrite`` is taken; everything else is in the recipe.

        Raises:
            InputError: When there is no recipe, or an input is not found or has changed.
        """
        started_s = time.monotonic()
        video = Path(video)
        recipe = read_recipe(video)
        settings = changed_settings(self._settings, options)
        target = Path(output) if output else video.with_stem(f"{video.stem}-again")
        if container_of(target).name != recipe.plan.container:
            raise InputError(
                f"{target.name!r} is not of the same file type as {video.name!r}",
                hint=f"give the new file the extension {video.suffix}",
            )
        finder = InputFinder(self._book, beside=video.parent)
        images_found, audio_found = finder.all_found(
            recipe, _paths(images) if images else None, audio
        )
        check_output(
            target, overwrite=settings.overwrite, inputs=(*images_found, audio_found, video)
        )
        for difference in recipe.differences():
            _log.warning("the copy may differ in some bytes: %s", difference)
        pictures, sound = self._read(images_found, audio_found)
        job = Job(
            pictures=pictures,
            sound=sound,
            output=target,
            overwrite=settings.overwrite,
            recipe=recipe,
        )
        return self._carried_out(job, started_s)

    def _batch_entry(self, entry: Mapping[str, Any]) -> Result:
        options = dict(entry)
        missing = {"image", "audio"} - options.keys()
        if missing:
            raise InputError(
                f"an input of the batch lacks {' and '.join(sorted(missing))}",
                hint='write each as {"image": ..., "audio": ..., "output": ...}',
            )
        image, audio = options.pop("image"), Path(options.pop("audio"))
        output = options.pop("output", audio.with_suffix(".mp4").name)
        return self.generate(_paths(image), audio, output, **options)

    def _read(
        self, images: Sequence[Path], audio: Path
    ) -> tuple[tuple[PictureInfo, ...], SoundInfo]:
        """Read the pictures' headers and the whole sound, so that what is planned is true."""
        if not images:
            raise InputError("no picture was given", hint="give one or more: photo.jpg song.mp3")
        pictures = tuple(picture_info(path) for path in images)
        self._progress.start("listening to the sound")
        sound = AudioProcessor().probe(audio)
        self._progress.check()
        return pictures, sound

    @staticmethod
    def _request(
        sizes: tuple[Resolution, ...], duration_s: Fraction, container: str, settings: Settings
    ) -> Request:
        return Request(
            picture_sizes=sizes,
            sound_duration_s=duration_s,
            container=container,
            size=None if settings.size == AUTO else parse_size(settings.size),
            frame_rate=None if settings.fps == AUTO else parse_frame_rate(settings.fps),
            fit=settings.fit,
            quality=settings.quality,
            codec=settings.codec,
            tier=settings.tier,
            model=None if settings.model == AUTO else settings.model,
            time_budget=settings.time_budget,
            threads=settings.threads,
            software_encoding=settings.software_encoding,
        )

    def _plan_for(self, request: Request) -> Plan:
        return make_plan(
            request,
            self.facts,
            [BACKENDS.load(name).spec for name in BACKENDS.names()],
            working_encoders=working_video_encoders(
                encoder_candidates(request, container_named(request.container))
            ),
            speeds=self._book.speeds(),
        )

    def _recipe(
        self, pictures: Sequence[PictureInfo], sound: SoundInfo, plan: Plan, settings: Settings
    ) -> Recipe:
        """Decide how the sound goes in, and write down everything that the file is made from."""
        files = []
        for path in (*(info.path for info in pictures), sound.path):
            files.append(InputFile(name=path.name, sha256=sha256(path)))
            self._book.record_input(files[-1].sha256, path)
        return Recipe(
            program_version=__version__,
            libraries=library_versions(),
            machine=machine(),
            pictures=tuple(files[:-1]),
            sound=files[-1],
            seed=settings.seed,
            sound_track=_sound_track(sound, plan, settings.sound),
            plan=plan,
        )

    def _carried_out(
        self, job: Job, started_s: float, *, otherwise: Callable[[], Plan] | None = None
    ) -> Result:
        """Carry out a job; when its hardware encoder fails, once more with the software one."""
        check_room(job.plan, job.output, disk_free_bytes(job.output))
        attempts: list[Attempt] = []
        while not attempts or attempts[-1].error is not None:
            attempt_started_s = time.monotonic()
            failure = None
            try:
                render(job, self._progress)
            except EncodingError as error:
                if otherwise is None or not is_hardware(job.plan.encoder):
                    raise
                failure = error
            attempts.append(
                Attempt(plan=job.plan, seconds=time.monotonic() - attempt_started_s, error=failure)
            )
            if failure is not None and otherwise is not None:
                job = job.with_plan(otherwise(), because=str(failure))
                _log.warning("%s; trying %s instead", failure, job.plan.encoder.name)
        self._remember(attempts[-1])
        track = job.recipe.sound_track
        return Result(
            path=job.output,
            attempts=tuple(attempts),
            seconds=time.monotonic() - started_s,
            sound=job.sound,
            sound_track=track.because if track else "the file type carries no sound",
            recipe=job.recipe,
        )

    def _remember(self, attempt: Attempt) -> None:
        """Learn this machine's speed from a finished job."""
        plan = attempt.plan
        if attempt.seconds >= _SHORTEST_MEASURE_S:
            megapixels = plan.output_size.pixel_count * plan.timeline.frame_count / 1e6
            name = speed_key(plan.model, plan.encoder)
            self._book.record_speed(name, attempt.seconds / megapixels)


def _sizes(pictures: Sequence[PictureInfo]) -> tuple[Resolution, ...]:
    return tuple(info.size for info in pictures)


def _sound_track(sound: SoundInfo, plan: Plan, mode: SoundMode) -> SoundTrackChoice | None:
    if plan.container == "gif":
        return None
    return choose_sound_track(
        sound,
        container=plan.container,
        mode=mode,
        video_duration_s=plan.timeline.duration_s,
        frame_duration_s=1 / plan.timeline.frame_rate,
    )


def _paths(images: AnyPath | Sequence[AnyPath]) -> tuple[Path, ...]:
    """One path or several, as a tuple."""
    if isinstance(images, (str, PathLike)):
        return (Path(images),)
    return tuple(Path(image) for image in images)
