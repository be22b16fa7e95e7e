"""Depth by a network that the person installed: Depth-Anything-V2-Small as ONNX.

The file is not part of the program. Its interface is that of the published ONNX conversions: input
``pixel_values`` ``(1, 3, height, width)``, sides multiples of 14, normalised as ImageNet; output
``predicted_depth`` ``(1, height, width)``, larger = nearer. The tests run this road with a small
network of that interface; with the published weights it has not been run.
"""

import logging
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.storyboard.seeing.depth_estimate import ordered
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb

DEPTH_MODEL = Path("models", "depth", "model.onnx")
"""Where a person may put the network in the cache folder; else it is among installed weights."""

NETWORK_CONFIDENCE = 0.9
"""How far the network may be trusted; not 1, because mirrors, glass and drawings mislead it."""

_INPUT_PX, _PATCH_PX = 392, 14
# 28 patches of the network's 14 pixels on the longer side: 0.5 to 0.7 s on two cores; the paper's
# 518 pixels take twice as long.

_MEAN, _SPREAD = (0.485, 0.456, 0.406), (0.229, 0.224, 0.225)
# Of ImageNet's red, green and blue, as the network was trained.

_HINT = "put the whole file there again, or remove it"

_log = logging.getLogger(__name__)


def network_depth(rgb: Rgb, path: Path) -> Map:
    """Ask the network how far everything is.

    Args:
        rgb: ``(height, width, 3)``, uint8.
        path: The ONNX file; run by onnxruntime where that is installed, else by OpenCV.

    Returns:
        ``(height, width)``, float32, 0 the nearest to 1 the farthest, of the size of ``rgb``.

    Raises:
        WeightsMissingError: When there is no file.
        WeightsCorruptError: When it is no network of this interface.
    """
    if not path.is_file():
        raise WeightsMissingError(f"there is no depth network {str(path)!r}", hint=_HINT)
    try:
        answer = _run(path, _prepared(rgb))
    except Exception as error:
        # Both runners raise classes of their own, and any class on damaged files.
        raise WeightsCorruptError(
            f"the depth network {str(path)!r} cannot be run: {str(error).strip()[:200]}", hint=_HINT
        ) from error
    nearness = answer.reshape(answer.shape[-2:]) if answer.ndim > 1 else answer
    if nearness.ndim != 2 or not np.isfinite(nearness).all():  # noqa: PLR2004  # rows and columns
        raise WeightsCorruptError(
            f"the depth network {str(path)!r} answered no depth map", hint=_HINT
        )
    whole = cv2.resize(nearness, (rgb.shape[1], rgb.shape[0]), interpolation=cv2.INTER_LINEAR)
    return ordered(-np.asarray(whole, np.float32))


def _prepared(rgb: Rgb) -> NDArray[np.float32]:
    """The network's input: ``(1, 3, height, width)``, float32, sides multiples of 14."""
    scale = _INPUT_PX / max(rgb.shape[:2])
    height, width = (max(1, round(side * scale / _PATCH_PX)) * _PATCH_PX for side in rgb.shape[:2])
    way = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    small = np.asarray(cv2.resize(rgb, (width, height), interpolation=way), np.float32) / 255
    normal = (small - np.array(_MEAN, np.float32)) / np.array(_SPREAD, np.float32)
    return np.ascontiguousarray(normal.transpose(2, 0, 1)[None])


def _run(path: Path, pixels: NDArray[np.float32]) -> NDArray[np.float32]:
    try:
        import onnxruntime  # type: ignore[import-not-found,unused-ignore]  # may be absent
    except ImportError:
        _log.debug("onnxruntime is not installed; OpenCV runs the depth network")
        net = cv2.dnn.readNetFromONNX(str(path))
        net.setInput(pixels)
        return np.asarray(net.forward(), np.float32)
    session: Any = onnxruntime.InferenceSession(str(path), providers=["CPUExecutionProvider"])
    first = session.get_inputs()[0].name
    return np.asarray(session.run(None, {first: pixels})[0], np.float32)
