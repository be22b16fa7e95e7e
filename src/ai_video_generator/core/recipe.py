"""The recipe of a video: all that is needed to make the same file again, stored inside the file.

It holds names and digests of the inputs, never their folders: a video that is posted tells nobody's
user name.
"""

import json
import os
import platform
from collections.abc import Sequence
from contextlib import suppress
from importlib import metadata
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ai_video_generator import __version__
from ai_video_generator.config.choices import SoundMode
from ai_video_generator.config.containers import container_named
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.asked import asked_of
from ai_video_generator.encoding.sound_track import SoundTrackChoice, choose_sound_track
from ai_video_generator.errors import InputError
from ai_video_generator.media.files import sha256
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.video_file import video_info
from ai_video_generator.planning.plan import Plan
from ai_video_generator.storyboard.storyboard_file import StoryboardFile

RECIPE_TAG = "comment"
"""The metadata field that MP4, MOV, Matroska, WebM and GIF all have."""

_FORMAT = 2
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "pillow")
# The packages whose version can change a byte of the output.
_NETWORK_LIBRARIES = ("diffusers", "torch", "transformers")
# And those of the models that make passes.


class InputFile(BaseModel):
    """One input, known by its content.

    Attributes:
        name: File name without its folder.
        sha256: Digest of its bytes, hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str

    @classmethod
    def of(cls, path: Path) -> Self:
        """Read a file's digest; a name that is not UTF-8 is written as well as it can be."""
        name = os.fsencode(path.name).decode("utf-8", "replace")
        return cls(name=name, sha256=sha256(path))


class Recipe(BaseModel):
    """How a video was made.

    Attributes:
        format: Version of this layout.
        program_version: Version of this program.
        libraries: Versions of the packages that shape the output.
        machine: Operating system and processor architecture.
        pictures: The pictures, in order.
        sound: The sound.
        seed: Seed of the storyboard, where it was directed, and of what a model invents.
        prompt: What the model was to show.
        negative_prompt: What it was not to show.
        model_options: The model's own options.
        storyboard: What the camera does.
        sound_track: How the sound went in, and why; None in a file type without sound.
        plan: All that was decided, with reasons.
        asked: Options that were asked for and shape the video; None where nobody wrote them down.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = _FORMAT
    program_version: str
    libraries: dict[str, str]
    machine: str
    pictures: tuple[InputFile, ...]
    sound: InputFile
    seed: int
    prompt: str = ""
    negative_prompt: str = ""
    model_options: dict[str, str | int | float | bool] = Field(default_factory=dict)
    storyboard: StoryboardFile
    sound_track: SoundTrackChoice | None
    plan: Plan
    asked: dict[str, str] | None = None

    def differences(self) -> list[str]:
        """What is not as it was when the video was made, one sentence each.

        Empty when a copy that is the same bit for bit is due.
        """
        was = {
            "ai-video-generator": self.program_version,
            **self.libraries,
            "machine": self.machine,
        }
        now = {
            "ai-video-generator": __version__,
            **library_versions(self.plan),
            "machine": machine(),
        }
        return [
            f"{name} was {was.get(name, 'absent')}, now {now.get(name, 'absent')}"
            for name in sorted(was.keys() | now.keys())
            if was.get(name) != now.get(name)
        ]


def recipe_for(
    pictures: Sequence[PictureInfo],
    sound: SoundInfo,
    plan: Plan,
    storyboard: StoryboardFile,
    settings: Settings,
) -> Recipe:
    """Decide how the sound goes in, and write down all that the file is made from.

    Raises:
        RequestImpossibleError: When the sound was to be copied and cannot be.
    """
    return Recipe(
        program_version=__version__,
        libraries=library_versions(plan),
        machine=machine(),
        pictures=tuple(InputFile.of(info.path) for info in pictures),
        sound=InputFile.of(sound.path),
        seed=settings.seed,
        prompt=settings.prompt,
        negative_prompt=settings.negative_prompt,
        model_options=dict(settings.asked_model_options),
        storyboard=storyboard,
        sound_track=sound_track_for(sound, plan, settings.sound),
        plan=plan,
        asked=asked_of(settings),
    )


def sound_track_for(sound: SoundInfo, plan: Plan, mode: SoundMode) -> SoundTrackChoice | None:
    """Decide how the sound goes into the file of a plan; None where the file holds none.

    Raises:
        RequestImpossibleError: When the sound was to be copied and cannot be.
    """
    if not container_named(plan.container).has_sound:
        return None
    return choose_sound_track(
        sound,
        container=plan.container,
        mode=mode,
        video_duration_s=plan.timeline.duration_s,
        frame_duration_s=1 / plan.timeline.frame_rate,
    )


def library_versions(plan: Plan) -> dict[str, str]:
    """Versions of the packages that shape the output of a plan."""
    found = {name: metadata.version(name) for name in _LIBRARIES}
    # What a cloud computes with is its own affair: none of ours makes its frames old.
    is_network = plan.frames_per_pass is not None and plan.cloud is None
    for name in _NETWORK_LIBRARIES if is_network else ():
        with suppress(metadata.PackageNotFoundError):
            found[name] = metadata.version(name)
    return found


def machine() -> str:
    """Operating system and processor architecture ("Linux x86_64")."""
    return f"{platform.system()} {platform.machine()}"


def read_recipe(video: Path) -> Recipe:
    """Read the recipe inside a video.

    Raises:
        InputError: When the file is no video, or holds no recipe of this program.
    """
    text = video_info(video).tags.get(RECIPE_TAG, "")
    _check_format(text, video)
    try:
        return Recipe.model_validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"{str(video)!r} holds no recipe of this program",
            hint="only videos made by aivg carry one; services that convert a video strip it",
        ) from error


def _check_format(text: str, video: Path) -> None:
    """Refuse a recipe of another version of this layout.

    Raises:
        InputError: When it is one.
    """
    try:
        found = json.loads(text)["format"]
    except (ValueError, TypeError, KeyError):
        return
    if isinstance(found, int) and found != _FORMAT:
        which = "an older" if found < _FORMAT else "a newer"
        raise InputError(
            f"the recipe in {str(video)!r} has format {found}, this program reads {_FORMAT}",
            hint=f"use {which} version of this program: it made the video",
        )
