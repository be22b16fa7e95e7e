"""Sizes."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ai_video_generator.errors import SettingsError
from ai_video_generator.media.resolution import NAMED_SIZES, Resolution, parse_size

SIZES = st.builds(Resolution, st.integers(1, 30_000), st.integers(1, 30_000))


@given(size=SIZES, box=SIZES)
def test_a_fitted_size_lies_inside_and_touches(size: Resolution, box: Resolution) -> None:
    fitted = size.fitted_into(box)
    assert 1 <= fitted.width_px <= box.width_px
    assert 1 <= fitted.height_px <= box.height_px
    assert fitted.width_px == box.width_px or fitted.height_px == box.height_px


@given(size=SIZES, box=SIZES)
def test_fitting_keeps_the_shape_to_a_pixel(size: Resolution, box: Resolution) -> None:
    fitted = size.fitted_into(box)
    wide = fitted.height_px * size.aspect
    high = fitted.width_px / size.aspect
    assert abs(fitted.width_px - wide) <= max(1, size.aspect) + 0.5 or fitted.height_px == 1
    assert abs(fitted.height_px - high) <= max(1, 1 / size.aspect) + 0.5 or fitted.width_px == 1


@given(size=SIZES, multiple=st.sampled_from([2, 8, 16, 64]))
def test_snapped_sides_are_the_nearest_multiples(size: Resolution, multiple: int) -> None:
    snapped = size.snapped(multiple)
    for side, whole in (
        (size.width_px, snapped.width_px),
        (size.height_px, snapped.height_px),
    ):
        assert whole % multiple == 0
        assert whole >= multiple
        assert abs(whole - side) <= multiple / 2 or whole == multiple


@pytest.mark.parametrize(("name", "sides"), NAMED_SIZES.items())
def test_every_name_is_a_size_that_can_be_written_in_numbers(
    name: str, sides: tuple[int, int]
) -> None:
    assert parse_size(name.upper()) == Resolution(*sides) == parse_size(f"{sides[0]}x{sides[1]}")


@pytest.mark.parametrize("text", ["1920x1080", " 1920 X 1080 ", "1920\u00d71080"])
def test_sizes_are_read_as_people_write_them(text: str) -> None:
    assert parse_size(text) == Resolution(1920, 1080)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "big",
        "1920",
        "1920x",
        "x1080",
        "1919x1080",
        "1920x1081",
        "14x100",
        "100x14",
        "8194x100",
        "0x0",
        "-2x4",
        "1e3x100",
        "1920x1080x3",
        "99999999999x2",
        "1920*1080",
    ],
)
def test_what_is_no_video_size_is_refused(text: str) -> None:
    with pytest.raises(SettingsError) as caught:
        parse_size(text)
    assert "720p" in caught.value.hint


@given(text=st.text(max_size=12))
def test_any_text_is_a_video_size_or_refused(text: str) -> None:
    try:
        size = parse_size(text)
    except SettingsError:
        return
    assert size.width_px % 2 == size.height_px % 2 == 0
