"""Where a picture is shown: the part of the frame that it fills, and what the camera moves over."""

from dataclasses import dataclass

from ai_video_generator.config.choices import Fit
from ai_video_generator.config.fits import fit_for
from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """Where a picture is shown.

    Attributes:
        picture_aspect: Width / height of what the camera moves over: the picture, or the picture
            with its surround.
        window: The part of the frame that the camera fills; even sides.
        whole: Whether the picture is to be seen whole, so that the camera only breathes.
        surround: Whether the picture lies on a blurred copy of itself.
    """

    picture_aspect: float
    window: Resolution
    whole: bool = False
    surround: bool = False

    @property
    def frame_aspect(self) -> float:
        """Width / height of the window."""
        return self.window.aspect


def stage(picture: Resolution, frame: Resolution, fit: Fit) -> Stage:
    """Stage a picture in a frame.

    Args:
        picture: Size of the picture, upright.
        frame: Size of the frame.
        fit: FILL crops, BLUR surrounds the picture with a blurred copy of itself, CONTAIN leaves
            bars, AUTO decides by the picture's shape.
    """
    fit = fit_for(picture, frame, fit)
    if fit is Fit.CONTAIN:
        window = picture.fitted_into(frame).snapped(2)
        return Stage(picture_aspect=picture.aspect, window=window, whole=True)
    if fit is Fit.BLUR:
        return Stage(picture_aspect=frame.aspect, window=frame, whole=True, surround=True)
    return Stage(picture_aspect=picture.aspect, window=frame)
