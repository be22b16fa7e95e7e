"""What is read ahead is not read again, and harms nothing where it cannot be read."""

from pathlib import Path

import pytest
from corpus.oddities import write_picture, write_sound

from ai_video_generator.core.input_reader import InputReader
from ai_video_generator.errors import AudioUnreadableError, CancelledError
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker


class Stages:
    """What is being done, stage by stage."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def __call__(self, report: ProgressReport) -> None:
        if report.stage not in self.names:
            self.names.append(report.stage)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_picture(tmp_path / "photo.png", 300, 200)
    write_sound(tmp_path / "song.wav", 2.0)
    return tmp_path


def test_what_was_read_ahead_is_not_read_again(folder: Path) -> None:
    stages = Stages()
    reader = InputReader(folder / "cache", ProgressTracker(stages))
    pictures = [folder / "photo.png"]
    with reader.ahead(pictures, folder / "song.wav"):
        pass
    assert stages.names == []

    hearing, notes = reader.heard(folder / "song.wav"), reader.seen(reader.pictures(pictures))

    assert stages.names == []
    fresh = InputReader(folder / "cache", ProgressTracker(stages))
    assert fresh.heard(folder / "song.wav").info == hearing.info
    assert fresh.seen(fresh.pictures(pictures))[0] is not None
    assert notes[0] is not None
    assert stages.names == ["listening to the sound", "looking at the pictures"]


def test_a_sound_that_has_changed_is_heard_anew(folder: Path) -> None:
    reader = InputReader(folder / "cache", ProgressTracker())
    with reader.ahead([folder / "photo.png"], folder / "song.wav"):
        pass
    write_sound(folder / "song.wav", 3.0)
    assert reader.heard(folder / "song.wav").info.duration_s == 3


def test_what_cannot_be_read_ahead_is_told_by_its_own_job(folder: Path) -> None:
    reader = InputReader(folder / "cache", ProgressTracker())
    (folder / "noise.wav").write_text("no sound")
    for name in ("noise.wav", "none.wav"):
        with reader.ahead([folder / "photo.png"], folder / name):
            pass
        with pytest.raises(AudioUnreadableError):
            reader.heard(folder / name)


def test_a_stop_ends_the_reading(folder: Path) -> None:
    write_sound(folder / "song.wav", 3600.0)
    reader = InputReader(folder / "cache", ProgressTracker())

    def stopped() -> None:
        with reader.ahead([folder / "photo.png"], folder / "song.wav"):
            raise CancelledError("stopped on request")

    with pytest.raises(CancelledError):
        stopped()
    stages = Stages()
    write_sound(folder / "song.wav", 1.0)
    InputReader(folder / "cache", ProgressTracker(stages)).heard(folder / "song.wav")
    assert stages.names == ["listening to the sound"]
