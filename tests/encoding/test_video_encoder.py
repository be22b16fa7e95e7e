"""Finished files, read back by other means than they were written with."""

import json
import os
import struct
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest
from corpus.pictures import QUARTERS, card
from numpy.typing import NDArray

from ai_video_generator.config.choices import Codec
from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.errors import CancelledError, DiskFullError, EncodingError, RenderError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.plan import EncoderChoice

NTSC = Fraction(24_000, 1001)
SIZE = Resolution(192, 128)
COUNT = 17


@dataclass(frozen=True)
class Kind:
    """A compression in a container, at a quality at which flat colours survive."""

    codec: Codec
    encoder: str
    pixel_format: str
    container: str
    options: dict[str, str]

    def __str__(self) -> str:
        return f"{self.codec}-{self.container}"


X264 = {"preset": "veryfast", "crf": "10"}
X265 = {"preset": "ultrafast", "crf": "10"}
SVT = {"preset": "10", "crf": "10"}
VPX = {"deadline": "realtime", "cpu-used": "8", "b": "0", "crf": "8"}
H264 = Kind(Codec.H264, "libx264", "yuv420p", "mp4", X264)
AV1 = Kind(Codec.AV1, "libsvtav1", "yuv420p", "mp4", SVT)
HEVC = Kind(Codec.HEVC, "libx265", "yuv420p", "mp4", X265)
GIF = Kind(Codec.GIF, "gif", "pal8", "gif", {})
KINDS = [
    H264,
    Kind(Codec.H264, "libx264", "yuv420p", "mov", X264),
    Kind(Codec.H264, "libx264", "yuv420p", "mkv", X264),
    HEVC,
    AV1,
    Kind(Codec.AV1, "libsvtav1", "yuv420p", "webm", SVT),
    Kind(Codec.VP9, "libvpx-vp9", "yuv420p", "webm", VPX),
    Kind(Codec.PRORES, "prores_ks", "yuv422p10le", "mov", {"profile": "3"}),
    GIF,
]
TAGGED = [kind for kind in KINDS if kind is not GIF]


def cards(count: int = COUNT) -> FrameStream:
    """Four flat quarters, and a white square that walks through the middle."""
    for index in range(count):
        rgb = card(SIZE.width_px, SIZE.height_px)
        rgb[60:68, 4 * index : 4 * index + 8] = 255
        yield Frame.from_rgb(rgb)


def written(
    path: Path,
    kind: Kind = H264,
    *,
    frames: FrameStream | None = None,
    rate: Fraction = NTSC,
    count: int = COUNT,
    tags: dict[str, str] | None = None,
) -> Path:
    write_video(
        path,
        frames or cards(count),
        size=SIZE,
        timeline=Timeline(frame_rate=rate, frame_count=count),
        encoder=EncoderChoice(
            codec=kind.codec,
            name=kind.encoder,
            pixel_format=kind.pixel_format,
            options=kind.options,
            threads=2,
        ),
        container=kind.container,
        sound=None,
        sound_choice=None,
        tags=tags or {},
    )
    return path


def made(folder: Path, kind: Kind) -> Path:
    return written(folder / f"video.{kind.container}", kind)


@pytest.mark.parametrize("kind", KINDS, ids=str)
@pytest.mark.parametrize("rate", [NTSC, Fraction(30), Fraction(50)], ids=str)
def test_every_frame_begins_when_it_should(tmp_path: Path, kind: Kind, rate: Fraction) -> None:
    path = written(tmp_path / f"video.{kind.container}", kind, rate=rate)
    with av.open(str(path)) as container:
        stream = container.streams.video[0]
        unit_s = stream.time_base
        assert unit_s is not None
        times = sorted(
            packet.pts * unit_s for packet in container.demux(stream) if packet.pts is not None
        )
        length_s = stream.duration * unit_s if stream.duration else None
    assert len(times) == COUNT
    # MP4 and MOV are exact; Matroska and WebM count milliseconds, GIF hundredths of a second.
    coarse = {"mkv": Fraction(1, 1000), "webm": Fraction(1, 1000), "gif": Fraction(1, 100)}
    unit = coarse.get(kind.container, Fraction(0))
    for index, time_s in enumerate(times):
        assert abs(time_s - index / rate) <= unit
    if length_s is not None:
        assert abs(length_s - COUNT / rate) <= unit


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_an_independent_program_counts_the_same_frames(
    tmp_path: Path, ffprobe: str, kind: Kind
) -> None:
    path = made(tmp_path, kind)
    told = subprocess.run(
        [ffprobe, "-v", "error", "-count_frames", "-show_streams", "-of", "json", path],
        capture_output=True,
        check=True,
    )
    [stream] = json.loads(told.stdout)["streams"]
    assert int(stream["nb_read_frames"]) == COUNT
    assert (stream["width"], stream["height"]) == (SIZE.width_px, SIZE.height_px)


@pytest.mark.parametrize("kind", TAGGED, ids=str)
def test_files_say_that_their_colours_are_bt709_in_limited_range(
    tmp_path: Path, ffprobe: str, kind: Kind
) -> None:
    told = subprocess.run(
        [ffprobe, "-v", "error", "-show_streams", "-of", "json", made(tmp_path, kind)],
        capture_output=True,
        check=True,
    )
    [stream] = json.loads(told.stdout)["streams"]
    assert stream["color_space"] == "bt709"
    assert stream["color_primaries"] == "bt709"
    assert stream["color_transfer"] == "bt709"
    assert stream["color_range"] == "tv"


def decoded(path: Path) -> Iterator[NDArray[np.float64]]:
    """Frames as RGB 0..255, worked out here by the formulas of BT.709-6."""
    with av.open(str(path)) as container:
        for frame in container.decode(video=0):
            if frame.format.name in ("bgra", "rgb24", "pal8"):
                yield frame.to_ndarray(format="rgb24").astype(np.float64)
                continue
            planes = frame.to_ndarray().astype(np.float64)
            if frame.format.name == "yuv422p10le":
                yield _rgb(*(planes / 4))
                continue
            assert frame.format.name == "yuv420p"
            height, width = frame.height, frame.width
            half = planes[height:].reshape(2, height // 2, width // 2)
            u, v = half.repeat(2, 1).repeat(2, 2)
            yield _rgb(planes[:height], u, v)


def _rgb(
    y: NDArray[np.float64], u: NDArray[np.float64], v: NDArray[np.float64]
) -> NDArray[np.float64]:
    luma, blue, red = (y - 16) / 219, (u - 128) / 224, (v - 128) / 224
    r = luma + 1.5748 * red
    b = luma + 1.8556 * blue
    g = (luma - 0.2126 * r - 0.0722 * b) / 0.7152
    return np.stack([r, g, b], -1) * 255


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_flat_colours_survive_within_two_levels(tmp_path: Path, kind: Kind) -> None:
    frames = list(decoded(made(tmp_path, kind)))
    assert len(frames) == COUNT
    middles = [(16, 24), (16, 168), (112, 24), (112, 168)]
    for frame in frames[:: COUNT - 1]:
        for (row, column), color in zip(middles, QUARTERS, strict=True):
            patch = frame[row - 8 : row + 8, column - 8 : column + 8]
            assert np.abs(patch.mean((0, 1)) - color).max() <= 2


def boxes(path: Path) -> list[str]:
    """Names of an MP4 file's outermost boxes, in order (ISO/IEC 14496-12, 4.2)."""
    data, names, position = path.read_bytes(), [], 0
    while position < len(data):
        length, name = struct.unpack_from(">I4s", data, position)
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, position + 8)
        names.append(name.decode())
        position += length
    return names


@pytest.mark.parametrize(
    "kind", [kind for kind in KINDS if kind.container in ("mp4", "mov")], ids=str
)
def test_playing_can_begin_before_the_file_is_loaded(tmp_path: Path, kind: Kind) -> None:
    names = boxes(made(tmp_path, kind))
    assert names.index("moov") < names.index("mdat")


def test_hevc_carries_the_name_that_apple_knows(tmp_path: Path) -> None:
    data = made(tmp_path, HEVC).read_bytes()
    assert b"hvc1" in data
    assert b"hev1" not in data


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_tags_are_in_the_file(tmp_path: Path, kind: Kind) -> None:
    text = json.dumps({"recipe": "äöü 漢字 🎬", "list": list(range(300)), "quote": "\"';=\\"})
    path = written(tmp_path / f"video.{kind.container}", kind, tags={"comment": text})
    with av.open(str(path)) as container:
        found = {name.lower(): value for name, value in container.metadata.items()}
    assert found["comment"] == text


@pytest.mark.parametrize("kind", KINDS, ids=str)
def test_the_same_frames_give_the_same_bytes(tmp_path: Path, kind: Kind) -> None:
    one, other = (
        written(tmp_path / f"{name}.{kind.container}", kind, tags={"comment": "x"}) for name in "ab"
    )
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("count", [0, COUNT - 1, COUNT + 1])
def test_another_number_of_frames_than_planned_is_an_error(tmp_path: Path, count: int) -> None:
    with pytest.raises(EncodingError, match=f"{count} frames .* {COUNT}"):
        written(tmp_path / "video.mp4", frames=cards(count))


@pytest.mark.parametrize(
    "kind",
    [
        Kind(Codec.H264, "no_such_encoder", "yuv420p", "mp4", {}),
        Kind(Codec.H264, "libx264", "yuv420p", "mp4", {"preset": "no such preset"}),
        Kind(Codec.H264, "libx264", "no_such_format", "mp4", {}),
        Kind(Codec.H264, "libx264", "yuv420p", "webm", {}),
        Kind(Codec.H264, "h264_nvenc", "yuv420p", "mp4", {"gpu": "99"}),
    ],
    ids=lambda kind: f"{kind.encoder}-{kind.pixel_format}-{kind.container}",
)
def test_an_encoder_that_does_not_work_is_our_error(tmp_path: Path, kind: Kind) -> None:
    with pytest.raises(EncodingError) as caught:
        written(tmp_path / "video.file", kind)
    assert kind.encoder in str(caught.value)
    assert caught.value.hint


def test_errors_of_the_model_pass_and_its_stream_is_closed(tmp_path: Path) -> None:
    closed = []

    def failing() -> FrameStream:
        try:
            yield from cards(3)
            raise RenderError("out of paint")
        finally:
            closed.append(True)

    with pytest.raises(RenderError, match="out of paint"):
        written(tmp_path / "video.mp4", frames=failing())
    assert closed


def test_a_stop_closes_the_models_stream(tmp_path: Path) -> None:
    closed = []

    def endless() -> FrameStream:
        try:
            while True:
                yield from cards(1)
        finally:
            closed.append(True)

    def stop() -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        write_video(
            tmp_path / "video.mp4",
            endless(),
            size=SIZE,
            timeline=Timeline(frame_rate=NTSC, frame_count=1000),
            encoder=EncoderChoice(
                codec=Codec.H264, name="libx264", pixel_format="yuv420p", options={}, threads=1
            ),
            container="mp4",
            sound=None,
            sound_choice=None,
            tags={},
            on_frame=stop,
        )
    assert closed


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's /dev/full")
@pytest.mark.parametrize("container", ["mkv", "webm", "gif"])
def test_a_full_device_is_told_as_such(container: str) -> None:
    kind = next(kind for kind in KINDS if kind.container == container)
    with pytest.raises(DiskFullError):
        written(Path("/dev/full"), kind)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small disk")
def test_a_small_disk_that_fills_is_told_as_such(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=64k", "tmpfs", disk], check=False, capture_output=True
    )
    if mounted.returncode:
        pytest.skip("this container may not mount")
    noise = np.random.default_rng(0)

    def busy() -> FrameStream:
        for _ in range(COUNT):
            yield Frame.from_rgb(noise.integers(0, 256, (128, 192, 3), dtype=np.uint8))

    try:
        with pytest.raises(DiskFullError):
            written(disk / "video.mp4", frames=busy())
    finally:
        subprocess.run(["umount", disk], check=True)


_QUIET = """
import sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
import importlib.util
spec = importlib.util.spec_from_file_location("here", sys.argv[2])
here = importlib.util.module_from_spec(spec)
sys.modules["here"] = here
spec.loader.exec_module(here)
for kind in here.KINDS:
    here.made(Path(sys.argv[3]), kind)
"""


@pytest.mark.slow
def test_no_encoder_writes_to_the_terminal(tmp_path: Path) -> None:
    tests = str(Path(__file__).parents[1])
    done = subprocess.run(
        [sys.executable, "-c", _QUIET, tests, __file__, str(tmp_path)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert (done.stdout, done.stderr) == ("", "")


@pytest.mark.parametrize("height", [32, 34, 90, 134])
@pytest.mark.parametrize("width", [34, 160])
def test_every_even_size_is_encoded_row_by_row(tmp_path: Path, width: int, height: int) -> None:
    noise = np.random.default_rng(0).integers(16, 236, (height * 3 // 2, width), np.uint8)
    frames = [Frame(noise), Frame(np.ascontiguousarray(noise[::-1]))]
    write_video(
        tmp_path / "v.mp4",
        (frame for frame in frames),
        size=Resolution(width, height),
        timeline=Timeline(frame_rate=Fraction(25), frame_count=2),
        encoder=EncoderChoice(
            codec=Codec.H264,
            name="libx264",
            pixel_format="yuv420p",
            options={"qp": "0"},
            threads=1,
        ),
        container="mp4",
        sound=None,
        sound_choice=None,
        tags={},
    )
    with av.open(str(tmp_path / "v.mp4")) as file:
        for frame, seen in zip(frames, file.decode(video=0), strict=True):
            for plane, ours in zip(seen.planes, (frame.y, frame.u, frame.v), strict=True):
                rows = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]  # planes are buffers
                rows = rows.reshape(plane.height, plane.line_size)
                assert np.array_equal(rows[:, : plane.width], ours)
