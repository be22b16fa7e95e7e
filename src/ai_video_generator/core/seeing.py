"""Looks at the pictures of a job, one after another; what cannot be seen is no failure."""

import logging
from collections.abc import Sequence
from pathlib import Path

from ai_video_generator.core.depth_model import depth_model
from ai_video_generator.errors import WeightsError
from ai_video_generator.media.image_file import read_picture
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.storyboard.picture_notes import PictureNotes
from ai_video_generator.storyboard.picture_reading import READING, read_notes

_log = logging.getLogger(__name__)


def seen(
    pictures: Sequence[PictureInfo], progress: ProgressTracker, *, cache_folder: Path
) -> tuple[PictureNotes | None, ...]:
    """What is in each picture, in order; None where the program's own networks are damaged.

    Args:
        pictures: The pictures.
        progress: Where progress is reported, and a stop comes from.
        cache_folder: Where a depth network may lie that is not among the installed weights.

    Raises:
        ImageUnreadableError: When a picture cannot be read.
        CancelledError: When a stop was asked for.
    """
    progress.start("looking at the pictures", total=len(pictures), unit="pictures")
    found: list[PictureNotes | None] = []
    network = depth_model(cache_folder)
    for info in pictures:
        picture = read_picture(info.path, needed=READING)
        try:
            notes = read_notes(picture.rgb, depth_model=network)
        except WeightsError as error:
            _log.warning("nothing is known of %s: %s", info.path.name, error)
            notes = None
        found.append(notes)
        progress.advance()
    return tuple(found)
