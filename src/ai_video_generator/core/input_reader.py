"""Reads what a job is made from; the next job's already while this one is made."""

import logging
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from ai_video_generator.core.seeing import Sight, file_key
from ai_video_generator.errors import AIVideoError, InputError
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.hearing import Hearing
from ai_video_generator.media.image_file import picture_info
from ai_video_generator.media.picture import PictureInfo
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.progress_tracker import ProgressTracker
from ai_video_generator.storyboard.picture_notes import PictureNotes

_log = logging.getLogger(__name__)

_HEARD_COUNT = 2
# The sound of the job at hand, and the one that was heard ahead.


class InputReader:
    """Reads pictures and sounds, so that what is planned from them is true.

    Args:
        cache_folder: Where a depth network may lie that is not among the installed weights.
        progress: Where progress is reported, and a stop comes from.
    """

    def __init__(self, cache_folder: Path, progress: ProgressTracker) -> None:
        self._sight, self._progress = Sight(cache_folder), progress
        self._heard: OrderedDict[tuple[object, ...], Hearing] = OrderedDict()

    def pictures(self, paths: Sequence[Path]) -> tuple[PictureInfo, ...]:
        """Read the pictures' headers.

        Raises:
            InputError: When there are none, or one cannot be read.
        """
        if not paths:
            raise InputError("no picture was given", hint="give one or more: photo.jpg song.mp3")
        return tuple(picture_info(path) for path in paths)

    def seen(self, pictures: Sequence[PictureInfo]) -> tuple[PictureNotes | None, ...]:
        """Look at the pictures: faces, places worth a shot, horizon, depth."""
        return self._sight.seen(pictures, self._progress)

    def measured(self, sound: Path) -> SoundInfo:
        """Decode a sound to its last sample and measure it.

        Raises:
            AudioUnreadableError: When it cannot be decoded.
        """
        self._progress.start("listening to the sound")
        return AudioProcessor(self._progress).probe(sound)

    def heard(self, sound: Path) -> Hearing:
        """Measure a sound, and hear its beats and sections, in one pass.

        Raises:
            AudioUnreadableError: When it cannot be decoded.
        """
        return self._listen(sound, self._progress)

    @contextmanager
    def ahead(self, pictures: Sequence[Path], sound: Path) -> Iterator[None]:
        """Read the inputs of the next job on a thread while the block runs.

        What cannot be read is no failure here: the next job itself will tell.

        Args:
            pictures: Its pictures.
            sound: Its sound.
        """
        silent = ProgressTracker()

        def read() -> None:
            try:
                self._listen(sound, silent)
                self._sight.seen(self.pictures(pictures), silent)
            except (AIVideoError, OSError) as error:
                _log.debug("what comes next cannot be read ahead: %s", error)

        thread = threading.Thread(target=read, name="reading ahead")
        thread.start()
        try:
            yield
        except BaseException:
            silent.stop()
            raise
        finally:
            thread.join()

    def _listen(self, sound: Path, progress: ProgressTracker) -> Hearing:
        try:
            key = file_key(sound)
        except (OSError, ValueError):  # the decoder says what is wrong with it
            key = (sound,)
        hearing = self._heard.get(key)
        if hearing is None:
            progress.start("listening to the sound")
            hearing = AudioProcessor(progress).hear(sound)
            self._heard[key] = hearing
            while len(self._heard) > _HEARD_COUNT:
                self._heard.popitem(last=False)
        return hearing
