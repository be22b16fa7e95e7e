import os
import struct
import subprocess
import sys
import time
import warnings
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from corpus import pictures, profiles
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from PIL import Image, ImageCms

from ai_video_generator.errors import ImageUnreadableError, InputError
from ai_video_generator.media.image_file import picture_info, read_picture
from ai_video_generator.media.resolution import Resolution

CODEC_TOLERANCE = 4
# Levels, of the mean of a patch: rounding of YCbCr and the codecs' own error on flat areas; the
# worst measured was 2.4 (lossy animated WebP). Exact formats are compared exactly.

EXACT = {
    "plain.png",
    "alpha.png",
    "palette_alpha.png",
    "wide.png",
    "alpha.webp",
    "plain.tif",
    "deflate.tif",
    "ink.tif",
    "wide.tif",
    "plain.bmp",
    "plain.gif",
    "plain.jp2",
    "plain.ppm",
    "plain.qoi",
}

PATCHES = ((4, 4), (4, 76), (44, 4), (44, 76))
# Corners of 16x16 patches well inside the card's quarters.


def patch_means(rgb: NDArray[np.uint8]) -> NDArray[np.float64]:
    """Mean colour of each quarter of the card: ``(4, 3)``."""
    return np.stack([rgb[y : y + 16, x : x + 16].reshape(-1, 3).mean(0) for y, x in PATCHES])


def save(path: Path, pixels: NDArray[np.uint8], **options: Any) -> Path:
    Image.fromarray(pixels).save(path, **options)
    return path


@pytest.mark.parametrize("name", pictures.COLOR_PICTURES)
def test_colors_of_every_format_arrive(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    pictures.COLOR_PICTURES[name](path)
    picture = read_picture(path)
    assert picture.info == picture_info(path)
    assert picture.rgb.shape == (64, 96, 3)
    assert picture.rgb.dtype == np.uint8
    assert picture.rgb.flags["C_CONTIGUOUS"]
    tolerance = 0 if name in EXACT else CODEC_TOLERANCE
    assert np.abs(patch_means(picture.rgb) - pictures.QUARTERS).max() <= tolerance


@pytest.mark.parametrize("name", pictures.GREY_PICTURES)
def test_wide_and_narrow_greys_are_scaled_not_cut(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    pictures.GREY_PICTURES[name](path)
    luma = Image.fromarray(pictures.card()).convert("RGB").convert("L").convert("RGB")
    # One level: Pillow's integer luma, then rounding in JPEG.
    assert np.abs(patch_means(read_picture(path).rgb) - patch_means(np.asarray(luma))).max() <= 1


@pytest.mark.parametrize("name", pictures.BIT_PICTURES)
def test_bits_are_black_and_white(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    pictures.BIT_PICTURES[name](path)
    pixels = read_picture(path).rgb
    assert set(np.unique(pixels)) == {0, 255}
    # Dithering keeps the mean luma of the card (130.1) but for error lost at its edges.
    luma = np.asarray(Image.fromarray(pictures.card()).convert("L"))
    assert pixels.mean() == pytest.approx(luma.mean(), abs=4)


@pytest.mark.parametrize(
    ("values", "expected"),
    [
        (np.array([[-1.0, 0.0, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 0.5, 1.0]], np.float32), [0, 128, 255]),
        (np.array([[0.0, 51.0, 255.0]], np.float32), [0, 51, 255]),
        (np.array([[0.0, 13107.0, 65535.0]], np.float32), [0, 51, 255]),
        (np.array([[np.nan, 1.0, np.inf]], np.float32), [0, 255, 255]),
        (np.array([[np.nan, np.nan, np.nan]], np.float32), [0, 0, 0]),
        (np.array([[0, 1_000_000, 2_000_000]], np.int32), [0, 128, 255]),
    ],
)
def test_unusual_numbers_become_levels(
    values: NDArray[np.generic], expected: list[int], tmp_path: Path
) -> None:
    path = tmp_path / "wide.tif"
    Image.fromarray(values).save(path)
    assert read_picture(path).rgb[0, :, 0].tolist() == expected


def test_lab_becomes_rgb(tmp_path: Path) -> None:
    path = tmp_path / "lab.tif"
    to_lab = ImageCms.buildTransform(
        ImageCms.createProfile("sRGB"), ImageCms.createProfile("LAB"), "RGB", "LAB"
    )
    lab = ImageCms.applyTransform(Image.fromarray(pictures.card()), to_lab)
    assert lab is not None
    lab.save(path)
    # A level of the 8-bit coordinates is up to three levels of RGB.
    assert np.abs(patch_means(read_picture(path).rgb) - pictures.QUARTERS).max() <= 3


_STORED_BY_ORIENTATION = {
    1: None,
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}
# How a camera held that way stores an upright scene (Pillow turns against the clock).


@pytest.mark.parametrize("orientation", _STORED_BY_ORIENTATION)
@pytest.mark.parametrize("name", ["turned.jpg", "turned.png", "turned.webp", "turned.tif"])
def test_every_exif_turn_ends_upright(name: str, orientation: int, tmp_path: Path) -> None:
    _check_turn(tmp_path / name, orientation)


@pytest.mark.parametrize("name", ["turned.avif", "turned.heic"])
def test_turns_of_video_based_formats_end_upright(name: str, tmp_path: Path) -> None:
    pictures.valid_pictures(tmp_path)  # registers HEIC for saving
    _check_turn(tmp_path / name, 6)


def _check_turn(path: Path, orientation: int) -> None:
    turn = _STORED_BY_ORIENTATION[orientation]
    image = Image.fromarray(pictures.card())
    exif = Image.Exif()
    exif[274] = orientation
    (image.transpose(turn) if turn is not None else image).save(path, exif=exif.tobytes())
    assert picture_info(path).size == Resolution(96, 64)
    picture = read_picture(path)
    assert np.abs(patch_means(picture.rgb) - pictures.QUARTERS).max() <= CODEC_TOLERANCE
    half = read_picture(path, needed=Resolution(48, 20))
    assert half.size == Resolution(48, 32)


def test_damaged_exif_is_ignored(tmp_path: Path) -> None:
    path = save(tmp_path / "odd.jpg", pictures.card(), exif=b"Exif\0\0II*\0\xff\xff\xff\x7f")
    assert read_picture(path).size == Resolution(96, 64)


@pytest.mark.parametrize(("ink", "paper"), [(0, 255), (255, 24)])
def test_a_logo_stays_readable(ink: int, paper: int, tmp_path: Path) -> None:
    logo = np.zeros((20, 40, 4), np.uint8)
    logo[5:15, 5:35] = (ink, ink, ink, 255)
    pixels = read_picture(save(tmp_path / "logo.png", logo)).rgb
    assert pixels[0, 0].tolist() == [paper] * 3
    assert pixels[10, 20].tolist() == [ink] * 3


def test_half_transparency_mixes_with_the_background(tmp_path: Path) -> None:
    veil = np.full((4, 4, 4), (0, 0, 0, 128), np.uint8)
    assert read_picture(save(tmp_path / "veil.png", veil)).rgb[0, 0].tolist() == [127] * 3


def test_a_wholly_transparent_picture_is_white(tmp_path: Path) -> None:
    assert read_picture(save(tmp_path / "no.png", np.zeros((4, 4, 4), np.uint8))).rgb.min() == 255


def test_a_transparent_color_of_a_png_is_transparent(tmp_path: Path) -> None:
    path = tmp_path / "key.png"
    Image.fromarray(pictures.card()).save(path, transparency=pictures.QUARTERS[0])
    assert patch_means(read_picture(path).rgb)[0].tolist() == [255] * 3


def test_reducing_does_not_bleed_hidden_colors(tmp_path: Path) -> None:
    stripes = np.zeros((32, 32, 4), np.uint8)
    stripes[:, ::2] = (255, 0, 0, 255)
    picture = read_picture(save(tmp_path / "s.png", stripes), needed=Resolution(16, 16))
    # Half red on white; one level for rounding of alpha.
    assert np.abs(picture.rgb.astype(int) - (255, 127, 127)).max() <= 1


def test_a_profile_is_followed(tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", pictures.card(), icc_profile=profiles.red_is_blue())
    exchanged = np.array(pictures.QUARTERS)[:, ::-1]
    # Two levels: the matrices of the profile are rounded to 16 bits.
    assert np.abs(patch_means(read_picture(path).rgb) - exchanged).max() <= 2
    assert picture_info(path).has_profile


def test_a_profile_keeps_transparency(tmp_path: Path) -> None:
    spot = np.zeros((8, 8, 4), np.uint8)
    spot[2:6, 2:6] = (200, 40, 30, 255)
    path = save(tmp_path / "p.png", spot, icc_profile=profiles.red_is_blue())
    pixels = read_picture(path).rgb
    assert pixels[0, 0].tolist() == [255] * 3
    assert np.abs(pixels[4, 4].astype(int) - (30, 40, 200)).max() <= 2


def test_an_srgb_profile_changes_nothing(tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", pictures.card(), icc_profile=profiles.srgb())
    assert np.array_equal(read_picture(path).rgb, pictures.card())


def test_grey_follows_a_grey_profile(tmp_path: Path) -> None:
    grey = np.full((8, 8), 128, np.uint8)
    path = save(tmp_path / "g.png", grey, icc_profile=profiles.linear_grey())
    # Half the light is sRGB level 188 (IEC 61966-2-1); one level for rounding.
    assert np.abs(read_picture(path).rgb.astype(int) - 188).max() <= 1


def test_grey_follows_a_color_profile(tmp_path: Path) -> None:
    grey = np.full((8, 8), 128, np.uint8)
    path = save(tmp_path / "g.png", grey, icc_profile=profiles.red_is_blue())
    assert np.abs(read_picture(path).rgb.astype(int) - 128).max() <= 1


@pytest.mark.parametrize("name", ["ink.tif", "ink.jpg"])
def test_ink_follows_its_profile(name: str, tmp_path: Path) -> None:
    path = tmp_path / name
    ink = np.zeros((16, 32, 4), np.uint8)
    ink[:, :16], ink[:, 16:] = (255, 255, 255, 0), (0, 0, 0, 255)
    Image.fromarray(ink, "CMYK").save(path, icc_profile=profiles.plain_ink(), quality=95)
    pixels = read_picture(path).rgb.astype(int)
    # In this profile only black ink shows; without it the left half would be black too. JPEG costs
    # a few levels.
    assert pixels[:, :12].min() >= 250
    assert pixels[:, 20:].max() <= 5


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"no profile at all" * 20, "broken"),
        (profiles.srgb()[:200], "broken"),
        (profiles.plain_ink(), "CMYK profile"),
        (profiles.linear_grey(), "GRAY profile"),
    ],
)
def test_a_profile_that_does_not_fit_is_ignored_and_logged(
    data: bytes, said: str, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = save(tmp_path / "p.png", pictures.card(), icc_profile=data)
    assert np.array_equal(read_picture(path).rgb, pictures.card())
    assert said in caplog.text


@pytest.mark.parametrize(
    ("size", "needed", "expected"),
    [
        ((400, 300), (200, 100), (200, 150)),
        ((400, 300), (100, 140), (187, 140)),
        ((400, 300), (400, 300), (400, 300)),
        ((400, 300), (800, 100), (400, 300)),
        ((400, 300), (1, 1), (2, 1)),
        ((3000, 3), (100, 100), (3000, 3)),
    ],
)
@pytest.mark.parametrize("suffix", [".jpg", ".png"])
def test_needed_is_covered_and_no_more(
    size: tuple[int, int],
    needed: tuple[int, int],
    expected: tuple[int, int],
    suffix: str,
    tmp_path: Path,
) -> None:
    path = save(tmp_path / f"p{suffix}", pictures.card(*size))
    picture = read_picture(path, needed=Resolution(*needed))
    assert picture.size == Resolution(*expected)
    assert picture.info.size == Resolution(*size)


def test_reducing_averages_areas(tmp_path: Path) -> None:
    dots = (np.indices((300, 300)).sum(0) % 2 * 255).astype(np.uint8)
    picture = read_picture(save(tmp_path / "dots.png", dots), needed=Resolution(70, 70))
    # A filter that skips pixels would show black and white; the mean is 127.5 and four whole dots
    # make it exactly. The last step, 75 to 70 pixels, averages flat grey.
    assert np.abs(picture.rgb.astype(int) - 128).max() <= 1


def test_the_last_part_of_a_reduction_averages_too(tmp_path: Path) -> None:
    dots = (np.indices((150, 150)).sum(0) % 2 * 255).astype(np.uint8)
    picture = read_picture(save(tmp_path / "dots.png", dots), needed=Resolution(100, 100))
    # An area of 1.5x1.5 dots is 1.25/2.25 of one colour at most: 142 or 113. Skipping or linear
    # filters reach further.
    assert np.abs(picture.rgb.astype(int) - 128).max() <= 16


def test_bands_of_a_large_picture_fit_together(tmp_path: Path) -> None:
    noise = np.random.default_rng(0).integers(0, 256, (1500, 2000), np.uint8)
    picture = read_picture(save(tmp_path / "noise.png", noise), needed=Resolution(500, 300))
    whole = cv2.resize(noise, (500, 375), interpolation=cv2.INTER_AREA)
    # Three bands against one piece; one level, because means of 16 pixels are rounded either way.
    assert np.abs(picture.rgb.astype(int) - whole[..., None]).max() <= 1


@settings(max_examples=40, deadline=None)  # deadline: the first example loads codecs
@given(
    size=st.tuples(st.integers(1, 80), st.integers(1, 80)),
    needed=st.tuples(st.integers(1, 80), st.integers(1, 80)),
)
def test_the_reduced_size_is_the_smallest_that_covers(
    size: tuple[int, int], needed: tuple[int, int], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = save(tmp_path_factory.mktemp("p") / "p.png", np.zeros((size[1], size[0]), np.uint8))
    got = read_picture(path, needed=Resolution(*needed)).size
    width, height = got.width_px, got.height_px
    if size[0] <= needed[0] or size[1] <= needed[1]:
        assert (width, height) == size
    else:
        assert width >= needed[0]
        assert height >= needed[1]
        assert width == needed[0] or height == needed[1]
        assert abs(width * size[1] - height * size[0]) < max(size)


@pytest.mark.parametrize("size", [(1, 1), (30_000, 30), (30, 30_000)])
@pytest.mark.parametrize("needed", [None, Resolution(1920, 1080)])
def test_extreme_shapes_are_read(
    size: tuple[int, int], needed: Resolution | None, tmp_path: Path
) -> None:
    path = save(tmp_path / "p.png", pictures.card(*size))
    assert read_picture(path, needed=needed).size == Resolution(*size)


def _png_header(width: int, height: int) -> bytes:
    def chunk(name: bytes, data: bytes) -> bytes:
        return (
            struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
        )

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(b"\0" * 9))


@pytest.mark.parametrize("size", [(20_000, 20_000), (70_000, 2), (2_000_000_000, 1)])
@pytest.mark.parametrize("read", [picture_info, read_picture])
def test_an_absurd_header_is_refused_by_name(
    size: tuple[int, int], read: type, tmp_path: Path
) -> None:
    path = tmp_path / "bomb.png"
    path.write_bytes(_png_header(*size))
    with pytest.raises(ImageUnreadableError, match=f"{size[0]}x{size[1]}") as caught:
        read(path)
    assert caught.value.hint


def test_the_limits_of_pillow_and_warnings_are_left_as_they_were(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 12_345)
    bomb = tmp_path / "bomb.png"
    bomb.write_bytes(_png_header(40_000, 40_000))
    before = (Image.MAX_IMAGE_PIXELS, list(warnings.filters))
    with pytest.raises(ImageUnreadableError):
        read_picture(bomb)
    read_picture(save(tmp_path / "p.png", pictures.card()))
    assert (Image.MAX_IMAGE_PIXELS, list(warnings.filters)) == before


def test_threads_may_read_at_the_same_time(tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", pictures.card(500, 500))
    with ThreadPoolExecutor(8) as pool:
        sizes = set(pool.map(lambda _: read_picture(path).size, range(32)))
    assert sizes == {Resolution(500, 500)}


def test_the_header_is_enough_for_the_facts(tmp_path: Path) -> None:
    path = save(tmp_path / "p.jpg", pictures.card(2000, 1500))
    path.write_bytes(path.read_bytes()[:2000])
    assert picture_info(path).size == Resolution(2000, 1500)
    with pytest.raises(ImageUnreadableError, match=r"damaged.*truncated"):
        read_picture(path)


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "is empty"),
        (b"hello, this is a letter", "not a picture that can be read"),
        (b"ID3\x04" + bytes(100), "begins like an MP3 sound"),
        (b"RIFF\x10\0\0\0WAVEfmt " + bytes(50), "begins like a WAV sound"),
        (b"\0\0\0\x18ftypisom" + bytes(100), "begins like an MP4"),
        (b"%PDF-1.7\n" + bytes(100), "begins like a PDF"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "begins like an SVG"),
        (b"\xff\xd8\xff\xe0" + bytes(10), "damaged: it begins like a JPEG"),
        (b"\x89PNG\r\n\x1a\n", "damaged"),
        (b"\0\0\0\x18ftypheic" + bytes(100), "damaged"),
    ],
)
def test_what_is_no_picture_is_named(data: bytes, said: str, tmp_path: Path) -> None:
    path = tmp_path / "given.jpg"
    path.write_bytes(data)
    with pytest.raises(ImageUnreadableError, match=said) as caught:
        read_picture(path)
    assert "given.jpg" in str(caught.value)
    assert caught.value.hint


def test_no_other_program_is_asked_to_read(tmp_path: Path) -> None:
    path = tmp_path / "drawing.eps"
    Image.fromarray(pictures.card()).save(path)
    with pytest.raises(ImageUnreadableError, match="PostScript"):
        read_picture(path)


def test_missing_folder_and_impossible_names_are_refused(tmp_path: Path) -> None:
    for path, said in (
        (tmp_path / "none.png", "no picture"),
        (tmp_path, "is a folder"),
        (tmp_path / ("x" * 300), "cannot be opened"),
        (Path("nul\0name.png"), "cannot be opened"),
    ):
        with pytest.raises(ImageUnreadableError, match=said):
            read_picture(path)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="this system has no FIFOs")
def test_a_fifo_does_not_hang(tmp_path: Path) -> None:
    path = tmp_path / "fifo.png"
    os.mkfifo(path)
    with pytest.raises(ImageUnreadableError, match="not a regular file"):
        read_picture(path)


@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything"
)
def test_a_forbidden_file_is_refused(tmp_path: Path) -> None:
    path = save(tmp_path / "p.png", pictures.card())
    path.chmod(0)
    with pytest.raises(ImageUnreadableError, match="may not be read"):
        read_picture(path)


def test_unusual_names_are_read(tmp_path: Path) -> None:
    for name in ("-o.png", "ü 写真 .png", "no_suffix", "wrong.mp3", "a" * 251 + ".png"):
        path = tmp_path / name
        Image.fromarray(pictures.card()).save(path, "PNG")
        assert read_picture(path).size == Resolution(96, 64)


@settings(max_examples=60, deadline=None)  # deadline: disks stall
@given(data=st.binary(max_size=300))
def test_any_bytes_are_a_picture_or_our_error(
    data: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.bin"
    path.write_bytes(data)
    with pytest.raises(ImageUnreadableError):
        read_picture(path)


def test_damaged_pictures_end_as_pictures_or_our_errors(tmp_path: Path) -> None:
    sources = [path.read_bytes() for path in pictures.valid_pictures(tmp_path)]
    path = tmp_path / "damaged"
    refused = 0
    for seed in range(4 * len(sources)):
        path.write_bytes(pictures.mutated(sources[seed % len(sources)], seed))
        started_s = time.monotonic()
        try:
            picture = read_picture(path, needed=Resolution(48, 48))
            assert picture.rgb.shape[2] == 3
        except InputError:
            refused += 1
        assert time.monotonic() - started_s < 5, f"seed {seed}"
    # Both ends must occur, or the damage is none or total.
    assert len(sources) < refused < 4 * len(sources)


@pytest.mark.slow
@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="peak memory is read from /proc")
def test_a_hundred_megapixels_stay_in_bounded_memory(tmp_path: Path) -> None:
    path = tmp_path / "large.jpg"
    grey = cv2.imencode(".jpg", np.zeros((8400, 12_000), np.uint8))[1]
    path.write_bytes(grey.tobytes())
    # VmHWM is the peak of this process alone; ru_maxrss would begin with that of its parent.
    script = (
        "import re, sys; from pathlib import Path;"
        "from ai_video_generator.media.image_file import read_picture;"
        "from ai_video_generator.media.resolution import Resolution;"
        "status = Path('/proc/self/status');"
        "peak = lambda: int(re.search('VmHWM:.*?([0-9]+)', status.read_text())[1]);"
        "start = peak();"
        "print(read_picture(Path(sys.argv[1]), needed=Resolution(2880, 1620)).size);"
        "print(peak() - start)"
    )
    lines = subprocess.run(
        [sys.executable, "-c", script, str(path)], capture_output=True, check=True, text=True
    ).stdout.split()
    assert lines[0] == "2880x2016"
    # Decoded at a quarter of its sides it takes 6 MB, as sRGB 19, reduced 17, and some for buffers;
    # a whole decode would be 101 MB in grey alone. VmHWM counts KiB.
    assert int(lines[1]) < 80_000
