"""One plan, carried out: frames flow from the model through the gate into the file."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from math import ceil
from pathlib import Path

from ai_video_generator.config.video_codecs import encoders_of
from ai_video_generator.core.picture_shelf import PictureShelf
from ai_video_generator.core.recipe import RECIPE_TAG, Recipe
from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.errors import DiskFullError, EncodingError
from ai_video_generator.media.files import appearing
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.video_file import video_info
from ai_video_generator.models.base_model import BACKENDS, Scene
from ai_video_generator.planning.plan import EncoderChoice, Plan, Reason
from ai_video_generator.post.output_gate import OutputGate
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.storyboard import Storyboard

_DETAIL = 1.35
# Pictures are read this much larger than the tightest view needs: the camera's oversampling, and a
# little more.

_DISK_MARGIN_BYTES = 50 * 2**20
# A disk filled to the last byte breaks other programs.

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
    """

    pictures: tuple[PictureInfo, ...]
    sound: SoundInfo
    output: Path
    overwrite: bool
    recipe: Recipe

    @property
    def plan(self) -> Plan:
        """What was decided."""
        return self.recipe.plan

    def with_plan(self, plan: Plan, *, because: str) -> "Job":
        """The same job with another plan, and the reason for the change in the recipe."""
        reason = Reason(topic="change", choice=plan.encoder.name, because=because)
        changed = replace(plan, reasons=(*plan.reasons, reason))
        return replace(self, recipe=self.recipe.model_copy(update={"plan": changed}))


def is_hardware(encoder: EncoderChoice) -> bool:
    """Whether a chip of its own does the encoding."""
    return any(spec.hardware for spec in encoders_of(encoder.codec) if spec.name == encoder.name)


def storyboard_for(pictures: Sequence[PictureInfo], plan: Plan, seed: int) -> Storyboard:
    """Direct the camera for a plan."""
    stages = [stage(info.size, plan.output_size, plan.fit) for info in pictures]
    return direct(stages, plan.timeline, seed=seed)


def render(job: Job, progress: ProgressTracker) -> None:
    """Make the file; it appears only when it is whole and checked.

    Raises:
        AIVideoError: Of the class that says what failed; nothing half-finished is left.
    """
    plan, sound_track = job.plan, job.recipe.sound_track
    storyboard = storyboard_for(job.pictures, plan, job.recipe.seed)
    shelf = _shelf(job.pictures, storyboard, plan.output_size, progress)
    scene = Scene(
        pictures=shelf,
        storyboard=storyboard,
        size=plan.output_size,
        fit=plan.fit,
        worker_count=plan.worker_count,
    )
    gate = OutputGate(
        shelf, storyboard, size=plan.output_size, fit=plan.fit, timeline=plan.timeline
    )
    with (
        appearing(job.output, overwrite=job.overwrite) as path,
        BACKENDS.load(plan.model)() as backend,
    ):
        progress.start("rendering", total=plan.timeline.frame_count, unit="frames")
        write_video(
            path,
            gate.checked(backend.generate(scene)),
            size=plan.output_size,
            timeline=plan.timeline,
            encoder=plan.encoder,
            container=plan.container,
            sound=job.sound if sound_track else None,
            sound_choice=sound_track,
            tags=_tags(job),
            on_frame=progress.advance,
        )
        progress.start("checking the file")
        check_file(path, job)


def _shelf(
    pictures: Sequence[PictureInfo],
    storyboard: Storyboard,
    size: Resolution,
    progress: ProgressTracker,
) -> PictureShelf:
    """Read every picture once, so that a damaged one is found now and not after an hour."""
    nearest = max(
        framing.zoom
        for shot in storyboard.shots
        for framing in (shot.framing_start, shot.framing_end)
    )
    needed = Resolution(
        ceil(size.width_px * nearest * _DETAIL), ceil(size.height_px * nearest * _DETAIL)
    )
    shelf = PictureShelf([info.path for info in pictures], needed=needed)
    progress.start("reading the pictures", total=len(shelf), unit="pictures")
    for index in reversed(range(len(shelf))):
        _ = shelf[index]
        progress.advance()
    return shelf


def _tags(job: Job) -> dict[str, str]:
    kept = {name: job.sound.tags[name] for name in _KEPT_TAGS if name in job.sound.tags}
    return {**kept, RECIPE_TAG: job.recipe.model_dump_json()}


def check_room(plan: Plan, output: Path, free_bytes: int) -> None:
    """Find a full disk before the work begins, where it can be foreseen.

    Raises:
        DiskFullError: When the estimated file does not fit.
    """
    needed = plan.estimate.disk_bytes + _DISK_MARGIN_BYTES
    if free_bytes < needed:
        raise DiskFullError(
            f"the video will take about {plan.estimate.disk_bytes / 1e6:.0f} MB, "
            f"{str(output.parent)!r} has {free_bytes / 1e6:.0f} MB free",
            hint="free some space, choose another -o, or a smaller --size",
        )


def check_file(path: Path, job: Job) -> None:
    """Read the finished file back and compare its length with the promise.

    Raises:
        EncodingError: When frames are missing, or picture and sound differ by a frame or more.
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
        raise EncodingError(
            f"the file's sound lasts {sound_s and float(sound_s)} s, "
            f"its picture {float(plan.timeline.duration_s)} s"
        )


_ROUNDING_S = Fraction(1, 1000)
# Matroska stores times in whole milliseconds.
