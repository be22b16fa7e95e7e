"""The one picture format that flows: its colours against formulas written out here again."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from ai_video_generator.errors import NumericalError
from ai_video_generator.media.frames import Frame, planes_from_rgb
from ai_video_generator.media.resolution import Resolution

COLORS = st.tuples(*[st.integers(0, 255)] * 3)
CORNERS = [(r, g, b) for r in (0, 255) for g in (0, 255) for b in (0, 255)]

Float = NDArray[np.float64]


def _bt709(rgb: NDArray[np.uint8]) -> tuple[Float, Float, Float]:
    """Studio-range Y, Cb, Cr at full resolution, from the coefficients printed in BT.709-6."""
    r, g, b = (rgb[..., channel] / 255.0 for channel in range(3))
    luma = 0.2126 * r + 0.7152 * g + 0.0722 * b
    return 16 + 219 * luma, 128 + 224 * (b - luma) / 1.8556, 128 + 224 * (r - luma) / 1.5748


def _left_sited(full: Float) -> Float:
    """Chroma samples on the left column of each 2x2 block, between its rows."""
    rows = (full[::2] + full[1::2]) / 2
    wide = np.pad(rows, ((0, 0), (1, 1)), mode="edge")
    return 0.25 * wide[:, :-2:2] + 0.5 * wide[:, 1:-1:2] + 0.25 * wide[:, 2::2]


@given(color=COLORS)
def test_flat_colours_come_back_within_two_levels(color: tuple[int, int, int]) -> None:
    rgb = np.full((4, 6, 3), color, np.uint8)
    back = Frame.from_rgb(rgb).to_rgb()
    assert np.abs(back.astype(int) - rgb).max() <= 2


@pytest.mark.parametrize("color", CORNERS)
def test_pure_colours_use_the_limited_range_of_bt709(color: tuple[int, int, int]) -> None:
    rgb = np.full((4, 4, 3), color, np.uint8)
    frame = Frame.from_rgb(rgb)
    for plane, exact in zip((frame.y, frame.u, frame.v), _bt709(rgb), strict=True):
        assert plane.min() == plane.max() == pytest.approx(exact[0, 0], abs=0.501)


def test_any_picture_agrees_with_the_formula_across_bands() -> None:
    rgb = np.random.default_rng(0).integers(0, 256, (34, 60_002, 3), dtype=np.uint8)
    y, u, v = planes_from_rgb(rgb)
    exact_y, exact_u, exact_v = _bt709(rgb)
    # Half a level of rounding, and single precision.
    assert np.abs(y - exact_y).max() < 0.51
    assert np.abs(u - _left_sited(exact_u)).max() < 0.51
    assert np.abs(v - _left_sited(exact_v)).max() < 0.51


def test_chroma_sits_on_the_left_column_between_the_rows() -> None:
    across, down = np.meshgrid(np.arange(24), np.arange(24))
    for ramp, shift_x, shift_y in ((across, 0.0, 0.5), (down, 0.0, 0.5)):
        rgb = np.zeros((24, 24, 3), np.uint8)
        rgb[..., 2] = 10 * ramp
        u = Frame.from_rgb(rgb).u.astype(float)
        slope = 10 / 255 * 224 * (1 - 0.0722) / 1.8556  # levels a pixel; half a pixel is 2.2
        columns, rows = np.meshgrid(2 * np.arange(12) + shift_x, 2 * np.arange(12) + shift_y)
        place = columns if ramp is across else rows
        inner = (slice(1, -1), slice(1, -1))
        assert np.abs(u - (128 + slope * place))[inner].max() < 0.51


def test_a_smooth_picture_comes_back_sharp_and_in_place() -> None:
    across, down = np.meshgrid(np.linspace(0, 1, 80), np.linspace(0, 1, 60))
    rgb = np.stack([90 + 80 * np.sin(5 * across), 60 + 150 * down, 200 - 120 * across * down], -1)
    rgb8 = rgb.round().astype(np.uint8)
    back = Frame.from_rgb(rgb8).to_rgb()
    inner = (slice(2, -2), slice(2, -2))
    # Rounding of the three planes adds up to 2 in blue, its 8-bit source adds half a level.
    assert np.abs(back.astype(int) - rgb8)[inner].max() <= 3
    assert np.abs(back.astype(float) - rgb8)[inner].mean() < 0.8


@pytest.mark.parametrize("bad", [np.nan, np.inf, -np.inf])
def test_a_picture_with_nan_or_infinity_is_refused(bad: float) -> None:
    rgb = np.full((4, 4, 3), 0.5, np.float32)
    rgb[2, 1, 0] = bad
    with pytest.raises(NumericalError):
        Frame.from_rgb(rgb)


def test_float_pictures_are_those_of_bytes_and_are_clipped() -> None:
    rgb = np.random.default_rng(1).integers(0, 256, (8, 8, 3), dtype=np.uint8)
    as_float = (rgb / 255).astype(np.float32)
    assert np.array_equal(Frame.from_rgb(as_float).buffer, Frame.from_rgb(rgb).buffer)
    bright = np.full((2, 2, 3), 7.0, np.float32)
    assert Frame.from_rgb(bright).y.max() == 235
    assert Frame.from_rgb(-bright).y.min() == 16


def test_planes_are_views_of_one_buffer_as_ffmpeg_lays_it_out() -> None:
    frame = Frame.empty(Resolution(6, 4))
    frame.y[:], frame.u[:], frame.v[:] = 1, 2, 3
    assert frame.size == Resolution(6, 4)
    assert frame.buffer.ravel().tolist() == [1] * 24 + [2] * 6 + [3] * 6
    assert frame.buffer.flags.c_contiguous
