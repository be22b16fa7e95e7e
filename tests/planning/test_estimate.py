"""What a plan will cost, to the byte and the second, and what a finished job teaches."""

from dataclasses import replace
from fractions import Fraction
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.plans import small_plan
from corpus.requests import CLOUD, SVD, diffusion, model, network, request

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.config.video_codecs import EncoderSettings, EncoderSpec
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.estimate import (
    Work,
    estimated,
    file_bytes,
    job_done,
    known_speed,
    network_seconds,
    placement_key,
    processor_seconds,
    ram_bytes,
    ranged,
    speed_key,
)
from ai_video_generator.planning.history import History, JobRecord, Speed
from ai_video_generator.planning.placement import Placement
from ai_video_generator.planning.plan import Basis, EncoderChoice, Offload, Plan
from ai_video_generator.planning.planner import candidates

_MEGAPIXEL = Resolution(1000, 1000)
_SPEED = Speed(start_s=2.0, seconds_per_megapixel=0.5, spread=0.25, record_count=4)
_MEMORY = MemoryProfile(
    fixed_bytes=1000, bytes_per_pixel=10, bytes_per_worker_pixel=3, source="a scale"
)
_SETTINGS = EncoderSettings(
    options={}, cpu_seconds_per_megapixel=0.03, bits_per_pixel=0.1, ram_bytes_per_pixel=5.0
)
_PLACEMENT = Placement(
    quality_loss=0,
    precision=Precision.BF16,
    offload=Offload.NONE,
    render_size=_MEGAPIXEL,
    frames_per_pass=8,
    decode_frames=1,
    tiled_decoding=False,
    weights_bytes=1000,
    working_bytes=100,
    ram_bytes=10,
    slowdown=1.0,
    teraflop_per_pass=24.0,
    load_s=7.0,
)
_GPU = Accelerator(
    kind=AcceleratorKind.CUDA,
    index=0,
    name="test",
    total_bytes=1,
    free_bytes=1,
    core_count=5000,
    clock_mhz=1000,
)


def _work(spec: ModelSpec | None = None, codec: Codec = Codec.H264, **changes: Any) -> Work:
    """Four workers on two cores, with an encoder of round figures."""
    encoder = EncoderSpec(
        name="test",
        codec=codec,
        pixel_format="yuv420p",
        hardware=False,
        min_width_px=2,
        min_height_px=2,
        settings={Quality.AUTO: _SETTINGS},
    )
    values: dict[str, Any] = {
        "model": spec or model(memory=_MEMORY, cpu_seconds_per_megapixel=0.01),
        "encoder": encoder,
        "quality": Quality.AUTO,
        "cores": 2.0,
        "workers": 4,
        "speed": None,
        "has_sound": True,
    }
    return Work(**{**values, **changes})


def _encoder(name: str = "libx264", **options: str) -> EncoderChoice:
    return EncoderChoice(
        codec=Codec.H264, name=name, pixel_format="yuv420p", options=options, threads=2
    )


# Names of speeds


def test_a_speed_of_usual_settings_is_kept_under_model_and_encoder() -> None:
    assert speed_key("camera", small_plan().encoder) == "camera/libx264"


def test_a_speed_of_other_settings_is_kept_under_these_too() -> None:
    encoder = _encoder(preset="slow", crf="20")

    assert speed_key("camera", encoder) == "camera/libx264/preset=slow,crf=20"


def test_a_speed_of_an_unknown_encoder_is_kept_under_its_settings() -> None:
    assert speed_key("camera", _encoder("other")) == "camera/other/"


def test_a_networks_speed_is_kept_under_where_and_how_it_ran() -> None:
    placed = placement_key("cuda:0", Precision.FP8, Offload.BY_PART)

    assert placed == "cuda:0/fp8/by part"
    assert speed_key("wan", _encoder(), placed) == "wan/cuda:0/fp8/by part"


# What a job teaches


def _network_plan(**changes: Any) -> Plan:
    ladder = candidates(
        request(sound_duration_s=Fraction(10)), equipped(machine("desktop_rtx4090")), [SVD]
    )
    return replace(ladder.best, **changes)


def test_a_job_on_a_processor_teaches_its_pixels_and_its_time() -> None:
    plan = small_plan()
    plan = replace(plan, encoder=replace(plan.encoder, threads=4))

    assert job_done(plan, 3.0, cores=8.0) == (
        "ken_burns/libx264",
        JobRecord(megapixels=64 * 48 * 5 / 1e6, seconds=1.5),
    )


def test_a_job_of_few_workers_used_few_cores() -> None:
    done = job_done(replace(small_plan(), worker_count=2), 3.0, cores=8.0)

    assert done is not None
    assert done[1].seconds == 0.75


def test_a_job_cannot_have_used_more_than_all_cores() -> None:
    plan = small_plan()
    encoder = replace(plan.encoder, threads=16)
    done = job_done(replace(plan, encoder=encoder, worker_count=16), 3.0, cores=8.0)

    assert done is not None
    assert done[1].seconds == 3.0


def test_a_job_of_enlarged_frames_teaches_nothing() -> None:
    assert job_done(replace(small_plan(), render_size=Resolution(32, 24)), 3.0, cores=8.0) is None


def test_a_networks_job_counts_whole_passes() -> None:
    plan = _network_plan(render_size=_MEGAPIXEL, frames_per_pass=25, device="cuda:1")

    assert plan.render_timeline.frame_count == 70
    assert job_done(plan, 30.0, cores=8.0) == (
        f"svd_xt/cuda:1/fp16/{plan.offload}",
        JobRecord(megapixels=75.0, seconds=30.0),
    )


# Speeds on other cores


@pytest.mark.parametrize(
    ("machine_cores", "cores", "scale"), [(8.0, 8.0, 1.0), (8.0, 2.0, 4.0), (1.5, 1.0, 1.5)]
)
def test_a_speed_is_slower_on_fewer_cores(machine_cores: float, cores: float, scale: float) -> None:
    known = known_speed(
        History(speeds={"a": _SPEED}), "a", machine_cores=machine_cores, cores=cores
    )

    assert known == Speed(
        start_s=2.0 * scale, seconds_per_megapixel=0.5 * scale, spread=0.25, record_count=4
    )


def test_a_speed_that_nobody_measured_is_not_known() -> None:
    assert known_speed(History(speeds={"a": _SPEED}), "b", machine_cores=8, cores=2) is None


# Time


def test_a_processors_time_is_that_of_drawing_and_compressing() -> None:
    expected = 50 * (0.01 + 0.03) / (2 * 0.85)

    assert processor_seconds(_work(), _MEGAPIXEL, 50) == pytest.approx(expected)


def test_a_processors_time_is_the_measured_one_where_there_is_one() -> None:
    assert processor_seconds(_work(speed=_SPEED), _MEGAPIXEL, 50) == 27.0


def test_what_a_networks_speed_measured_is_not_the_processors() -> None:
    work = _work(replace(SVD, cpu_seconds_per_megapixel=0.01), speed=_SPEED)

    assert processor_seconds(work, _MEGAPIXEL, 50) == pytest.approx(50 * 0.04 / 1.7)


def test_a_networks_time_is_loading_and_whole_passes() -> None:
    # A pass of 24 teraflop on 10 teraflops, of which 16 bits reach 1.2.
    assert network_seconds(_work(SVD), _PLACEMENT, _GPU, 17) == pytest.approx(7 + 3 * 2.0)


def test_a_networks_time_is_the_measured_one_where_there_is_one() -> None:
    assert network_seconds(_work(SVD, speed=_SPEED), _PLACEMENT, _GPU, 17) == 2 + 0.5 * 24


@pytest.mark.parametrize(
    ("work", "low", "high", "basis"),
    [
        (_work(speed=_SPEED), 8.0, 12.5, Basis.HERE),
        (_work(SVD, speed=_SPEED), 8.0, 12.5, Basis.HERE),
        (_work(), 5.0, 20.0, Basis.RELEASE),
        (_work(SVD), 2.5, 40.0, Basis.ESTIMATE),
        (
            _work(diffusion("net", 50, network=network(1, 1, source="benchmarks/x.json"))),
            5.0,
            20.0,
            Basis.RELEASE,
        ),
    ],
)
def test_a_range_is_as_wide_as_what_it_rests_on(
    work: Work, low: float, high: float, basis: Basis
) -> None:
    seconds = ranged(work, 10.0)

    assert (seconds.likely, seconds.low, seconds.high, seconds.basis) == (10.0, low, high, basis)


# Memory and disk


def test_memory_is_that_of_program_frames_workers_and_encoder() -> None:
    assert ram_bytes(_work(), _MEGAPIXEL) == 1000 + (10 + 4 * 3) * 10**6 + 5 * 10**6


def test_smaller_frames_take_less_memory_but_the_encoder_does_not() -> None:
    half = Resolution(500, 500)

    assert ram_bytes(_work(), _MEGAPIXEL, half) == 1000 + 22 * 250_000 + 5 * 10**6


def test_a_part_of_a_byte_is_a_byte() -> None:
    odd = _work(model(memory=replace(_MEMORY, bytes_per_pixel=10.5)))

    assert ram_bytes(odd, Resolution(1, 1)) == 1000 + 28


def test_a_file_holds_picture_and_sound() -> None:
    line = Timeline(frame_rate=Fraction(60), frame_count=120)
    picture_bits_per_s = 0.1 * 10**6 * 2 * 30

    assert file_bytes(_work(), _MEGAPIXEL, line) == 2 * (picture_bits_per_s + 192_000) / 8
    assert file_bytes(_work(has_sound=False), _MEGAPIXEL, line) == 2 * picture_bits_per_s / 8


def test_a_gif_grows_with_its_frames() -> None:
    line = Timeline(frame_rate=Fraction(10), frame_count=20)
    gif = _work(codec=Codec.GIF, has_sound=False)

    assert file_bytes(gif, _MEGAPIXEL, line) == 20 * 0.1 * 10**6 * 2 / 8


def test_an_estimate_without_a_network_takes_nothing_of_a_device() -> None:
    work = _work()
    line = Timeline(frame_rate=Fraction(10), frame_count=20)
    made = estimated(work, seconds=ranged(work, 10.0), size=_MEGAPIXEL, timeline=line, ram=5)

    assert (made.device_bytes, made.work_bytes, made.ram_bytes, made.cost_usd) == (0, 0, 5, 0.0)
    assert made.disk_bytes == file_bytes(work, _MEGAPIXEL, line)
    assert (made.seconds, made.seconds_low, made.seconds_high) == (10.0, 5.0, 20.0)
    assert made.basis is Basis.RELEASE
    assert not made.is_measured
    assert made.sources == ("a scale", "benchmarks/speed.json", "benchmarks/encoders.json")


def test_an_estimate_of_a_network_counts_each_pass_side_by_side() -> None:
    work = _work(replace(CLOUD, memory=_MEMORY), speed=_SPEED)
    made = estimated(
        work,
        seconds=ranged(work, 10.0),
        size=_MEGAPIXEL,
        timeline=Timeline(frame_rate=Fraction(10), frame_count=20),
        ram=5,
        placement=_PLACEMENT,
        batch=3,
        render_frame_count=14,
    )

    assert made.device_bytes == 500 * 2**20 + 1000 + 3 * 100
    assert made.work_bytes == 14 * 10**6
    assert made.cost_usd == pytest.approx(0.10)
    assert made.is_measured
    assert made.sources[:2] == ("this test", "a scale")


def test_a_source_is_named_once() -> None:
    work = _work(model(memory=replace(_MEMORY, source="benchmarks/speed.json")))
    line = Timeline(frame_rate=Fraction(10), frame_count=20)
    made = estimated(work, seconds=ranged(work, 1.0), size=_MEGAPIXEL, timeline=line, ram=5)

    assert made.sources == ("benchmarks/speed.json", "benchmarks/encoders.json")
