"""Keeps the colours of a shot those of its source, where a model drifts away from them.

A model that goes on from its own last frame makes the same small error of colour again and again.
Mean and standard deviation of each channel are brought back (Reinhard, Ashikhmin, Gooch and
Shirley, "Color transfer between images", 2001) on the planes Y, U and V as they are: like the
channels of Lab they are nearly uncorrelated, and a change of one plane is a table of 256 levels
that costs no conversion.
"""

from collections.abc import Iterable
from contextlib import closing
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame, FrameStream

Channels = NDArray[np.float64]

_TOLERANCE = np.array([1.25, 0.6, 0.6])
# Levels of Y, U and V that a mean may be off: less than half of the distance in Lab at which two
# colours side by side are told apart, 2.3 (Mahy, Van Eycken and Oosterlinck, 1994).

_CONTRAST_TOLERANCE = np.log(1.03)
# A model's frames are a little softer than its source; 3 % of contrast is not seen.

_STRONGEST = 2.0
# Contrast is at most doubled or halved: beyond, the steps of 8 bit show as bands.

_ROUNDING = 1.0
# Levels of deviation that rounding makes; without it a grey picture's chroma would be amplified.

_MEMORY_FRAMES = 8.0
# A deviation counts in full after it has lasted this long, about a second of a model's frames:
# quicker changes are content.

_LOWEST, _HIGHEST = 16, (235, 240, 240)
# Limited range of 8 bit, ITU-R BT.709-6 section 4, as in media/frames.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ColourStatistics:
    """Colours of a picture, channel by channel.

    Attributes:
        mean: Of Y, U and V, ``(3,)``, float64, levels.
        deviation: Standard deviation of Y, U and V, ``(3,)``, float64, levels.
    """

    mean: Channels
    deviation: Channels


def colour_statistics(frame: Frame) -> ColourStatistics:
    """Measure the colours of a frame."""
    measured = [cv2.meanStdDev(plane) for plane in (frame.y, frame.u, frame.v)]
    return ColourStatistics(
        mean=np.array([float(mean[0, 0]) for mean, _ in measured]),
        deviation=np.array([float(deviation[0, 0]) for _, deviation in measured]),
    )


def anchored(frames: FrameStream, references: Iterable[ColourStatistics]) -> FrameStream:
    """Take the drift of colour out of one shot, frame by frame.

    What a frame is off its reference is smoothed over time, so that no flicker comes in, and only
    what goes beyond a tolerance is taken out: frames of a shot that does not drift pass unchanged.
    Where a model goes on from its own frames, let it go on from those that come out here: drift
    then never adds up to what 8 bit cannot undo.

    Args:
        frames: Frames of one shot, in order; closed at the end.
        references: What the colours of each frame should be: those of the source as framed then,
            ``itertools.repeat`` of one where the framing stays. Ends no earlier than the frames.
    """
    off = contrast = None
    with closing(frames):
        for frame, reference in zip(frames, references, strict=False):
            seen = colour_statistics(frame)
            new_off = seen.mean - reference.mean
            new_contrast = np.log((seen.deviation + _ROUNDING) / (reference.deviation + _ROUNDING))
            off = new_off if off is None else off + (new_off - off) / _MEMORY_FRAMES
            contrast = (
                new_contrast
                if contrast is None
                else contrast + (new_contrast - contrast) / _MEMORY_FRAMES
            )
            yield _corrected(frame, reference, off, contrast)


def _corrected(
    frame: Frame, reference: ColourStatistics, off: Channels, contrast: Channels
) -> Frame:
    allowed = np.clip(off, -_TOLERANCE, _TOLERANCE)
    wanted = np.clip(contrast, -_CONTRAST_TOLERANCE, _CONTRAST_TOLERANCE)
    if np.array_equal(wanted, contrast) and np.array_equal(allowed, off):
        return frame
    softened = reference.deviation + _ROUNDING
    seen = np.maximum(softened * np.exp(contrast) - _ROUNDING, _ROUNDING)
    gain = (softened * np.exp(wanted) - _ROUNDING) / seen
    gain = np.clip(gain, 1 / _STRONGEST, _STRONGEST)
    middle, target = reference.mean + off, reference.mean + allowed
    made, levels = Frame.empty(frame.size), np.arange(256)
    planes = ((frame.y, made.y), (frame.u, made.u), (frame.v, made.v))
    for channel, (plane, into) in enumerate(planes):
        moved = np.rint((levels - middle[channel]) * gain[channel] + target[channel])
        cv2.LUT(plane, np.clip(moved, _LOWEST, _HIGHEST[channel]).astype(np.uint8), dst=into)
    return made
