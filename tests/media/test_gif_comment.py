"""Text in GIF files, read back by Pillow and FFmpeg."""

from pathlib import Path

import av
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from ai_video_generator.errors import InputError
from ai_video_generator.media.gif_comment import write_comment


def small_gif(path: Path, frame_count: int = 3) -> Path:
    frames = [Image.new("RGB", (16, 12), (70 * index, 90, 30)) for index in range(frame_count)]
    frames[0].save(path, save_all=True, append_images=frames[1:], duration=100)
    return path


def comment_of(path: Path) -> str:
    with av.open(str(path)) as container:
        return container.metadata.get("comment", "")


@settings(deadline=None, max_examples=40)
@given(
    text=st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1, max_size=2000)
)
def test_any_text_comes_back(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    path = small_gif(tmp_path_factory.mktemp("gif") / "a.gif")
    write_comment(path, text)
    assert comment_of(path) == text


@pytest.mark.parametrize("length", [1, 254, 255, 256, 510, 511, 100_000])
def test_texts_of_any_length_come_back(tmp_path: Path, length: int) -> None:
    path = small_gif(tmp_path / "a.gif")
    text = ("0123456789" * (length // 10 + 1))[:length]
    write_comment(path, text)
    assert comment_of(path) == text


def test_frames_stay_as_they_were(tmp_path: Path) -> None:
    path = small_gif(tmp_path / "a.gif")
    before = path.read_bytes()
    write_comment(path, "hello")
    after = path.read_bytes()
    assert after.replace(b"\x21\xfe\x05hello\x00", b"", 1) == before
    with Image.open(path) as image:
        assert getattr(image, "n_frames", 1) == 3
        image.seek(2)
        assert np.abs(np.asarray(image.convert("RGB")).astype(int) - (140, 90, 30)).max() <= 4


def test_a_long_text_is_not_taken_for_a_frame(tmp_path: Path) -> None:
    path = small_gif(tmp_path / "a.gif")
    write_comment(path, "0123456789" * 900)
    with av.open(str(path)) as container:
        assert sum(packet.size > 0 for packet in container.demux(video=0)) == 3


@pytest.mark.parametrize("data", [b"", b"GIF89a", b"\x89PNG\r\n\x1a\n;", b"GIF89a and no trailer"])
def test_what_is_no_whole_gif_is_refused_and_left_alone(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "a.gif"
    path.write_bytes(data)
    with pytest.raises(InputError):
        write_comment(path, "hello")
    assert path.read_bytes() == data
