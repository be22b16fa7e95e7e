"""The two small networks that come with the program: verified, then read by OpenCV.

NOTICE says where each is from and under which licence. OpenCV's classic engine runs them: its new
one (5.0) returns only the first of the face detector's two outputs.
"""

from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import cv2

from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.media.files import sha256

_FOLDER = resources.files("ai_video_generator.storyboard.seeing") / "models"
_HINT = "install the program again: pip install --force-reinstall ai-video-generator"


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkFile:
    """A network that comes with the program.

    Attributes:
        name: File in the folder ``models``.
        sha256: Digest of its bytes, hexadecimal.
    """

    name: str
    sha256: str


FACE_DETECTOR = NetworkFile(
    name="face_detection_full_range.tflite",
    sha256="99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
)
"""BlazeFace, full range: faces in 192x192 pixels."""

PERSON_SEGMENTER = NetworkFile(
    name="selfie_segmentation.tflite",
    sha256="8d13b7fae74af625c641226813616a2117bd6bca19eb3b75574621fc08557f27",
)
"""MediaPipe selfie segmentation: people in 256x256 pixels."""


def network(file: NetworkFile) -> cv2.dnn.Net:
    """Read a network; a new one each time, because a network holds the state of its run.

    Raises:
        WeightsMissingError: When the file is not there.
        WeightsCorruptError: When its bytes are not those that were published.
    """
    with resources.as_file(_FOLDER / file.name) as path:
        return network_at(path, file)


def network_at(path: Path, file: NetworkFile) -> cv2.dnn.Net:
    """Read a network from a path, after its digest has been compared.

    Raises:
        WeightsMissingError: When the file cannot be read.
        WeightsCorruptError: When its bytes are not those that were published.
    """
    try:
        digest = sha256(path)
    except OSError as error:
        raise WeightsMissingError(f"{file.name} cannot be read: {error}", hint=_HINT) from error
    if digest != file.sha256:
        raise WeightsCorruptError(
            f"{file.name} is damaged: its digest begins with {digest[:12]}, not {file.sha256[:12]}",
            hint=_HINT,
        )
    # From a path, because from bytes OpenCV 5.0 takes its new engine whatever is asked for.
    return cv2.dnn.readNetFromTFLite(str(path), cv2.dnn.ENGINE_CLASSIC)
