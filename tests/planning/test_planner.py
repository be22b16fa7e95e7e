"""The same facts and request give the same plan, and each decision is the one that was promised."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.requests import ANIMATE, SOFTWARE_ENCODERS, SVD, model, request

from ai_video_generator.config.choices import Codec, Fit, Quality, Tier
from ai_video_generator.config.hardware_config import (
    RUNGS,
    Target,
)
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.errors import (
    OutputPathError,
    RequestImpossibleError,
    WeightsMissingError,
)
from ai_video_generator.hardware.facts import Disk, HardwareFacts, Purpose
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.estimate import speed_key
from ai_video_generator.planning.history import History, JobRecord, learned
from ai_video_generator.planning.plan import Ladder, Plan
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.ratings import Rating
from ai_video_generator.planning.request import Request


def _ladder(
    asked: Request,
    facts: HardwareFacts | str = "laptop_igpu",
    speeds: dict[str, float] | None = None,
    specs: Sequence[ModelSpec] = (model(),),
) -> Ladder:
    """All plans on a machine with the software encoders, and PyTorch for its GPUs."""
    facts = machine(facts) if isinstance(facts, str) else facts
    return candidates(asked, equipped(facts), specs, _history(speeds or {}))


def _planned(
    asked: Request,
    facts: HardwareFacts | str = "laptop_igpu",
    speeds: dict[str, float] | None = None,
    specs: Sequence[ModelSpec] = (model(),),
) -> Plan:
    return _ladder(asked, facts, speeds, specs).best


def _history(speeds: dict[str, float]) -> History:
    """Jobs of two sizes that were as fast as this."""
    return learned(
        {
            name: [JobRecord(megapixels=size, seconds=size * speed) for size in (10, 1000)]
            for name, speed in speeds.items()
        }
    )


def _target(made: Plan) -> Target:
    return Target(size=made.output_size, frame_rate=made.timeline.frame_rate)


def _because(made: Plan, topic: str) -> str:
    return next(reason.because for reason in made.reasons if reason.topic == topic)


# Size and rate


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("laptop_igpu", "1920x1080 at 30 frames/s"),
        ("raspberry_pi_5", "1920x1080 at 30 frames/s"),
        ("container_1_5_cpus_2gb", "1920x1080 at 30 frames/s"),
        ("desktop_rtx3060_12gb", "1920x1080 at 30 frames/s"),
        ("desktop_rtx3080_10gb", "2560x1440 at 30 frames/s"),
        ("desktop_rtx4090", "3840x2160 at 60 frames/s"),
        ("server_h200", "3840x2160 at 60 frames/s"),
    ],
)
def test_a_photo_and_a_minute_of_sound_on_each_machine(name: str, expected: str) -> None:
    facts = replace(machine(name), video_encoders=SOFTWARE_ENCODERS)
    made = candidates(request(), facts, [model()]).best

    assert str(_target(made)) == expected


@pytest.mark.parametrize(
    ("speed", "expected"),
    [
        (0.012, "1920x1080 at 30 frames/s"),
        (0.016, "1920x1080 at 24 frames/s"),
        (0.02, "1280x720 at 30 frames/s"),
        (0.04, "1280x720 at 24 frames/s"),
        (0.07, "854x480 at 24 frames/s"),
        (0.12, "854x480 at 15 frames/s"),
        (5.0, "854x480 at 15 frames/s"),
    ],
)
def test_the_measured_speed_chooses_the_step(speed: float, expected: str) -> None:
    made = _planned(
        request(software_encoding=True, quality=Quality.MEDIUM), speeds={"camera/libx264": speed}
    )

    assert str(_target(made)) == expected
    assert made.estimate.is_measured
    assert "measured on this machine" in _because(made, "time")


def test_a_slow_machine_says_that_the_floor_is_made_all_the_same() -> None:
    made = _planned(
        request(software_encoding=True, quality=Quality.MEDIUM), speeds={"camera/libx264": 5.0}
    )

    assert made.estimate.seconds > 60
    assert "made all the same, because it is the low tier's floor" in _because(made, "time")
    assert "60.0 s are allowed" in _because(made, "time")


def test_a_named_time_goes_below_the_tiers_floor() -> None:
    asked = request(time_limit_s=0.6, software_encoding=True)

    assert _target(_planned(asked, "desktop_rtx4090")) == RUNGS[0]


def test_maximum_quality_has_no_limit_but_the_picture() -> None:
    made = _planned(request(quality=Quality.MAXIMUM), "raspberry_pi_5")

    assert str(_target(made)) == "3840x2160 at 60 frames/s"
    assert "sets no limit" in _because(made, "time")


def test_a_small_picture_does_not_become_a_large_video() -> None:
    made = _planned(
        request(picture_sizes=(Resolution(640, 480),), quality=Quality.MAXIMUM), "desktop_rtx4090"
    )

    assert str(_target(made)) == "854x480 at 60 frames/s"
    assert "640x480" in _because(made, "size")


def test_one_large_picture_among_small_ones_decides() -> None:
    made = _planned(
        request(
            picture_sizes=(Resolution(320, 180), Resolution(3840, 2160)), quality=Quality.MAXIMUM
        )
    )

    assert made.output_size == Resolution(3840, 2160)


def test_a_tiny_picture_still_becomes_480p() -> None:
    made = _planned(request(picture_sizes=(Resolution(1, 1),)))

    assert made.output_size == Resolution(854, 480)


def test_what_is_asked_for_is_taken_as_it_is() -> None:
    made = _planned(
        request(size=Resolution(1080, 1920), frame_rate=Fraction(30_000, 1001)), "raspberry_pi_5"
    )

    assert made.output_size == Resolution(1080, 1920)
    assert made.timeline.frame_rate == Fraction(30_000, 1001)
    assert _because(made, "size") == _because(made, "frame rate") == "it was asked for"


def test_a_size_asked_for_gets_the_rate_that_time_allows() -> None:
    asked = request(size=Resolution(1920, 1080), software_encoding=True, quality=Quality.MEDIUM)

    rates = [
        _planned(asked, speeds={"camera/libx264": speed}).timeline.frame_rate
        for speed in (0.001, 0.016, 0.025, 1.0)
    ]

    assert rates == [30, 24, 15, 15]


def test_a_rate_asked_for_gets_the_size_that_time_allows() -> None:
    asked = request(frame_rate=Fraction(60), software_encoding=True, quality=Quality.MEDIUM)

    sizes = [
        _planned(asked, speeds={"camera/libx264": speed}).output_size.height_px
        for speed in (0.001, 0.01, 1.0)
    ]

    assert sizes == [1080, 720, 480]


def test_an_asked_target_that_is_too_slow_is_made_and_said() -> None:
    made = _planned(
        request(size=Resolution(3840, 2160), frame_rate=Fraction(60), software_encoding=True),
        "raspberry_pi_5",
        {"camera/libx264": 0.1},
    )

    assert "made all the same, because it was asked for" in _because(made, "time")


# Memory and disk


def _with_memory(free_bytes: int, total_bytes: int = 16 * 10**9) -> HardwareFacts:
    return replace(machine("laptop_igpu"), ram_free_bytes=free_bytes, ram_total_bytes=total_bytes)


def test_little_memory_makes_it_smaller_and_says_so() -> None:
    plenty = _planned(request(tier=Tier.HIGH), _with_memory(8 * 10**9))
    free_bytes = plenty.estimate.ram_bytes

    scarce = _planned(request(tier=Tier.HIGH), _with_memory(free_bytes))

    assert scarce.output_size.pixel_count < plenty.output_size.pixel_count
    assert scarce.estimate.ram_bytes <= 0.8 * free_bytes
    assert "at 30 frames/s would need" in _because(scarce, "memory")


def test_less_memory_than_the_least_video_takes_is_refused_with_its_numbers() -> None:
    with pytest.raises(
        RequestImpossibleError, match=r"854x480 at 15 frames/s: needs \d+ MB; 1 MB are free"
    ) as caught:
        _planned(request(), _with_memory(1_000_000))

    assert "close other programs" in caught.value.hint


def test_a_size_asked_for_beyond_free_memory_is_made_of_smaller_frames_or_refused() -> None:
    asked = request(size=Resolution(3840, 2160))
    whole = _planned(asked, _with_memory(16 * 10**9))
    need = whole.estimate.ram_bytes

    made = _planned(asked, _with_memory(need))

    assert made.output_size == Resolution(3840, 2160)
    assert made.render_size == Resolution(1920, 1080)
    assert made.estimate.ram_bytes <= 0.8 * need
    assert "they are enlarged" in _because(made, "frames")
    with pytest.raises(RequestImpossibleError, match=r"3840x2160 .* needs \d+ MB; 300 MB"):
        _planned(asked, _with_memory(300_000_000))


def test_a_full_disk_is_said() -> None:
    made = _planned(
        request(),
        replace(machine("laptop_igpu"), disks=(Disk(purpose=Purpose.OUTPUT, free_bytes=1_000),)),
    )

    assert "the file may not fit" in _because(made, "disk")


# Model, threads, fit


def test_of_several_models_the_best_is_taken() -> None:
    models = [model("b", quality=50), model("a", quality=50), model("c", quality=10)]
    made = _planned(request(), specs=models)

    assert made.model == "a"
    assert _because(made, "model") == "of 3 that run here; its quality is 50 of 100"


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"model": "svd"}, "no model is called 'svd'", "camera, svd_xt"),
        ({"model": "svd_xt"}, "needs a GPU", "leave --model away"),
        ({"codec": Codec.PRORES}, "mp4 files do not hold prores", "h264"),
        ({"container": "webm", "codec": Codec.H264}, "webm files do not hold h264", "av1"),
        ({"picture_sizes": ()}, "no picture", "at least one"),
        ({"sound_duration_s": Fraction(0)}, "no length", "heard"),
        ({"size": Resolution(641, 480)}, "odd size 641x480", "640x480"),
    ],
)
def test_what_cannot_be_is_refused_with_what_can(
    changes: dict[str, Any], message: str, hint: str
) -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    with pytest.raises(RequestImpossibleError, match=message) as caught:
        _planned(request(**changes), facts, specs=[model(), SVD])

    assert hint in caught.value.hint


def test_an_unknown_file_format_is_refused() -> None:
    with pytest.raises(OutputPathError, match="avi"):
        _planned(request(container="avi"))


def test_no_model_that_runs_here_is_refused() -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    with pytest.raises(RequestImpossibleError, match="svd_xt: needs a GPU") as caught:
        _planned(request(), facts, specs=[SVD])

    assert "installed: svd_xt" in caught.value.hint


def test_no_model_at_all_is_refused() -> None:
    with pytest.raises(RequestImpossibleError, match="no model is installed"):
        _planned(request(), specs=[])
    with pytest.raises(RequestImpossibleError, match="no model is called 'x'") as caught:
        _planned(request(model="x"), specs=[])

    assert caught.value.hint == "choose one of: none"


@pytest.mark.parametrize(
    ("cores", "asked", "threads"),
    [
        (1.5, 0, 2),
        (0.25, 0, 1),
        (8.0, 0, 8),
        (8.0, 3, 3),
        (2.0, 8, 8),
        (64.0, 0, 16),
        (4.0, 99, 16),
    ],
)
def test_threads_follow_the_cores_or_the_person(cores: float, asked: int, threads: int) -> None:
    made = _planned(request(threads=asked), replace(machine("laptop_igpu"), cpu_cores=cores))

    assert (made.worker_count, made.encoder.threads) == (threads, threads)


def test_a_job_on_some_of_the_cores_is_reckoned_slower() -> None:
    size = {"size": Resolution(1280, 720), "frame_rate": Fraction(24), "software_encoding": True}
    speeds = {"camera/libx264": 0.01}

    whole = _planned(request(**size), speeds=speeds)
    quarter = _planned(request(**size, threads=2), speeds=speeds)

    assert quarter.estimate.seconds == pytest.approx(4 * whole.estimate.seconds)


@pytest.mark.parametrize(
    ("pictures", "fit"),
    [
        ([(6000, 4000)], Fit.FILL),
        ([(4000, 3000)], Fit.FILL),
        ([(3000, 3000)], Fit.BLUR),
        ([(3000, 4000)], Fit.BLUR),
        ([(9000, 2000)], Fit.BLUR),
        ([(1920, 1080), (4000, 3000)], Fit.FILL),
        ([(1080, 1920), (3000, 3000)], Fit.BLUR),
        ([(1920, 1080), (1080, 1920)], Fit.AUTO),
    ],
)
def test_a_frame_is_filled_when_most_of_the_pictures_stays_in_view(
    pictures: list[tuple[int, int]], fit: Fit
) -> None:
    sizes = tuple(Resolution(*sides) for sides in pictures)

    assert _planned(request(picture_sizes=sizes)).fit is fit


def test_a_portrait_video_is_filled_by_a_portrait_picture() -> None:
    portrait = request(picture_sizes=(Resolution(3000, 4000),), size=Resolution(1080, 1920))

    made = _planned(portrait)

    assert made.fit is Fit.FILL
    assert "75%" in _because(made, "fit")


def test_a_fit_asked_for_is_taken() -> None:
    assert _planned(request(fit=Fit.CONTAIN)).fit is Fit.CONTAIN


def test_a_tier_asked_for_is_taken() -> None:
    made = _planned(request(tier=Tier.MEDIUM, software_encoding=True), "desktop_rtx4090")

    assert made.tier is Tier.MEDIUM
    assert _because(made, "tier") == "it was asked for"


def test_other_qualities_have_speeds_of_their_own() -> None:
    usual, best = (
        _planned(request(quality=quality, software_encoding=True)).encoder
        for quality in (Quality.AUTO, Quality.MAXIMUM)
    )

    assert speed_key("camera", usual) == "camera/libx264"
    assert speed_key("camera", best).startswith("camera/libx264/preset=")


# Depth


def _depth(name: str = "parallax", quality: int = 40) -> ModelSpec:
    return model(name, quality=quality, needs_depth=True)


@pytest.mark.parametrize(
    ("depths", "because"),
    [
        ((), "needs the depth of a picture, and nobody has looked"),
        (
            (0.1, 0.29),
            "the depth of no picture is sure enough: 0.29, and 0.30 are needed",
        ),
    ],
)
def test_a_model_that_needs_depth_is_left_aside_without_it(
    depths: tuple[float, ...], because: str
) -> None:
    ladder = _ladder(request(depths=depths), specs=[_depth(), model()])

    assert ladder.best.model == "camera"
    assert [(one.subject, one.because) for one in ladder.rejections] == [("parallax", because)]


def test_one_picture_whose_depth_is_sure_is_enough() -> None:
    made = _planned(request(depths=(0.1, 0.3)), specs=[_depth(), model()])

    assert made.model == "parallax"
    assert _because(made, "model") == (
        "of 2 that run here; the depth of 1 of 2 pictures is sure enough to move in it"
    )


def _deep_ladder(seconds_per_megapixel: float, quality: int = 40) -> Ladder:
    """A camera that makes 1080p30 in time, beside a model in depth of this speed."""
    spec = model(
        "parallax",
        quality=quality,
        needs_depth=True,
        cpu_seconds_per_megapixel=seconds_per_megapixel,
    )
    asked = request(depths=(0.9,), software_encoding=True, quality=Quality.MEDIUM)
    return _ladder(asked, specs=[spec, model(), model("plainer", quality=15)])


def test_depth_that_makes_as_large_a_video_in_time_comes_first() -> None:
    ladder = _deep_ladder(0.01)

    assert ladder.best.model == "parallax"
    assert ladder.rungs[0].quality == 40


def test_depth_that_makes_only_a_smaller_video_comes_after_the_plain_cameras() -> None:
    ladder = _deep_ladder(0.2)

    models = list(dict.fromkeys(plan.model for plan in ladder.plans))
    assert models == ["camera", "plainer", "parallax"]
    assert {rung.quality for rung in ladder.rungs} == {20, 15, 14}
    deep = [plan for plan in ladder.plans if plan.model == "parallax"]
    assert deep[0].output_size.pixel_count > deep[-1].render_size.pixel_count


def test_depth_alone_comes_first_however_slow() -> None:
    spec = model("parallax", needs_depth=True, quality=40, cpu_seconds_per_megapixel=0.2)

    assert _ladder(request(depths=(0.9,)), specs=[spec]).rungs[0].quality == 40


# The ladder of several models


def test_the_model_asked_for_leads_and_no_better_one_follows() -> None:
    specs = [model("a", quality=50), model("b", quality=40), model("c", quality=30)]
    ladder = _ladder(request(model="b"), specs=specs)

    assert list(dict.fromkeys(plan.model for plan in ladder.plans)) == ["b", "c"]
    assert _because(ladder.best, "model") == "it was asked for"
    assert [one.choice for one in ladder.best.reasons if one.topic == "model"] == ["b"]


def test_a_model_as_good_as_the_one_asked_for_follows() -> None:
    specs = [model("a", quality=40), model("b", quality=40)]

    assert [one.model for one in _ladder(request(model="b"), specs=specs).plans][-1] == "a"


def test_the_only_model_that_runs_says_so() -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    made = _planned(request(), facts, specs=[SVD, model()])

    assert _because(made, "model") == "it is the one that runs here"


def test_the_tier_and_the_model_are_explained_first() -> None:
    assert [one.topic for one in _planned(request()).reasons[:2]] == ["tier", "model"]


def test_rejections_come_in_the_order_of_the_models() -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    specs = [model(), replace(SVD, name="b", quality=30), SVD]

    assert [one.subject for one in _ladder(request(), facts, specs=specs).rejections] == [
        "svd_xt",
        "b",
    ]


@pytest.mark.parametrize(
    ("changes", "message", "hint"),
    [
        ({"picture_sizes": ()}, "no picture was given", "give at least one picture"),
        (
            {"sound_duration_s": Fraction(0)},
            "the sound has no length",
            "give a sound that is heard",
        ),
        (
            {"size": Resolution(640, 481)},
            "a video cannot have the odd size 640x481",
            "ask for 640x480",
        ),
        ({"model": "svd"}, "no model is called 'svd'", "choose one of: camera, svd_xt"),
        (
            {"model": "svd_xt"},
            (
                "the model 'svd_xt' cannot do this here: needs a GPU, and this machine has none "
                "that models could use"
            ),
            "leave --model away, and the best that this machine can run is taken",
        ),
    ],
)
def test_a_refusal_says_what_and_what_instead(
    changes: dict[str, Any], message: str, hint: str
) -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    with pytest.raises(RequestImpossibleError) as caught:
        _planned(request(**changes), facts, specs=[SVD, model()])

    assert (str(caught.value), caught.value.hint) == (message, hint)


def test_no_model_at_all_says_how_to_get_one() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _planned(request(), specs=[])

    assert (str(caught.value), caught.value.hint) == (
        "no model is installed",
        "install the program anew",
    )


def test_no_model_that_runs_here_names_those_that_are_installed() -> None:
    facts = replace(machine("laptop_igpu"), accelerators=())
    with pytest.raises(RequestImpossibleError) as caught:
        _planned(request(), facts, specs=[replace(SVD, name="b"), replace(SVD, name="a")])

    assert (str(caught.value), caught.value.hint) == (
        (
            "no installed model can do this here; b: needs a GPU, and this machine has none that "
            "models could use"
        ),
        "close other programs, or ask for less; installed: a, b",
    )


def test_the_ladder_knows_what_compresses_when_a_chip_fails() -> None:
    facts = replace(machine("laptop_igpu"), video_encoders=("h264_qsv", "libx264"))
    software = _ladder(request(), facts).software_encoder

    assert software is not None
    assert software.name == "libx264"


# Weights


def test_a_model_whose_weights_are_absent_is_left_aside() -> None:
    facts = equipped(machine("desktop_rtx4090"))
    ladder = candidates(request(), facts, [SVD, model()], absent={"svd_xt": 4_510_000_000})

    assert {plan.model for plan in ladder.plans} == {"camera"}
    assert [(one.subject, one.because) for one in ladder.rejections] == [
        ("svd_xt", "its weights are not installed (4.5 GB): aivg models install svd_xt")
    ]


def test_a_model_that_would_not_run_anyway_is_not_worth_fetching() -> None:
    facts = replace(equipped(machine("laptop_igpu")), accelerators=())
    ladder = candidates(request(), facts, [SVD, model()], absent={"svd_xt": 1})

    assert [one.because for one in ladder.rejections] == [
        "needs a GPU, and this machine has none that models could use"
    ]


def test_a_model_that_was_asked_for_says_how_its_weights_come() -> None:
    facts = equipped(machine("desktop_rtx4090"))
    with pytest.raises(WeightsMissingError) as caught:
        candidates(request(model="svd_xt"), facts, [SVD, model()], absent={"svd_xt": 4_510_000_000})

    assert (str(caught.value), caught.value.hint) == (
        "the weights of 'svd_xt' are not installed (4.5 GB)",
        "aivg models install svd_xt",
    )


def test_weights_of_other_models_do_not_matter() -> None:
    facts = equipped(machine("desktop_rtx4090"))
    ladder = candidates(request(), facts, [SVD, model()], absent={"animate_lcm": 1})

    assert ladder.best.model == "svd_xt"


def test_a_prompt_asks_for_a_model_that_follows_one() -> None:
    words = replace(ANIMATE, takes_prompt=True)
    given = (model(), SVD, words)
    facts = equipped(machine("desktop_rtx4090"))
    assert candidates(request(), facts, given).best.model == SVD.name

    best = candidates(request(has_prompt=True), facts, given).best

    assert best.model == words.name
    (why,) = [reason for reason in best.reasons if reason.topic == "model"]
    assert why.because == "of 3 that run here; it follows the prompt that was given"


def test_how_a_picture_drives_a_network_is_told() -> None:
    told = replace(SVD, how="it is the condition")
    facts = equipped(machine("desktop_rtx4090"))
    reasons = candidates(request(), facts, [model(), told]).best.reasons
    assert ("picture", "it is the condition") in [(one.topic, one.because) for one in reasons]


# Ratings

LIKED, DISLIKED = Rating(mean=4.6, count=12), Rating(mean=2.2, count=8)


def _topics(made: Plan) -> list[str]:
    return [reason.topic for reason in made.reasons]


def test_of_models_as_good_as_each_other_the_better_rated_is_taken_and_says_so() -> None:
    models = [model("plain", quality=24), model("other", quality=20)]
    facts = equipped(machine("laptop_igpu"))
    ratings = {"plain": DISLIKED, "other": LIKED}

    before = candidates(request(), facts, models)
    after = candidates(request(), facts, models, ratings=ratings)

    assert (before.best.model, after.best.model) == ("plain", "other")
    assert "ratings" not in _topics(before.best)
    assert _topics(after.best)[:3] == ["tier", "model", "ratings"]
    assert "plain would go first" in _because(after.best, "ratings")


def test_ratings_that_agree_with_the_figures_leave_every_plan_as_it_is() -> None:
    models = [model("plain", quality=24), model("other", quality=20)]
    facts = equipped(machine("laptop_igpu"))
    ratings = {"plain": LIKED, "other": DISLIKED}

    rated = candidates(request(), facts, models, ratings=ratings)

    assert rated.plans == candidates(request(), facts, models).plans


def test_a_model_asked_for_by_name_or_prompt_leads_however_it_was_rated() -> None:
    models = [model("plain", quality=20), model("words", quality=22, takes_prompt=True)]
    facts = equipped(machine("laptop_igpu"))
    ratings = {"plain": LIKED, "words": DISLIKED}

    named, prompted, neither = (
        candidates(request(**asked), facts, models, ratings=ratings).best.model
        for asked in ({"model": "words"}, {"has_prompt": True}, {})
    )

    assert (named, prompted, neither) == ("words", "words", "plain")


def test_a_smaller_video_in_depth_is_not_as_good_as_a_large_one_however_it_was_rated() -> None:
    ratings = {"camera": DISLIKED, "parallax": LIKED}
    facts = equipped(machine("laptop_igpu"))
    asked = request(depths=(1.0,), quality=Quality.MEDIUM, software_encoding=True)
    slow = replace(_depth(), cpu_seconds_per_megapixel=0.5)

    ladder = candidates(asked, facts, [slow, model()], ratings=ratings)

    assert ladder.best.model == "camera"
    assert "parallax" in {plan.model for plan in ladder.plans}
    assert ladder.plans == candidates(asked, facts, [slow, model()]).plans
