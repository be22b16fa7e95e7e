"""Which fit a picture gets where the person left it open."""

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.resolution import Resolution

FILL_SHARE = 0.6
# A 4:3 photo keeps 75 % in a 16:9 frame and fills it well; a square one keeps 56 % and loses heads
# or feet.


def visible_share(picture: Resolution, frame: Resolution) -> float:
    """Part of a picture that stays in view when it fills a frame, above 0, at most 1."""
    return min(picture.aspect / frame.aspect, frame.aspect / picture.aspect)


def fit_for(picture: Resolution, frame: Resolution, fit: Fit) -> Fit:
    """The fit asked for; for AUTO, FILL when most of the picture stays in view, else BLUR."""
    if fit is not Fit.AUTO:
        return fit
    return Fit.FILL if visible_share(picture, frame) >= FILL_SHARE else Fit.BLUR
