import io
import os
import struct
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from corpus import videos
from PIL import Image

from ai_video_generator.errors import InputError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.video_file import frames_at, video_info

COLOR_TOLERANCE = 3
# Levels: one for rounding to 8-bit YCbCr in each direction and one for the codec at crf 12.


def test_every_fact_of_a_video_is_measured(tmp_path: Path) -> None:
    path = videos.make_video(
        tmp_path / "v.mp4", sound_samples=70_001, tags={"comment": "a recipe", "Title": "Sea"}
    )
    info = video_info(path)
    assert "mp4" in info.container
    assert (info.video_codec, info.sound_codec) == ("h264", "flac")
    assert info.size == Resolution(160, 96)
    assert info.frame_rate == Fraction(30_000, 1001)
    assert info.frame_count == 50
    assert info.video_duration_s == 50 * Fraction(1001, 30_000)
    assert info.sample_rate_hz == videos.SOUND_RATE_HZ
    assert info.sound_duration_s is not None
    # MP4 rounds the length of a track to its time scale, a millisecond.
    assert abs(info.sound_duration_s - Fraction(70_001, videos.SOUND_RATE_HZ)) <= Fraction(1, 1000)
    assert info.color_matrix == info.color_primaries == info.color_transfer == "bt709"
    assert info.color_range == "limited"
    assert info.tags["comment"] == "a recipe"
    assert info.tags["title"] == "Sea"


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov", ".ts"])
@pytest.mark.parametrize("rate", [Fraction(15), Fraction(24_000, 1001), Fraction(60)])
def test_frames_are_counted_in_every_container(suffix: str, rate: Fraction, tmp_path: Path) -> None:
    info = video_info(videos.make_video(tmp_path / f"v{suffix}", frame_count=37, frame_rate=rate))
    assert info.frame_count == 37
    assert info.frame_rate == rate
    # Matroska writes times in milliseconds, MPEG transport streams in 1/90000 s.
    assert abs(info.video_duration_s - 37 / rate) <= Fraction(1, 500)
    assert (info.sound_codec, info.sample_rate_hz, info.sound_duration_s) == (None, None, None)


def test_a_single_frame_has_a_length(tmp_path: Path) -> None:
    info = video_info(videos.make_video(tmp_path / "v.mp4", frame_count=1, frame_rate=Fraction(25)))
    assert (info.frame_count, info.video_duration_s) == (1, Fraction(1, 25))


@pytest.mark.parametrize("suffix", [".mp4", ".mkv"])
def test_frames_of_given_times_have_the_colors_that_were_encoded(
    suffix: str, tmp_path: Path
) -> None:
    path = videos.make_video(tmp_path / f"v{suffix}", frame_rate=Fraction(25))
    indices = [0, 3, 9, 10, 27, 44, 49, 20, 1]
    times_s = [Fraction(2 * index + 1, 50) for index in indices]
    for index, rgb in zip(indices, frames_at(path, times_s), strict=True):
        assert rgb.shape == (96, 160, 3)
        assert np.abs(rgb.astype(int) - videos.color_at(index)).max() <= COLOR_TOLERANCE


def test_seeking_over_a_long_gap_finds_the_frame(tmp_path: Path) -> None:
    path = videos.make_video(tmp_path / "v.mp4", frame_count=60, frame_rate=Fraction(1))
    for index, rgb in zip((2, 57, 31, 58), frames_at(path, (2.5, 57.5, 31.5, 58.5)), strict=True):
        assert np.abs(rgb.astype(int) - videos.color_at(index)).max() <= COLOR_TOLERANCE


def test_times_outside_the_video_give_its_ends(tmp_path: Path) -> None:
    path = videos.make_video(tmp_path / "v.mp4")
    for index, rgb in zip((0, 49), frames_at(path, (-5, 500)), strict=True):
        assert np.abs(rgb.astype(int) - videos.color_at(index)).max() <= COLOR_TOLERANCE


def test_a_video_without_tags_is_taken_as_bt709(tmp_path: Path) -> None:
    path = tmp_path / "v.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 32, 32, "yuv420p"
        rgb = av.VideoFrame.from_ndarray(videos.flat((200, 40, 30), 32, 32), format="rgb24")
        frame = rgb.reformat(format="yuv420p", dst_colorspace=1)
        frame.colorspace = 2
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    assert video_info(path).color_matrix == "unspecified"
    (shown,) = frames_at(path, [0])
    # As BT.601 it would be (179, 51, 35).
    assert np.abs(shown.astype(int) - (200, 40, 30)).max() <= COLOR_TOLERANCE


def _sound_with_cover(path: Path) -> Path:
    with av.open(str(path), "w") as container:
        sound = container.add_stream("libmp3lame", rate=44_100)
        frame = av.AudioFrame.from_ndarray(np.zeros((1, 4410), np.int16), layout="mono")
        frame.sample_rate = 44_100
        container.mux(sound.encode(frame))
        container.mux(sound.encode(None))
    cover = io.BytesIO()
    Image.new("RGB", (16, 16), "red").save(cover, "JPEG")
    content = b"\0image/jpeg\0\x03\0" + cover.getvalue()
    frame_bytes = b"APIC" + struct.pack(">IH", len(content), 0) + content
    # ID3v2.3: lengths of the whole tag have seven bits a byte.
    length = bytes(len(frame_bytes) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path.write_bytes(b"ID3\3\0\0" + length + frame_bytes + path.read_bytes())
    return path


def test_what_is_no_video_is_refused(tmp_path: Path) -> None:
    letter, empty = tmp_path / "letter.mp4", tmp_path / "empty.mp4"
    letter.write_bytes(b"Dear reader," * 50)
    empty.write_bytes(b"")
    cut = videos.make_video(tmp_path / "cut.mp4")
    cut.write_bytes(cut.read_bytes()[:1000])
    for path, said in (
        (letter, "not a video"),
        (empty, "not a video"),
        (cut, "not a video"),
        (tmp_path, "not a regular file"),
        (tmp_path / "none.mp4", "no video"),
        (_sound_with_cover(tmp_path / "song.mp3"), "holds no video"),
    ):
        for read in (video_info, lambda path: list(frames_at(path, [0]))):
            with pytest.raises(InputError, match=said) as caught:
                read(path)
            assert caught.value.hint


def test_a_picture_is_a_video_of_one_frame(tmp_path: Path) -> None:
    path = tmp_path / "p.png"
    Image.new("RGB", (20, 10), (1, 2, 3)).save(path)
    (shown,) = frames_at(path, [0])
    assert shown.shape == (10, 20, 3)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "fifo.mp4"
    os.mkfifo(path)
    with pytest.raises(InputError, match="not a regular file"):
        video_info(path)
