"""Looks at the pictures of a job, one after another; what cannot be seen is no failure."""

import logging
from collections import OrderedDict
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


_KEPT_COUNT = 16
# Pictures whose notes are kept, 0.3 MB each: enough for the cover of an album, whose jobs would
# otherwise look at it anew, 1 to 4 seconds each time.


class Sight:
    """Looks at pictures, and remembers the last of them while their files stay as they are.

    Args:
        cache_folder: As in `seen`.
    """

    def __init__(self, cache_folder: Path) -> None:
        self._cache_folder = cache_folder
        self._kept: OrderedDict[tuple[object, ...], PictureNotes | None] = OrderedDict()

    def seen(
        self, pictures: Sequence[PictureInfo], progress: ProgressTracker
    ) -> tuple[PictureNotes | None, ...]:
        """What is in each picture; see the function of this name."""
        network = depth_model(self._cache_folder)
        eye = (network, network.is_file())
        keys = {info.path: (*eye, *file_key(info.path)) for info in pictures}
        new = [info for info in pictures if keys[info.path] not in self._kept]
        notes = seen(new, progress, cache_folder=self._cache_folder) if new else ()
        found = dict(zip((keys[info.path] for info in new), notes, strict=True))
        told = [found.get(keys[info.path], self._kept.get(keys[info.path])) for info in pictures]
        self._kept |= found
        while len(self._kept) > _KEPT_COUNT:
            self._kept.popitem(last=False)
        return tuple(told)


def file_key(path: Path) -> tuple[object, ...]:
    """What changes when a file does.

    Raises:
        OSError: When there is no such file.
    """
    state = path.stat()
    return path.absolute(), state.st_ino, state.st_size, state.st_mtime_ns


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
