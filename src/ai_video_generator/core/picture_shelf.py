"""Pictures of a job, read when they are needed and put away when they are not."""

from collections.abc import Callable, Sequence
from functools import partial
from math import ceil
from pathlib import Path
from threading import Lock
from typing import overload

from ai_video_generator.media.image_file import read_picture
from ai_video_generator.media.picture import Picture, PictureInfo
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.storyboard.storyboard import Storyboard

_DETAIL = 1.35
# Pictures are read this much larger than the tightest view needs: the camera's oversampling, and a
# little more.

_KEPT = 2
# A dissolve shows two pictures; an album of forty would otherwise fill the memory.


class PictureShelf(Sequence[Picture]):
    """A sequence of pictures of which at most two are in memory.

    Args:
        paths: The files.
        needed: Size to which each is needed, see `read_picture`.
    """

    def __init__(self, paths: Sequence[Path], *, needed: Resolution) -> None:
        self._paths, self._needed = tuple(paths), needed
        self._pictures: dict[int, Picture] = {}
        self._lock = Lock()

    def __reduce__(self) -> tuple[Callable[..., "PictureShelf"], tuple[tuple[Path, ...]]]:
        """Pickle where the pictures are, not the pictures; the other process reads its own."""
        return partial(PictureShelf, needed=self._needed), (self._paths,)

    def __len__(self) -> int:
        return len(self._paths)

    @overload
    def __getitem__(self, index: int) -> Picture: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[Picture]: ...
    def __getitem__(self, index: int | slice) -> Picture | Sequence[Picture]:
        """Read a picture, or return it when it is still here."""
        if isinstance(index, slice):
            return PictureShelf(self._paths[index], needed=self._needed)
        with self._lock:
            picture = self._pictures.pop(index, None)
            if picture is None:
                while len(self._pictures) >= _KEPT:
                    self._pictures.pop(next(iter(self._pictures)))
                picture = read_picture(self._paths[index], needed=self._needed)
            self._pictures[index] = picture
            return picture


def shelf_for(
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
