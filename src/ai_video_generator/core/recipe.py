"""The recipe of a video: everything that is needed to make the same file again, stored inside the file.

It holds names and digests of the inputs, never their folders: a video that is posted tells nobody's user name.
"""

import platform
from importlib import metadata
from pathlib import Path

from pydantic import BaseModel, ConfigDict, ValidationError

from ai_video_generator import __version__
from ai_video_generator.encoding.sound_track import SoundTrackChoice
from ai_video_generator.errors import InputError
from ai_video_generator.media.video_file import video_info
from ai_video_generator.planning.plan import Plan

RECIPE_TAG = "comment"
"""The metadata field that MP4, MOV, Matroska, WebM and GIF all have."""

_FORMAT = 1
_LIBRARIES = ("av", "numpy", "opencv-python-headless", "pillow")
# The packages whose version can change a byte of the output.


class InputFile(BaseModel):
    """One input, known by its content.

    Attributes:
        name: File name without its folder.
        sha256: Digest of its bytes, hexadecimal.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str
    sha256: str


class Recipe(BaseModel):
    """How a video was made.

    Attributes:
        format: Version of this layout.
        program_version: Version of this program.
        libraries: Versions of the packages that shape the output.
        machine: Operating system and processor architecture.
        pictures: The pictures, in order.
        sound: The sound.
        seed: Seed of the camera moves.
        sound_track: How the sound went in, and why; None in a file type without sound.
        plan: All that was decided, with reasons.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    format: int = _FORMAT
    program_version: str
    libraries: dict[str, str]
    machine: str
    pictures: tuple[InputFile, ...]
    sound: InputFile
    seed: int
    sound_track: SoundTrackChoice | None
    plan: Plan

    def differences(self) -> list[str]:
        """What is not as it was when the video was made, one sentence each; empty when a bit-exact copy is due."""
        was = {
            "ai-video-generator": self.program_version,
            **self.libraries,
            "machine": self.machine,
        }
        now = {"ai-video-generator": __version__, **library_versions(), "machine": machine()}
        return [
            f"{name} was {was.get(name, 'absent')}, now {now.get(name, 'absent')}"
            for name in sorted(was.keys() | now.keys())
            if was.get(name) != now.get(name)
        ]


def library_versions() -> dict[str, str]:
    """Versions of the packages that shape the output."""
    return {name: metadata.version(name) for name in _LIBRARIES}


def machine() -> str:
    """Operating system and processor architecture ("Linux x86_64")."""
    return f"{platform.system()} {platform.machine()}"


def read_recipe(video: Path) -> Recipe:
    """Read the recipe inside a video.

    Raises:
        InputError: When the file is no video, or holds no recipe of this program.
    """
    text = video_info(video).tags.get(RECIPE_TAG, "")
    try:
        recipe = Recipe.model_validate_json(text)
    except ValidationError as error:
        raise InputError(
            f"{str(video)!r} holds no recipe of this program",
            hint="only videos made by aivg carry one; some services strip it when they convert a video",
        ) from error
    if recipe.format != _FORMAT:
        raise InputError(
            f"the recipe in {str(video)!r} has format {recipe.format}, this program reads {_FORMAT}",
            hint="update this program: pip install --upgrade ai-video-generator",
        )
    return recipe
