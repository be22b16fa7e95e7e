"""The whole program in one class: inputs in, finished video out."""

import logging
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from fractions import Fraction
from os import PathLike
from pathlib import Path
from typing import Any, Self

from ai_video_generator.config.choices import Quality, Tier
from ai_video_generator.config.containers import container_of, ending_for
from ai_video_generator.config.settings import AUTO, Settings, changed_settings, load_settings
from ai_video_generator.core.batch import batch_results
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.directing import directed, in_order
from ai_video_generator.core.input_finder import InputFinder
from ai_video_generator.core.input_reader import InputReader
from ai_video_generator.core.job_planner import JobPlanner, request_for
from ai_video_generator.core.job_runner import Conditions, JobRunner
from ai_video_generator.core.model_options import check_options
from ai_video_generator.core.recipe import read_recipe, recipe_for
from ai_video_generator.core.rendering import Job
from ai_video_generator.core.result import Result
from ai_video_generator.core.spending import check_spending, present_name, priced
from ai_video_generator.core.storyboard_sheet import storyboard_sheet
from ai_video_generator.errors import InputError
from ai_video_generator.hardware.facts import PROCESSOR, HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.media.files import check_output
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.models.base_model import BACKENDS, BaseModel
from ai_video_generator.planning.plan import Ladder, Plan
from ai_video_generator.planning.ratings import Ratings
from ai_video_generator.planning.request import Request
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.registry import Registry
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.storyboard_file import StoryboardFile

_log = logging.getLogger(__name__)

AnyPath = str | PathLike[str]

_DRAFT_BOX = Resolution(640, 640)
# 360p in 16:9: made many times faster than it plays, and large enough to judge every shot by.

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
        on_plan: Called with the plan of each attempt before its first frame is made.
        backends: Where models are found; None takes the built-in ones and installed plugins.
        ratings: Reads what people thought of the models' videos, each time a job is planned whose
            settings heed them; None when nothing is kept.

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
        on_plan: Callable[[Plan], None] | None = None,
        backends: Registry[type[BaseModel]] | None = None,
        ratings: Callable[[], Ratings] | None = None,
    ) -> None:
        preferences = {"tier": hardware_tier, "model": model_preference, "quality": quality}
        given = {name: value for name, value in preferences.items() if value is not None}
        self._settings = changed_settings(settings or load_settings().values, given)
        self._progress = progress or ProgressTracker()
        self._book = CacheBook(self._settings.cache_folder)
        self._backends = backends = backends or BACKENDS
        self._inputs = InputReader(self._book.folder, self._progress)
        detector = hardware_detector or HardwareDetector(
            work_folder=self._book.folder, cache_folder=self._book.folder
        )
        self._planner = JobPlanner(detector, self._book, backends, ratings=ratings)
        self._runner = JobRunner(self._progress, self._book, backends, on_plan)

    def __enter__(self) -> Self:
        """Keep models loaded from job to job until the block ends."""
        self._runner.models.__enter__()
        return self

    def __exit__(self, *_: object) -> None:
        self._runner.models.__exit__()

    @property
    def facts(self) -> HardwareFacts:
        """What this machine is; asked once."""
        return self._planner.facts

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
        self._progress.begin_job()
        settings = changed_settings(self._settings, options)
        paths, output = _paths(images), Path(output)
        check_output(output, overwrite=settings.overwrite, inputs=(*paths, Path(audio)))
        job, ladder = self._job(paths, Path(audio), output, settings)
        check_spending(job.plan, settings.spend_limit)
        self._remember_inputs(job)
        return self._runner.run(job, ladder, self._conditions(settings, job.sound, started_s))

    def quote(
        self, images: Sequence[AnyPath], audio: AnyPath, output: AnyPath, **options: Any
    ) -> Plan:
        """The plan of a job with its shots known, so that what a cloud asks for it is exact.

        Nothing is made, and nothing is sent.

        Args:
            images: The pictures, in order.
            audio: The sound.
            output: The video; only its ending matters.
            **options: Settings of this job, by name.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        settings = changed_settings(self._settings, options)
        return self._job(_paths(images), Path(audio), Path(output), settings)[0].plan

    def _job(
        self, paths: Sequence[Path], audio: Path, output: Path, settings: Settings
    ) -> tuple[Job, Ladder]:
        """Read, plan and direct; the job, and the plans that are left when its own fails."""
        container = container_of(output).name
        self._check_model_options(settings)
        pictures = self._inputs.pictures(paths)
        hearing = self._inputs.heard(audio)
        sound = hearing.info
        pictures, notes = in_order(pictures, self._inputs.seen(pictures), settings.order)
        request = _request(pictures, sound, container, settings, notes)
        ladder = self._planner.ladder(request, rated=settings.ratings)
        plan = self._runner.first_plan(ladder) if settings.fallback else ladder.best
        board = directed(pictures, plan, settings, notes=notes, hearing=hearing)
        job = Job(
            pictures=pictures,
            sound=sound,
            output=output,
            overwrite=settings.overwrite,
            recipe=priced(
                recipe_for(pictures, sound, plan, board, settings),
                self._backends,
                self._book.folder,
                resume=settings.resume,
            ),
            sound_mode=settings.sound,
            notes=notes,
        )
        return job, ladder

    def generate_draft(
        self, images: Sequence[AnyPath], audio: AnyPath, output: AnyPath, **options: Any
    ) -> Result:
        """Make a small video of what `generate` would make: the same shots, the same frames.

        Args:
            images: The pictures, in order.
            audio: The sound.
            output: The file to make.
            **options: Settings of this job, by name; size and quality are the draft's own.

        Raises:
            AIVideoError: Of the class that says what failed; no half-finished file is left.
        """
        full = self.plan(images, audio, output, **options)
        small = full.output_size.fitted_into(_DRAFT_BOX).snapped(2)
        rate = str(full.timeline.frame_rate)
        changes = {"size": str(small), "fps": rate, "quality": Quality.BASIC, "cpu": True}
        # A draft is made here, whatever makes the video: it takes moments, and costs nothing.
        changes["model"] = full.model if full.device == PROCESSOR else AUTO
        return self.generate(images, audio, output, **{**options, **changes})

    def generate_batch(self, inputs: Sequence[Mapping[str, Any]]) -> list[Result]:
        """Make several videos, one after another; a failure does not stop the rest.

        Those that need the same model are made one after another, and it stays loaded as long as
        there is memory for it. A video that is there already, made from the same inputs with the
        same options, is not made again; any other file is left as it is, unless ``overwrite``.

        Args:
            inputs: For each video ``image`` (a path or several), ``audio``, optionally ``output``
                (the sound's name with ``.mp4`` otherwise), and any settings by name.

        Returns:
            One result for each input, in order; a failed one has ``error``.

        Raises:
            CancelledError: When a stop was asked for.
        """
        return batch_results(self, inputs, check=self._progress.check)

    def models_kept(self) -> AbstractContextManager[object]:
        """A context in which models stay loaded from job to job."""
        return self._runner.models

    def reading_ahead(self, images: Sequence[Path], audio: Path) -> AbstractContextManager[None]:
        """A context in which the inputs of the next job are read meanwhile, on a thread.

        Args:
            images: Its pictures.
            audio: Its sound.
        """
        return self._inputs.ahead(images, audio)

    def settings_for(self, options: Mapping[str, object]) -> Settings:
        """Settings of a job that has options of its own.

        Raises:
            SettingsError: When a name is no setting, or a value is not allowed.
        """
        return changed_settings(self._settings, options)

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
        best = self.ladder(images, audio, output, **options).best
        if best.cloud is None:
            return best
        target = output or f"video{ending_for(self.settings_for(options).codec)}"
        return self.quote(_paths(images), audio, target, **options)

    def rough_plan(
        self, images: Sequence[AnyPath], audio: AnyPath, output: AnyPath, **options: Any
    ) -> Plan:
        """Decide as well as can be told without looking at the pictures; see `plan`.

        It takes a tenth of the time. The camera that is chosen in the end may be another one.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        settings = changed_settings(self._settings, options)
        self._check_model_options(settings)
        pictures = self._inputs.pictures(_paths(images))
        sound = self._inputs.measured(Path(audio))
        container = container_of(Path(output)).name
        request = _request(pictures, sound, container, settings, [None] * len(pictures))
        return self._planner.ladder(request, rated=settings.ratings).best

    def ladder(
        self,
        images: AnyPath | Sequence[AnyPath],
        audio: AnyPath,
        output: AnyPath | None = None,
        *,
        facts: HardwareFacts | None = None,
        **options: Any,
    ) -> Ladder:
        """Judge all ways to do a job, the best first, and make nothing; see `generate_video`.

        Args:
            images: The picture, or several.
            audio: The sound.
            output: The video; only its ending matters.
            facts: Another machine, with its video encoders; None takes this one.
            **options: Settings of this job, by name.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        return self.ladders(images, audio, output, machines={"": facts}, **options)[""]

    def ladders(
        self,
        images: AnyPath | Sequence[AnyPath],
        audio: AnyPath,
        output: AnyPath | None = None,
        *,
        machines: Mapping[str, HardwareFacts | None],
        **options: Any,
    ) -> dict[str, Ladder]:
        """Judge the same job for several machines; see `ladder`.

        Args:
            images: The picture, or several.
            audio: The sound.
            output: The video; only its ending matters.
            machines: By name; None is this one.
            **options: Settings of this job, by name.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        settings = changed_settings(self._settings, options)
        container = _container(output, settings)
        pictures = self._inputs.pictures(_paths(images))
        sound = self._inputs.measured(Path(audio))
        request = _request(pictures, sound, container, settings, self._inputs.seen(pictures))
        return {
            name: self._planner.ladder(request, facts=machines[name], rated=settings.ratings)
            for name in machines
        }

    def storyboard(
        self,
        images: AnyPath | Sequence[AnyPath],
        audio: AnyPath,
        output: AnyPath | None = None,
        *,
        preview: AnyPath | None = None,
        **options: Any,
    ) -> StoryboardFile:
        """Direct the camera and make nothing but, if wanted, a picture of it.

        Args:
            images: The picture, or several.
            audio: The sound.
            output: The video; only its ending matters.
            preview: A picture to draw, a cell for each shot.
            **options: Settings of this job, by name.

        Raises:
            AIVideoError: When an input cannot be read, or nothing can be planned.
        """
        settings = changed_settings(self._settings, options)
        container = _container(output, settings)
        pictures = self._inputs.pictures(_paths(images))
        hearing = self._inputs.heard(Path(audio))
        pictures, notes = in_order(pictures, self._inputs.seen(pictures), settings.order)
        request = _request(pictures, hearing.info, container, settings, notes)
        plan = self._planner.ladder(request, rated=settings.ratings).best
        file = directed(pictures, plan, settings, notes=notes, hearing=hearing)
        if preview is not None:
            stages = [stage(info.size, plan.output_size, plan.fit) for info in pictures]
            paths = [info.path for info in pictures]
            storyboard_sheet(file, paths, stages, Path(preview))
        return file

    def get_estimated_time(self, duration: float) -> float:
        """Seconds that a video of a typical photo takes on this machine.

        From the speed of earlier jobs where there were any, else from the release's measurements.

        Args:
            duration: Length of the sound, seconds, above 0.

        Raises:
            InputError: When the duration is not above 0.
        """
        if not duration > 0:
            raise InputError(
                f"a duration of {duration} s is not a length", hint="give seconds above 0"
            )
        request = request_for(
            [_TYPICAL_PICTURE], Fraction(duration), container="mp4", settings=self._settings
        )
        ladder = self._planner.ladder(request, rated=self._settings.ratings)
        return ladder.best.estimate.seconds

    def reproduce(
        self,
        video: AnyPath,
        output: AnyPath | None = None,
        images: Sequence[AnyPath] | None = None,
        audio: AnyPath | None = None,
        **options: Any,
    ) -> Result:
        """Make the same file again from its recipe, bit for bit on the same machine and versions.

        Args:
            video: A video that this program made.
            output: The file to make; None puts ``-again`` behind the video's name.
            images: The pictures; None looks beside the video, in the current folder, and where they
                were last seen.
            audio: The sound; None looks in the same places.
            **options: ``overwrite``, ``resume`` and those of the machine are taken; what the file
                is made from is in the recipe.

        Raises:
            InputError: When there is no recipe, or an input is not found or has changed.
        """
        started_s = time.monotonic()
        self._progress.begin_job()
        video = Path(video)
        recipe = read_recipe(video)
        settings = changed_settings(self._settings, options)
        target = Path(output) if output else again_path(video)
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
        pictures = self._inputs.pictures(images_found)
        sound = self._inputs.measured(audio_found)
        job = Job(
            pictures=pictures,
            sound=sound,
            output=target,
            overwrite=settings.overwrite,
            recipe=priced(recipe, self._backends, self._book.folder, resume=settings.resume),
            sound_mode=settings.sound,
            notes=self._inputs.seen(pictures),
        )
        check_spending(job.plan, settings.spend_limit)
        return self._runner.run(job, None, self._conditions(settings, sound, started_s))

    def _check_model_options(self, settings: Settings) -> None:
        model = None
        if settings.model != AUTO:
            model = present_name(settings.model, self._backends)
        check_options(settings.asked_model_options, self._backends, model)

    def _conditions(self, settings: Settings, sound: SoundInfo, started_s: float) -> Conditions:
        return Conditions(
            started_s=started_s,
            cores=self.facts.cpu_cores,
            ram_total_bytes=self.facts.ram_total_bytes,
            fallback=settings.fallback,
            time_limit_s=settings.time_limit_s(float(sound.duration_s)),
            max_temperature_c=settings.max_temperature,
            silence_limit_s=settings.silence_limit,
            resume=settings.resume,
            spend_limit_usd=settings.spend_limit,
            cloud_requests=settings.cloud_requests,
            cloud_url=settings.cloud_url,
        )

    def _remember_inputs(self, job: Job) -> None:
        """Note where the inputs lie, for `reproduce`."""
        paths = [*(info.path for info in job.pictures), job.sound.path]
        for entry, path in zip([*job.recipe.pictures, job.recipe.sound], paths, strict=True):
            self._book.record_input(entry.sha256, path)


def _container(output: AnyPath | None, settings: Settings) -> str:
    """Name of a video's container; without a video the one that its codec goes into as a rule."""
    return container_of(Path(output or f"video{ending_for(settings.codec)}")).name


def again_path(video: Path) -> Path:
    """Where the copy of a video goes unless another place is named."""
    return video.with_stem(f"{video.stem}-again")


def _request(
    pictures: Sequence[PictureInfo],
    sound: SoundInfo,
    container: str,
    settings: Settings,
    notes: Sequence[PictureNotes | None],
) -> Request:
    sizes = [info.size for info in pictures]
    depths = [one.depth.confidence if one and one.depth else 0.0 for one in notes]
    return request_for(
        sizes, sound.duration_s, container=container, settings=settings, depths=depths
    )


def _paths(images: AnyPath | Sequence[AnyPath]) -> tuple[Path, ...]:
    """One path or several, as a tuple."""
    if isinstance(images, (str, PathLike)):
        return (Path(images),)
    return tuple(Path(image) for image in images)
