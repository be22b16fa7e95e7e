"""Sizes and rates to choose among, what is chosen, and how pictures fill it."""

from fractions import Fraction
from typing import Any

import pytest
from corpus.requests import request

from ai_video_generator.config.choices import Fit, Quality, Tier
from ai_video_generator.config.hardware_config import Target
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.target_choice import (
    Cost,
    TargetChoice,
    TargetRange,
    chosen_fit,
    chosen_target,
    magnification,
    target_range,
)


def _range(
    tier: Tier = Tier.LOW, *, fit: Fit = Fit.FILL, is_gif: bool = False, **changes: Any
) -> TargetRange:
    return target_range(request(**changes), tier=tier, fit=fit, is_gif=is_gif)


def _texts(among: TargetRange) -> list[str]:
    return [f"{one.size.height_px}p{float(one.frame_rate):g}" for one in among.targets]


# What is chosen among


@pytest.mark.parametrize(
    ("tier", "floor", "top"),
    [
        (Tier.LOW, "480p15", "1080p30"),
        (Tier.MEDIUM, "720p24", "1080p30"),
        (Tier.HIGH, "1080p30", "1440p30"),
        (Tier.ULTRA, "2160p60", "2160p60"),
    ],
)
def test_a_tier_reaches_from_its_floor_to_its_cap(tier: Tier, floor: str, top: str) -> None:
    among = _range(tier)
    texts = _texts(among)

    assert (texts[0], texts[among.floor], texts[-1]) == ("480p15", floor, top)


def test_all_steps_come_from_the_fewest_pixels_a_second_to_the_most() -> None:
    assert _texts(_range(Tier.ULTRA)) == [
        "480p15",
        "480p24",
        "720p24",
        "720p30",
        "1080p24",
        "1080p30",
        "1440p30",
        "2160p30",
        "2160p60",
    ]


def test_a_named_time_has_the_least_as_its_floor() -> None:
    assert _range(Tier.ULTRA, time_limit_s=5.0).floor == 0


def test_a_quality_lowers_the_cap_but_not_below_the_floor() -> None:
    assert _texts(_range(quality=Quality.BASIC))[-1] == "720p30"
    assert _texts(_range(Tier.HIGH, quality=Quality.BASIC))[-1] == "1080p30"


def test_a_size_asked_for_leaves_the_rates() -> None:
    among = _range(Tier.MEDIUM, size=Resolution(100, 60))

    assert _texts(among) == ["60p15", "60p24", "60p30"]
    assert among.floor == 1


def test_a_rate_asked_for_leaves_the_sizes() -> None:
    among = _range(Tier.MEDIUM, frame_rate=Fraction(25))

    assert _texts(among) == ["480p25", "720p25", "1080p25"]
    assert among.floor == 1


def test_both_asked_for_leave_nothing_to_choose() -> None:
    among = _range(size=Resolution(100, 60), frame_rate=Fraction(25))

    assert among.targets == (Target(size=Resolution(100, 60), frame_rate=Fraction(25)),)


def test_a_gif_is_small_and_counts_in_hundredths_of_a_second() -> None:
    among = _range(Tier.ULTRA, is_gif=True)

    assert among.targets == (Target(size=Resolution(854, 480), frame_rate=Fraction(100, 7)),)
    assert among.is_gif
    assert not _range().is_gif


@pytest.mark.parametrize(
    ("asked", "made"),
    [
        (Fraction(15), Fraction(100, 7)),
        (Fraction(14), Fraction(100, 7)),
        (Fraction(30), Fraction(100, 3)),
        (Fraction(40), Fraction(100, 3)),
        (Fraction(45), Fraction(50)),
        (Fraction(100), Fraction(50)),
        (Fraction(200), Fraction(50)),
    ],
)
def test_a_gif_takes_the_nearest_rate_that_it_can_have(asked: Fraction, made: Fraction) -> None:
    assert _range(is_gif=True, frame_rate=asked).targets[0].frame_rate == made


def test_each_target_has_the_frames_that_cover_the_sound() -> None:
    among = _range(sound_duration_s=Fraction(11, 10), size=Resolution(100, 60))

    assert among.frame_counts == (17, 27, 33)


# Sharpness


@pytest.mark.parametrize(
    ("picture", "limit"),
    [
        (Resolution(2560, 1440), 2160),
        (Resolution(2558, 1440), 1440),
        (Resolution(1280, 720), 1080),
        (Resolution(854, 480), 720),
        (Resolution(10, 10), 480),
    ],
)
def test_no_picture_is_enlarged_more_than_one_and_a_half_times(
    picture: Resolution, limit: int
) -> None:
    assert _range(picture_sizes=(picture,)).sharp_limit.height_px == limit


def test_the_largest_picture_decides() -> None:
    sizes = (Resolution(10, 10), Resolution(1280, 720))

    assert _range(picture_sizes=sizes).sharp_limit.height_px == 1080


def test_a_limit_makes_steps_of_rate_only() -> None:
    among = _range(Tier.ULTRA, picture_sizes=(Resolution(854, 480),))

    assert _texts(among) == ["480p15", "480p24", "720p24", "720p30", "720p60"]


def test_magnification_is_the_larger_side_where_the_frame_is_filled() -> None:
    picture, frame = Resolution(100, 100), Resolution(400, 200)

    assert magnification(picture, frame, Fit.FILL) == 4.0
    assert magnification(picture, frame, Fit.CONTAIN) == 2.0


# What is chosen


def _chosen(
    among: TargetRange,
    budget_s: float | None = None,
    ram: int = 10**9,
    seconds_per_frame: float = 0.0,
) -> TargetChoice:
    def cost(target: Target, frame_count: int) -> Cost:
        return Cost(seconds=seconds_per_frame * frame_count, ram_bytes=target.size.pixel_count)

    return chosen_target(among, ram_usable_bytes=ram, budget_s=budget_s, cost=cost)


def test_the_most_is_chosen_where_nothing_forbids_it() -> None:
    choice = _chosen(_range())

    assert str(choice.target) == "1920x1080 at 30 frames/s"
    assert choice.larger is None


def test_memory_that_just_suffices_is_used() -> None:
    assert _chosen(_range(), ram=1280 * 720).target.size.height_px == 720
    choice = _chosen(_range(), ram=1280 * 720 - 1)
    assert choice.target.size.height_px == 480
    assert choice.larger is not None
    assert str(choice.larger.target) == "1280x720 at 24 frames/s"
    assert choice.larger.cost.ram_bytes == 1280 * 720


def test_time_that_just_suffices_with_its_margin_is_used() -> None:
    among = _range(size=Resolution(100, 60), sound_duration_s=Fraction(1))

    assert _chosen(among, 33.01, seconds_per_frame=1.0).target.frame_rate == 30
    assert _chosen(among, 32.99, seconds_per_frame=1.0).target.frame_rate == 24


def test_a_floor_is_chosen_without_time_but_not_without_memory() -> None:
    among = _range(Tier.MEDIUM)

    assert _chosen(among, 0.0, seconds_per_frame=1.0).target == among.targets[among.floor]
    assert _chosen(among, 0.0, 1280 * 720 - 1, 1.0).target.size.height_px == 480


def test_where_nothing_fits_the_least_is_chosen() -> None:
    assert _chosen(_range(), ram=1).chosen == 0


# Fit


def _fit(*sizes: tuple[int, int], **changes: Any) -> tuple[Fit, str, str]:
    pictures = tuple(Resolution(*sides) for sides in sizes)
    fit, reason = chosen_fit(request(picture_sizes=pictures, **changes))
    assert reason.topic == "fit"
    return fit, reason.choice, reason.because


def test_a_fit_asked_for_is_taken() -> None:
    assert _fit((100, 100), fit=Fit.CONTAIN) == (Fit.CONTAIN, "contain", "it was asked for")


@pytest.mark.parametrize(
    ("sizes", "fit", "because"),
    [
        (
            [(4000, 3000)],
            Fit.FILL,
            "filling the frame would keep 75% of the picture in view, enough to fill it",
        ),
        (
            [(3000, 3000)],
            Fit.BLUR,
            "filling the frame would keep 56% of the picture in view, less than 60%",
        ),
        (
            [(1920, 1080), (4000, 3000)],
            Fit.FILL,
            "filling the frame would keep at least 75% of each picture in view, enough to fill it",
        ),
        (
            [(1080, 1920), (3000, 3000)],
            Fit.BLUR,
            "filling the frame would keep at most 56% of each picture in view, less than 60%",
        ),
    ],
)
def test_a_fit_is_explained_by_what_stays_in_view(
    sizes: list[tuple[int, int]], fit: Fit, because: str
) -> None:
    assert _fit(*sizes) == (fit, fit.value, because)


def test_pictures_that_are_too_different_get_their_own_way() -> None:
    fit, choice, because = _fit((1920, 1080), (1080, 1920), (1600, 900))

    assert (fit, choice) == (Fit.AUTO, "each its own")
    assert because == (
        "2 of 3 pictures fill the frame; the others would lose too much and lie on a blurred copy "
        "of themselves"
    )


def test_a_fit_is_that_of_the_size_asked_for() -> None:
    assert _fit((1080, 1920), size=Resolution(1080, 1920))[0] is Fit.FILL
