"""What all plans of a job share: tier, encoder, threads, memory and disk, with their reasons."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.requests import SOFTWARE_ENCODERS, SVD, model, request

from ai_video_generator.config.choices import Codec, Quality, Tier
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Disk, Purpose
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.frame_work import FrameWork, frame_work
from ai_video_generator.planning.history import History, Speed
from ai_video_generator.planning.plan import Basis, Estimate, Reason
from ai_video_generator.planning.target_choice import TargetChoice

_GPU = Accelerator(
    kind=AcceleratorKind.CUDA,
    index=0,
    name="Test GPU",
    total_bytes=12 * 2**30,
    free_bytes=12 * 2**30,
)
_SPEED = Speed(start_s=1.0, seconds_per_megapixel=2.0, spread=0.3, record_count=5)


def _shared(history: History | None = None, /, **changes: Any) -> FrameWork:
    """The shared decisions on a machine without a GPU; changes are the facts' or the request's."""
    facts = replace(
        equipped(machine("laptop_igpu")),
        accelerators=(),
        video_encoders=SOFTWARE_ENCODERS,
        cpu_cores=8.0,
        cpu_cores_total=12,
    )
    of_facts = {name: changes.pop(name) for name in list(changes) if hasattr(facts, name)}
    return frame_work(request(**changes), replace(facts, **of_facts), history or History())


def _reason(shared: FrameWork, topic: str) -> Reason:
    return next(reason for reason in shared.reasons if reason.topic == topic)


# Tier


@pytest.mark.parametrize(
    ("gpus", "tier", "because"),
    [
        ((), Tier.LOW, "no GPU was found that models could use"),
        ((_GPU,), Tier.MEDIUM, "Test GPU has 12.0 GiB"),
        (
            (replace(_GPU, core_count=5000, clock_mhz=2050),),
            Tier.HIGH,
            "Test GPU has 12.0 GiB and 20.5 teraflops",
        ),
        ((replace(_GPU, shares_ram=True),), Tier.LOW, "Test GPU has 12.0 GiB of the RAM"),
    ],
)
def test_a_tier_is_explained_by_the_best_gpu(
    gpus: tuple[Accelerator, ...], tier: Tier, because: str
) -> None:
    shared = _shared(accelerators=gpus)

    assert shared.tier is tier
    assert shared.why_tier == Reason(topic="tier", choice=tier.value, because=because)


def test_a_tier_asked_for_is_taken() -> None:
    shared = _shared(tier=Tier.ULTRA)

    assert shared.tier is Tier.ULTRA
    assert shared.why_tier == Reason(topic="tier", choice="ultra", because="it was asked for")


# Encoder


def test_without_a_chip_there_is_no_other_encoder() -> None:
    shared = _shared()

    assert shared.encoder_choice.name == shared.encoder.name == "libx264"
    assert shared.encoder_choice.codec is Codec.H264
    assert shared.encoder_choice.pixel_format == "yuv420p"
    assert shared.encoder_choice.threads == 8
    assert shared.software_encoder is None


def test_a_chip_has_a_software_encoder_of_its_codec_behind_it() -> None:
    shared = _shared(video_encoders=("hevc_nvenc", *SOFTWARE_ENCODERS), codec=Codec.HEVC, threads=3)

    assert shared.encoder_choice.name == "hevc_nvenc"
    assert shared.software_encoder is not None
    assert shared.software_encoder.name == "libx265"
    assert shared.software_encoder.threads == 3


def test_the_software_encoder_makes_what_the_container_chose() -> None:
    shared = _shared(video_encoders=("av1_nvenc", *SOFTWARE_ENCODERS), container="webm")

    assert shared.software_encoder is not None
    assert shared.software_encoder.codec is Codec.AV1


def test_a_chip_alone_has_nothing_behind_it() -> None:
    shared = _shared(video_encoders=("h264_nvenc",))

    assert shared.encoder.hardware
    assert shared.software_encoder is None


@pytest.mark.parametrize("quality", list(Quality))
def test_an_encoder_is_set_for_the_quality(quality: Quality) -> None:
    shared = _shared(quality=quality)

    assert shared.encoder_choice.options == dict(shared.encoder.settings[quality].options)


# Threads


@pytest.mark.parametrize(
    ("changes", "threads", "cores", "because"),
    [
        ({}, 8, 8.0, "this process may use 8 of 12 cores"),
        ({"cpu_cores": 1.5}, 2, 1.5, "this process may use 1.5 of 12 cores"),
        ({"threads": 3}, 3, 3.0, "3 were asked for"),
        ({"threads": 12}, 12, 8.0, "12 were asked for"),
        ({"threads": 40}, 16, 8.0, "40 were asked for; more than 16 gain nothing"),
        (
            {"cpu_cores": 64.0, "cpu_cores_total": 64},
            16,
            16.0,
            "this process may use 64 of 64 cores; more than 16 gain nothing",
        ),
    ],
)
def test_threads_are_explained(
    changes: dict[str, Any], threads: int, cores: float, because: str
) -> None:
    shared = _shared(**changes)

    assert (shared.threads, shared.cores) == (threads, cores)
    assert _reason(shared, "threads") == Reason(
        topic="threads", choice=str(threads), because=because
    )


# One model's job


def test_a_job_has_the_encoders_and_the_requests_figures() -> None:
    spec = model()
    work = _shared(quality=Quality.HIGH, threads=4).work(spec)

    assert work.model is spec
    assert (work.encoder.name, work.quality) == ("libx264", Quality.HIGH)
    assert (work.cores, work.workers) == (4.0, 4)
    assert work.speed is None
    assert work.has_sound
    assert not _shared(container="gif").work(spec).has_sound


def test_a_measured_speed_is_scaled_to_the_cores_that_are_used() -> None:
    learned = History(speeds={"camera/libx264": _SPEED})

    assert _shared(learned).work(model()).speed == _SPEED
    assert _shared(learned, threads=2).work(model()).speed == replace(
        _SPEED, start_s=4.0, seconds_per_megapixel=8.0
    )


def test_a_networks_measured_speed_is_that_of_its_place() -> None:
    learned = History(speeds={"svd_xt/here": _SPEED, "svd_xt/libx264": _SPEED})

    assert _shared(learned, threads=2).work(SVD, "here").speed is _SPEED
    assert _shared(learned).work(SVD, "there").speed is None


# Memory, time and target


def test_four_fifths_of_the_free_memory_may_be_used() -> None:
    assert _shared(ram_free_bytes=1001).ram_usable_bytes == 800


def _target(shared: FrameWork, **changes: Any) -> TargetChoice:
    return shared.target(shared.work(model()), **changes)


def test_a_networks_weights_and_frames_count_as_memory() -> None:
    shared = _shared()
    plain = _target(shared).steps[0].cost.ram_bytes
    more = _target(shared, render_size=Resolution(1000, 1000), weights_in_ram_bytes=5 * 10**6)

    assert more.steps[0].cost.ram_bytes == plain + 5 * 10**6 + 60 * (10**6 - 854 * 480)


@pytest.mark.parametrize(
    ("changes", "before_s", "budget_s"),
    [
        ({"quality": Quality.MEDIUM}, 0.0, 60.0),
        ({"quality": Quality.MEDIUM}, 20.0, 60.0),
        ({"quality": Quality.MAXIMUM}, 20.0, None),
        ({"time_limit_s": 50.0}, 20.0, 30.0),
        ({"time_limit_s": 50.0}, 60.0, 0.0),
    ],
)
def test_only_a_time_asked_for_is_spent_by_what_comes_before(
    changes: dict[str, Any], before_s: float, budget_s: float | None
) -> None:
    assert _target(_shared(**changes), before_s=before_s).budget_s == budget_s


def test_a_target_has_the_frames_that_cover_the_sound() -> None:
    shared = _shared(sound_duration_s=Fraction(61, 60))
    choice = _target(shared)

    assert shared.timeline(choice.target).frame_count == 31
    assert shared.targets.frame_counts[-1] == 31
    assert choice.steps[-1].cost.seconds == pytest.approx(
        31 * 1920 * 1080 / 1e6 * (0.007 + _encoder_s(shared)) / (8 * 0.85)
    )


def _encoder_s(shared: FrameWork) -> float:
    return shared.encoder.settings[Quality.AUTO].cpu_seconds_per_megapixel


# Disk


def _estimate(disk_bytes: int) -> Estimate:
    return Estimate(
        ram_bytes=0,
        disk_bytes=disk_bytes,
        seconds=1.0,
        seconds_low=1.0,
        seconds_high=1.0,
        basis=Basis.HERE,
        sources=(),
    )


def test_a_file_that_may_not_fit_is_said() -> None:
    disks = (
        Disk(purpose=Purpose.WORK, free_bytes=10**12),
        Disk(purpose=Purpose.OUTPUT, free_bytes=3 * 10**6),
    )
    shared = _shared(disks=disks)

    assert shared.disk_reasons(_estimate(3 * 10**6)) == ()
    assert shared.disk_reasons(_estimate(4 * 10**6)) == (
        Reason(topic="disk", choice="4 MB", because="3 MB are free; the file may not fit"),
    )
