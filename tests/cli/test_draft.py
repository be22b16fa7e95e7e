"""``aivg draft`` shows what ``aivg make`` will, only smaller."""

import json
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from corpus.oddities import write_sound
from corpus.stills import photo
from PIL import Image
from program import aivg


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.fromarray(photo(1800, 1200)).save(tmp_path / "photo.jpg", quality=95)
    write_sound(tmp_path / "song.wav", 4.0)
    return tmp_path


def luma(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def test_the_full_video_differs_only_in_size(folder: Path) -> None:
    done = aivg("draft", "photo.jpg", "song.wav", folder=folder)
    assert (done.returncode, done.stdout) == (0, "song-draft.mp4\n"), done.stderr
    full = aivg("make", "photo.jpg", "song.wav", "-o", "v.mp4", folder=folder)
    assert full.returncode == 0, full.stderr

    small, large = luma(folder / "song-draft.mp4"), luma(folder / "v.mp4")

    assert len(small) == len(large)
    assert small[0].shape == (360, 640)
    assert large[0].shape[0] > 360
    for index in range(0, len(small), 7):
        shrunk = cv2.resize(large[index], (640, 360), interpolation=cv2.INTER_AREA)
        difference = small[index].astype(float) - shrunk
        # Two encodings of a soft picture: about 40 dB.
        assert np.sqrt((difference**2).mean()) < 3


def test_its_storyboard_is_the_full_ones(folder: Path) -> None:
    aivg("draft", "photo.jpg", "song.wav", "--seed", "5", folder=folder)
    aivg("storyboard", "photo.jpg", "song.wav", "--seed", "5", "-o", "s.json", folder=folder)

    shown = json.loads(aivg("show", "song-draft.mp4", "--json", folder=folder).stdout)
    told = json.loads((folder / "s.json").read_text())

    assert len(shown["storyboard"]["shots"]) == len(told["shots"])
    for shot, other in zip(shown["storyboard"]["shots"], told["shots"], strict=True):
        assert {name: shot[name] for name in other} == {
            name: {"turn": 0.0, **value} if isinstance(value, dict) else value
            for name, value in other.items()
        }
