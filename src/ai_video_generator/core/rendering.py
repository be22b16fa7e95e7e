"""One plan, carried out: frames flow from the model through the gate into the file."""

import logging
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path

from ai_video_generator.config.choices import SoundMode
from ai_video_generator.core.footage import Footage
from ai_video_generator.core.job_folder import JobFolder
from ai_video_generator.core.loaded_models import LoadedModels, Model, Use
from ai_video_generator.core.model_options import options_for
from ai_video_generator.core.pass_names import PassNames
from ai_video_generator.core.picture_shelf import shelf_for
from ai_video_generator.core.recipe import RECIPE_TAG, Recipe, sound_track_for
from ai_video_generator.core.supplies import supplies_for
from ai_video_generator.core.watch import Watch
from ai_video_generator.encoding.sound_track import SoundTrackMode
from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.errors import (
    AIVideoError,
    EncodingError,
    RenderError,
    SoundMismatchError,
)
from ai_video_generator.hardware.library_errors import translated
from ai_video_generator.media.files import appearing
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.video_file import video_info
from ai_video_generator.models.base_model import BaseModel, CloudTerms, Scene, Supplies
from ai_video_generator.planning.chunking import pass_count
from ai_video_generator.planning.plan import Plan, Reason
from ai_video_generator.post.output_gate import OutputGate
from ai_video_generator.post.resizer import resized
from ai_video_generator.post.retimer import retimed
from ai_video_generator.registry import Registry
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.storyboard_file import laid

_log = logging.getLogger(__name__)

_LEAST_SILENCE_S = 600.0
# Loading a large model from a slow disk takes minutes, and so does a pass on a weak GPU.

_KEPT_TAGS = ("title", "artist", "album", "date", "genre")
# What of the sound's metadata also describes the video.


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One checked request, ready to be carried out.

    Attributes:
        pictures: Facts of the pictures, in order.
        sound: Facts of the sound.
        output: Where the finished file goes.
        overwrite: Whether it may replace a file.
        recipe: What the file is made from, and how; goes into its metadata.
        sound_mode: What was asked to happen to the sound.
        notes: What is seen in each picture; empty where nobody looked.
    """

    pictures: tuple[PictureInfo, ...]
    sound: SoundInfo
    output: Path
    overwrite: bool
    recipe: Recipe
    sound_mode: SoundMode
    notes: tuple[PictureNotes | None, ...] = ()

    @property
    def plan(self) -> Plan:
        """What was decided."""
        return self.recipe.plan

    def with_plan(self, plan: Plan) -> "Job":
        """The same job with another plan; another length in frames may ask for another track."""
        changes: dict[str, object] = {"plan": plan}
        if plan.timeline != self.plan.timeline:
            changes["sound_track"] = sound_track_for(self.sound, plan, self.sound_mode)
        return replace(self, recipe=self.recipe.model_copy(update=changes))

    def with_encoded_sound(self, *, because: str) -> "Job | None":
        """The same job with the sound encoded; None where it was already."""
        track = self.recipe.sound_track
        if track is None or track.mode is not SoundTrackMode.COPIED:
            return None
        encoded = sound_track_for(self.sound, self.plan, SoundMode.ENCODE)
        reason = Reason(topic="fallback", choice="the sound is encoded", because=because)
        plan = replace(self.plan, reasons=(*self.plan.reasons, reason))
        changes = {"plan": plan, "sound_track": encoded}
        return replace(
            self,
            recipe=self.recipe.model_copy(update=changes),
            sound_mode=SoundMode.ENCODE,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Studio:
    """What jobs are carried out with.

    Attributes:
        backends: Where models are found.
        models: Lends them.
        work: Where finished passes of slow models are kept.
        silence_limit_s: How long a model in a process of its own may give no sign of life; None
            follows the plan.
        cache_folder: For what models can make again.
        cloud: On what terms a cloud may be used.
    """

    backends: Registry[type[BaseModel]]
    models: LoadedModels
    work: JobFolder
    silence_limit_s: float | None
    cache_folder: Path
    cloud: CloudTerms | None = None

    def supplies(self, recipe: Recipe) -> Supplies:
        """What the model of a recipe is given.

        Raises:
            WeightsError: When its weights are not installed, or damaged.
            InputError: When a file of one's own is not there.
        """
        backend = self.backends.load(recipe.plan.model)
        options = options_for(backend, recipe.model_options)
        cloud = self.cloud if recipe.plan.cloud is not None else None
        given = Supplies(options=options, cache_folder=self.cache_folder, cloud=cloud)
        return supplies_for(backend.spec, given)


def render(job: Job, studio: Studio, watch: Watch) -> None:
    """Make the file; it appears only when it is whole and checked.

    Raises:
        AIVideoError: Of the class that says what failed; nothing half-finished is left.
    """
    plan, sound_track = job.plan, job.recipe.sound_track
    shown = laid(job.recipe.storyboard, plan.timeline)
    shelf = shelf_for(job.pictures, shown, plan.output_size, watch.progress)
    scene = Scene(
        pictures=shelf,
        storyboard=shown,
        size=plan.render_size,
        fit=plan.fit,
        worker_count=plan.worker_count,
        frame_rate=plan.render_rate,
        notes=job.notes,
        seed=job.recipe.seed,
        prompt=job.recipe.prompt,
        negative_prompt=job.recipe.negative_prompt,
    )
    gate = OutputGate(shelf, shown, size=plan.output_size, fit=plan.fit, timeline=plan.timeline)
    with ExitStack() as stack:
        mark = studio.work.mark
        path = stack.enter_context(appearing(job.output, overwrite=job.overwrite, mark=mark))
        supplies = studio.supplies(job.recipe)
        names = PassNames(job.recipe, supplies.options)
        if plan.frames_per_pass is not None:
            studio.work.begin(job.recipe, tuple(names.all(shown)))
        watch.progress.start("loading the model")
        use = Use(
            check=watch.check,
            on_step=watch.step_done,
            silence_limit_s=studio.silence_limit_s or max(_LEAST_SILENCE_S, _pass_s(plan)),
        )
        with _in_our_words(plan):
            loan = studio.models.on_loan(plan, supplies, use)
            backend = stack.enter_context(loan)
        watch.begin(plan.timeline.frame_count)
        write_video(
            path,
            gate.checked(_frames(backend, scene, job, studio, watch, names=names)),
            size=plan.output_size,
            timeline=plan.timeline,
            encoder=plan.encoder,
            container=plan.container,
            sound=job.sound if sound_track else None,
            sound_choice=sound_track,
            tags=_tags(job),
            on_frame=watch.frame_done,
        )
        watch.progress.start("checking the file")
        check_file(path, job)


def _pass_s(plan: Plan) -> float:
    """The longest that a pass should take."""
    passes = pass_count(plan.render_timeline.frame_count, plan.frames_per_pass)
    return plan.estimate.seconds_high / passes


@contextmanager
def _in_our_words(plan: Plan) -> Iterator[None]:
    """Say what a library's exception means.

    Raises:
        AIVideoError: Of the class that says what failed.
    """
    try:
        yield
    except AIVideoError:
        raise
    except Exception as error:
        what = f"{plan.model} failed: {type(error).__name__}: {error}"
        raise translated(error, device=plan.device) or RenderError(what) from error


def _made(backend: Model, scene: Scene, plan: Plan) -> FrameStream:
    """The model's frames, its errors in our words."""
    with _in_our_words(plan), closing(backend.generate(scene)) as frames:
        yield from frames


def _frames(
    backend: Model, scene: Scene, job: Job, studio: Studio, watch: Watch, *, names: PassNames
) -> FrameStream:
    """The frames of the video; those of models that make passes are kept, and not made again."""
    plan = job.plan
    if plan.frames_per_pass is None:
        film = replace(scene, storyboard=laid(job.recipe.storyboard, plan.render_timeline))
        return _fitted(_made(backend, film, plan), plan)
    footage = Footage(
        recipe=job.recipe,
        scene=scene,
        shown=scene.storyboard,
        store=studio.work.store,
        names=names,
        make=lambda one: _made(backend, one, plan),
        follows_camera=studio.backends.load(plan.model).spec.follows_camera,
        begin=watch.pass_begun,
        expect=backend.expect if isinstance(backend, BaseModel) else _unexpected,
    )
    return footage.frames()


def _unexpected(_: Iterator[Scene]) -> None:
    """A model in a process of its own makes one pass after another."""


def _fitted(frames: FrameStream, plan: Plan) -> FrameStream:
    """The model's frames in the video's size and rate."""
    if plan.render_rate != plan.timeline.frame_rate:
        frames = retimed(frames, plan.render_rate, plan.timeline)
    return resized(frames, plan.output_size)


def _tags(job: Job) -> dict[str, str]:
    kept = {name: job.sound.tags[name] for name in _KEPT_TAGS if name in job.sound.tags}
    return {**kept, RECIPE_TAG: job.recipe.model_dump_json()}


def check_file(path: Path, job: Job) -> None:
    """Read the finished file back and compare its length with the promise.

    Raises:
        EncodingError: When frames are missing.
        SoundMismatchError: When picture and sound differ by a frame or more.
    """
    plan = job.plan
    info = video_info(path)
    if info.frame_count != plan.timeline.frame_count:
        raise EncodingError(
            f"the file holds {info.frame_count} frames instead of {plan.timeline.frame_count}"
        )
    if job.recipe.sound_track is None:
        return
    frame_s = 1 / plan.timeline.frame_rate
    sound_s = info.sound_duration_s
    if sound_s is None or abs(plan.timeline.duration_s - sound_s) >= frame_s + _ROUNDING_S:
        raise SoundMismatchError(
            f"the file's sound lasts {sound_s and float(sound_s)} s, "
            f"its picture {float(plan.timeline.duration_s)} s"
        )


_ROUNDING_S = Fraction(1, 1000)
# Matroska stores times in whole milliseconds.
