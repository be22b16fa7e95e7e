import pytest
from corpus import scenes

from ai_video_generator.storyboard.picture_notes import RegionKind
from ai_video_generator.storyboard.seeing.text_regions import text_regions


@pytest.mark.parametrize("size_px", [24, 40, 80])
def test_the_lines_of_a_page_are_one_paragraph(size_px: int) -> None:
    (region,) = text_regions(scenes.page(8, size_px=size_px))
    bottom = (80 + 8 * size_px * 1.3) / 1080
    assert region.kind is RegionKind.TEXT
    assert region.box.left == pytest.approx(200 / 1920, abs=0.01)
    assert region.box.top == pytest.approx(80 / 1080, abs=0.03)
    assert region.box.bottom == pytest.approx(bottom, abs=0.04)


@pytest.mark.parametrize("size_px", [40, 80, 160])
def test_a_title_on_a_photo_is_found(size_px: int) -> None:
    photo = scenes.titled(
        scenes.meadow(1920, 1080), "Dandelions in May", left=200, top=820, size_px=size_px
    )
    region = text_regions(photo)[0]
    assert region.box.left == pytest.approx(200 / 1920, abs=0.02)
    assert region.width * 1920 == pytest.approx(size_px * 8.2, rel=0.15)
    assert 820 / 1080 < region.center_y < (820 + size_px * 1.2) / 1080


def test_larger_writing_weighs_more() -> None:
    (small,) = text_regions(scenes.page(1, size_px=30))
    (large,) = text_regions(scenes.page(1, size_px=80))
    assert large.weight > small.weight


@pytest.mark.parametrize(
    "picture", [scenes.meadow(), scenes.portrait(), scenes.sea(1.0)], ids=["grass", "face", "waves"]
)
def test_there_is_no_writing_where_there_is_none(picture: scenes.Rgb) -> None:
    assert text_regions(picture) == ()
