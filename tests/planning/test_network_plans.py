"""Plans for GPUs: which devices, ways and numbers, and in what order."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from typing import Any

import pytest
from corpus.machines import equipped, machine
from corpus.requests import (
    ANIMATE,
    CLOUD,
    LTX,
    SOFTWARE_ENCODERS,
    SVD,
    WAN,
    diffusion,
    model,
    network,
    request,
)

from ai_video_generator.config.choices import Codec, Quality, Tier
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.video_codecs import EncoderSettings, encoders_of
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import (
    Accelerator,
    AcceleratorKind,
    HardwareFacts,
    Precision,
    TorchBuild,
)
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.history import History, JobRecord, learned
from ai_video_generator.planning.placement import placements, usable_bytes
from ai_video_generator.planning.plan import Basis, Ladder, Offload, Plan
from ai_video_generator.planning.planner import candidates

_GIB = 2**30


def _gpu(gib: float = 24, index: int = 0, **changes: Any) -> Accelerator:
    """A GPU of ten teraflops with all of its memory free."""
    values: dict[str, Any] = {
        "kind": AcceleratorKind.CUDA,
        "index": index,
        "name": "Test GPU",
        "total_bytes": int(gib * _GIB),
        "free_bytes": int(gib * _GIB),
        "core_count": 5000,
        "clock_mhz": 1000,
        "precisions": (Precision.FP32, Precision.FP16, Precision.BF16),
    }
    return Accelerator(**{**values, **changes})


def _facts(*gpus: Accelerator, **changes: Any) -> HardwareFacts:
    values: dict[str, Any] = {
        "accelerators": gpus or (_gpu(),),
        "video_encoders": SOFTWARE_ENCODERS,
        "ram_free_bytes": 64 * _GIB,
        "cpu_cores": 8.0,
    }
    return equipped(replace(machine("laptop_igpu"), **{**values, **changes}))


def _light(**changes: Any) -> ModelSpec:
    """A network that is quick: a tenth of a teraflop for each megapixel."""
    made = network(4, 2, teraflop_per_megapixel=0.1, **changes.pop("network", {}))
    return diffusion("light", 60, network=made, **changes)


def _ladder(
    specs: Sequence[ModelSpec], facts: HardwareFacts | None = None, **changes: Any
) -> Ladder:
    history = changes.pop("history", History())
    values = {"sound_duration_s": Fraction(10), **changes}
    return candidates(request(**values), facts or _facts(), specs, history)


def _because(plan: Plan, topic: str) -> str:
    return next(one.because for one in plan.reasons if one.topic == topic)


def _choice(plan: Plan, topic: str) -> str:
    return next(one.choice for one in plan.reasons if one.topic == topic)


# Which models are considered


@pytest.mark.parametrize(
    ("changes", "facts", "because"),
    [
        ({"cpu": True}, _facts(), "needs a GPU, and those were to be left alone"),
        (
            {},
            replace(_facts(), accelerators=()),
            "needs a GPU, and this machine has none that models could use",
        ),
        (
            {"gpu": "cuda:7"},
            _facts(_gpu(), _gpu(index=1)),
            "may only use cuda:7, and this machine has cuda:0, cuda:1",
        ),
        (
            {},
            replace(_facts(), torch=None),
            "needs PyTorch, which is not installed; aivg doctor has the line that installs it",
        ),
        (
            {},
            replace(_facts(), torch=TorchBuild(version="2", runtime="cpu")),
            "needs PyTorch: the one installed can use no GPU",
        ),
        (
            {},
            replace(_facts(), torch=TorchBuild(version="2", runtime="cpu", problem="it is broken")),
            "needs PyTorch: it is broken",
        ),
    ],
)
def test_a_network_without_a_gpu_it_may_use_is_left_aside(
    changes: dict[str, Any], facts: HardwareFacts, because: str
) -> None:
    ladder = _ladder([_light(), model()], facts, **changes)

    assert ladder.best.model == "camera"
    assert [(one.subject, one.because) for one in ladder.rejections[:1]] == [("light", because)]


def test_a_network_without_pytorch_needs_none() -> None:
    ladder = _ladder([_light(needs_torch=False)], replace(_facts(), torch=None))

    assert ladder.best.model == "light"


def test_a_gpu_that_pytorch_cannot_use_is_left_aside() -> None:
    torch = TorchBuild(version="2.9", runtime="cuda", devices=("cuda:1",))
    facts = replace(_facts(_gpu(), _gpu(index=1)), torch=torch)

    ladder = _ladder([_light()], facts)

    assert {plan.device for plan in ladder.plans} == {"cuda:1"}
    assert ladder.rejections[0].subject == "light on cuda:0"
    assert ladder.rejections[0].because == ("PyTorch 2.9 cannot use Test GPU; aivg doctor says why")


def test_what_costs_money_must_be_asked_for() -> None:
    unasked = _ladder([CLOUD, model()])
    assert unasked.best.model == "camera"
    assert unasked.rejections[0].because == (
        "costs about 0.50 $; what costs money must be asked for: --model cloud"
    )

    asked = _ladder([replace(CLOUD, network=_light().network), model()], model="cloud")
    assert asked.best.model == "cloud"
    assert asked.best.estimate.cost_usd == pytest.approx(0.5)


# Which device


def test_only_the_gpu_asked_for_is_used() -> None:
    facts = _facts(_gpu(), _gpu(index=1))

    assert {plan.device for plan in _ladder([_light()], facts, gpu="cuda:1").plans} == {"cuda:1"}


def test_the_quicker_gpu_comes_first() -> None:
    facts = _facts(_gpu(), _gpu(index=1, clock_mhz=2000))

    assert _ladder([SVD], facts, quality=Quality.MAXIMUM).best.device == "cuda:1"


def test_of_gpus_alike_the_first_comes_first() -> None:
    devices = [plan.device for plan in _ladder([_light()], _facts(_gpu(), _gpu(index=1))).plans]

    assert devices[:2] == ["cuda:0", "cuda:1"]


def test_a_plan_names_its_gpu_and_its_memory() -> None:
    plan = _ladder([_light()]).best

    assert _choice(plan, "device") == "cuda:0"
    assert _because(plan, "device") == "Test GPU, 24.5 GB of 25.8 GB may be used"


# Which way


def _bytes(spec: ModelSpec, place: int, precisions: tuple[Precision, ...] = ()) -> int:
    """Memory of a device that a way takes, by its place among all."""
    ways = placements(
        spec,
        precisions or _gpu().precisions,
        Resolution(3840, 2160),
        shares_ram=False,
        lowvram=False,
    )
    return ways[place].device_bytes


def _just(need: int) -> Accelerator:
    """A GPU whose memory suffices to the byte."""
    roomy = _gpu()
    return replace(roomy, free_bytes=need + roomy.free_bytes - usable_bytes(roomy))


@pytest.mark.parametrize(
    ("place", "offload", "said"),
    [
        (0, Offload.NONE, "with all weights on the device"),
        (1, Offload.BY_PART, "with one part on the device at a time"),
        (2, Offload.BY_LAYER, "with two layers on the device at a time"),
    ],
)
def test_the_quickest_way_that_fits_is_taken(place: int, offload: Offload, said: str) -> None:
    need = _bytes(_light(), place)
    enough = _ladder([_light()], _facts(_just(need))).best
    scarce = _ladder([_light()], _facts(_just(need - 1))).best

    assert enough.offload == _choice(enough, "offload") == offload
    assert enough.estimate.device_bytes == need
    assert _because(enough, "offload") == (
        f"it needs {need / 1e9:.1f} GB {said}; {need / 1e9:.1f} GB of 25.8 GB may be used"
    )
    assert scarce.estimate.device_bytes < need


def test_ways_after_the_best_take_clearly_less_of_the_device() -> None:
    plans = [plan for plan in _ladder([_light()]).plans if plan.precision is Precision.BF16]
    needs = [plan.estimate.device_bytes for plan in plans]

    assert len(needs) > 2
    assert all(less <= 0.75 * more for more, less in pairwise(needs))


def test_a_way_of_more_bits_is_kept_although_it_takes_more() -> None:
    plans = _ladder([_light()]).plans
    precise = [plan for plan in plans if plan.precision is Precision.FP32]

    assert len(precise) == 1
    assert _because(precise[0], "precision") == (
        "Test GPU computes in fp32, fp16, bf16; for want of fewer bits, or because fewer failed"
    )


def test_a_format_is_explained_with_the_compute_capability() -> None:
    plan = _ladder([_light()], _facts(_gpu(compute_capability=(8, 6)))).best

    assert plan.precision == _choice(plan, "precision") == Precision.BF16
    assert _because(plan, "precision") == (
        "compute capability 8.6; Test GPU computes in fp32, fp16, bf16; "
        "the best of the model's formats that it has"
    )


def test_eight_bits_are_explained() -> None:
    precisions = (*_gpu().precisions, Precision.FP8)
    need = _bytes(_light(), 1, precisions)
    gpu = replace(_just(need), precisions=precisions)

    plan = _ladder([_light()], _facts(gpu)).best

    assert plan.precision is Precision.FP8
    assert _because(plan, "precision").endswith("fp8; weights take half the memory")


def test_smaller_frames_take_from_the_quality() -> None:
    ladder = _ladder([WAN], _facts(_gpu(6)), quality=Quality.MAXIMUM)
    losses = {rung.quality for rung in ladder.rungs}

    assert losses <= {80, 78, 68, 66, 53, 51}
    assert max(losses) == ladder.rungs[0].quality


def test_a_quality_is_never_below_zero() -> None:
    poor = _ladder([replace(_light(), quality=10)], _facts(_gpu(2.5)))

    assert min(rung.quality for rung in poor.rungs) == 0
    assert poor.best.render_size.pixel_count >= poor.plans[-1].render_size.pixel_count


def test_a_network_of_any_size_makes_frames_of_its_own_choice() -> None:
    assert _ladder([_light(native_size=None)]).best.render_size == Resolution(1280, 704)


def test_little_memory_asked_for_takes_layers_only() -> None:
    assert {plan.offload for plan in _ladder([_light()], lowvram=True).plans} == {Offload.BY_LAYER}


def test_memory_kept_free_is_not_used() -> None:
    need = _bytes(_light(), 0)
    facts = _facts(_just(need))

    assert _ladder([_light()], facts).best.offload is Offload.NONE
    assert _ladder([_light()], facts, reserve_vram_bytes=1).best.offload is Offload.BY_PART


# Passes


def test_a_plan_says_what_its_passes_are() -> None:
    plan = _ladder([_light()]).best

    assert (plan.frames_per_pass, plan.decode_frames, plan.tiled_decoding) == (25, 2, False)
    assert plan.render_rate == 7
    assert plan.render_timeline.frame_count == 70
    assert _choice(plan, "passes") == "25 frames of 1024x576"
    assert _because(plan, "passes") == (
        "1 side by side, 2 decoded together: what the model makes best in this memory"
    )


def test_decoding_in_tiles_is_said() -> None:
    plan = _ladder([_light(frames_per_pass=1, network={"decode_bytes_per_pixel": 9000.0})]).best

    assert plan.tiled_decoding
    assert "1 decoded together, in tiles:" in _because(plan, "passes")


def test_a_network_of_single_frames_has_no_passes() -> None:
    assert _ladder([_light(frames_per_pass=None)]).best.frames_per_pass is None


@pytest.mark.parametrize(
    ("asked", "native", "rate"),
    [(None, None, 24), (Fraction(30), None, 30), (Fraction(30), Fraction(7), 7)],
)
def test_a_network_renders_at_its_own_rate_or_the_one_asked_for(
    asked: Fraction | None, native: Fraction | None, rate: int
) -> None:
    spec = _light(native_frame_rate=native)

    assert _ladder([spec], frame_rate=asked).best.render_rate == rate


def test_passes_side_by_side_are_as_many_as_fit() -> None:
    spec = _light(max_batch_size=4)
    need = _bytes(spec, 0)
    working = placements(
        spec, _gpu().precisions, Resolution(3840, 2160), shares_ram=False, lowvram=False
    )[0].working_bytes

    one, two, three = (
        _ladder([spec], _facts(_just(need + extra))).best
        for extra in (working - 1, working, 10 * working)
    )

    assert (one.batch_size, two.batch_size, three.batch_size) == (1, 2, 3)
    assert two.estimate.device_bytes == need + working
    assert _because(two, "passes").startswith("2 side by side, ")


# Memory that is RAM


def _shared(spec: ModelSpec, free: int, **changes: Any) -> Ladder:
    gpu = _gpu(64, kind=AcceleratorKind.MPS, shares_ram=True)
    return _ladder([spec], _facts(gpu, ram_free_bytes=free), **changes)


def test_nothing_waits_in_ram_for_a_device_that_shares_it() -> None:
    assert {plan.offload for plan in _shared(_light(), 64 * _GIB).plans} == {Offload.NONE}


def test_what_a_network_takes_of_a_shared_memory_is_counted_as_ram() -> None:
    size: dict[str, Any] = {"size": Resolution(1280, 720), "frame_rate": Fraction(24)}
    plan = _shared(_light(), 64 * _GIB, **size).best
    apart = _ladder([_light()], **size).best

    assert plan.offload is Offload.NONE
    assert plan.estimate.ram_bytes - apart.estimate.ram_bytes == (
        plan.estimate.device_bytes - 2 * _GIB
    )


def test_passes_side_by_side_in_a_shared_memory_are_counted_as_ram() -> None:
    one = _shared(_light(), 64 * _GIB).best
    several = _shared(_light(max_batch_size=3), 64 * _GIB).best
    more = several.estimate.device_bytes - one.estimate.device_bytes

    assert several.batch_size == 3
    assert several.estimate.ram_bytes == one.estimate.ram_bytes + more


def test_passes_side_by_side_leave_shared_memory_free() -> None:
    one = _shared(_light(), 64 * _GIB).best
    free = int(one.estimate.ram_bytes / 0.8) + 1000

    several = _shared(_light(max_batch_size=3), free).best

    assert several.batch_size == 1
    assert several.estimate.ram_bytes <= 0.8 * free


# RAM


def test_ram_for_the_weights_decides_how_large_the_video_is() -> None:
    plenty = _ladder([_light()]).best
    free = int(plenty.estimate.ram_bytes / 0.8) - 10_000_000

    scarce = _ladder([_light()], _facts(ram_free_bytes=free)).best

    assert scarce.offload is plenty.offload is Offload.NONE
    assert scarce.output_size.pixel_count < plenty.output_size.pixel_count
    assert scarce.estimate.ram_bytes <= 0.8 * free


def test_the_networks_own_frames_count_and_not_the_videos() -> None:
    size: dict[str, Any] = {
        "size": Resolution(1280, 720),
        "frame_rate": Fraction(24),
        "tier": Tier.LOW,
    }
    need = _ladder([_light()], **size).best.estimate.ram_bytes
    facts = _facts(ram_free_bytes=int(need / 0.8) + 2)

    assert _ladder([_light()], facts, tier=Tier.LOW).best.output_size == Resolution(1280, 720)


def test_memory_is_that_of_the_program_the_frames_the_encoder_and_the_weights() -> None:
    plan = _ladder([_light()], size=Resolution(1280, 720)).best
    frames = 60 * 1024 * 576 + _settings().ram_bytes_per_pixel * 1280 * 720

    assert plan.estimate.ram_bytes == 200_000_000 + frames + 2 * _GIB


def test_of_ways_that_make_the_same_video_the_first_is_best() -> None:
    facts = _facts(_gpu(), _gpu(index=1))
    plenty = _ladder([_light()], facts).best
    free = int(plenty.estimate.ram_bytes / 0.8) - 10_000_000

    scarce = _ladder([_light()], replace(facts, ram_free_bytes=free)).best

    assert scarce.output_size.pixel_count < plenty.output_size.pixel_count
    assert scarce.device == "cuda:0"


def test_a_way_whose_weights_ram_does_not_hold_is_left_aside() -> None:
    free = int(4 * _GIB / 0.8)
    ladder = _ladder([_light()], _facts(_just(_bytes(_light(), 0)), ram_free_bytes=free))

    assert {plan.offload for plan in ladder.plans} == {Offload.NONE}
    (said,) = ladder.rejections
    assert said.subject == "light on cuda:0, bf16, offload by part, 25 frames of 1024x576"
    assert said.because == "needs 4.6 GB of RAM and 4.3 GB of the free may be used"


def test_of_ways_alike_the_one_with_the_larger_video_is_best() -> None:
    """A part on the device is quicker than a slow GPU's all, but its weights fill the RAM."""
    slow = _gpu(24, index=1, clock_mhz=900)
    quick = replace(_just(_bytes(_light(), 1)), clock_mhz=2000)
    both = _facts(quick, slow)
    plenty = _ladder([_light()], both)
    assert plenty.best.device == "cuda:0"
    free = int(plenty.best.estimate.ram_bytes / 0.8) - 1_000_000

    scarce = _ladder([_light()], replace(both, ram_free_bytes=free))

    assert scarce.best.device == "cuda:1"
    assert scarce.best.output_size == plenty.best.output_size
    assert {plan.device for plan in scarce.plans} == {"cuda:0", "cuda:1"}


# Time


def test_a_way_that_takes_too_long_is_left_aside_with_its_time() -> None:
    ladder = _ladder([SVD], time_limit_s=1000.0)

    assert ladder.rejections[0].subject == (
        "svd_xt on cuda:0, fp16, offload none, 25 frames of 1024x576"
    )
    # 3 passes of 25 frames; 400 teraflop a megapixel on 10 teraflops, of which 16 bits reach 1.2.
    assert ladder.rejections[0].because == "would take 24:44 and 16:40 are allowed"
    assert ladder.best.render_size.pixel_count < 1024 * 576


@pytest.mark.parametrize(
    ("quality", "times"),
    [(Quality.BASIC, 1), (Quality.MEDIUM, 10), (Quality.AUTO, 30), (Quality.HIGH, 100)],
)
def test_a_quality_allows_a_network_its_time(quality: Quality, times: int) -> None:
    plan = _ladder([_light()], quality=quality).best

    assert f"; {times * 10}.0 s are allowed for 10.0 s of sound" in _because(plan, "time")


def test_a_time_asked_for_is_said() -> None:
    plan = _ladder([_light()], time_limit_s=77.0).best

    assert "; 77.0 s are allowed for 10.0 s of sound" in _because(plan, "time")


def _took(plan: Plan, spec: ModelSpec, seconds: float) -> History:
    """What jobs teach that took this long for each hundred megapixels."""
    key = f"{spec.name}/{plan.device}/{plan.precision}/{plan.offload}"
    return learned({key: [JobRecord(megapixels=100.0, seconds=seconds)]})


def test_a_margin_of_the_time_is_kept() -> None:
    spec = _light()
    plan = _ladder([spec]).best
    megapixels = 75 * 1024 * 576 / 1e6
    learned_s = _took(plan, spec, 100 * 10.0 / megapixels)

    kept = _ladder([spec], time_limit_s=11.01, history=learned_s)
    left = _ladder([spec], time_limit_s=10.99, history=learned_s)

    assert not kept.rejections[0].subject.endswith("offload none, 25 frames of 1024x576")
    assert left.rejections[0].subject.endswith("offload none, 25 frames of 1024x576")
    assert left.rejections[0].because == "would take 0:10 and 0:11 are allowed"


def test_what_earlier_jobs_took_is_believed() -> None:
    spec = _light()
    plan = _ladder([spec]).best

    again = next(
        one
        for one in _ladder([spec], history=_took(plan, spec, 10.0)).plans
        if one.offload is Offload.NONE and one.frames_per_pass == 25
    )
    assert again.estimate.basis is Basis.HERE
    assert again.estimate.seconds == pytest.approx(75 * 1024 * 576 / 1e6 * 0.1)


def test_what_was_slower_than_reckoned_is_not_left_for_what_was_only_reckoned() -> None:
    spec = _light()
    before = _ladder([spec]).plans

    after = _ladder([spec], history=_took(before[0], spec, 200.0)).plans

    assert [plan.offload for plan in after[:2]] == [Offload.NONE, Offload.BY_PART]
    first, second = (
        new.estimate.seconds / old.estimate.seconds
        for new, old in zip(after[:2], before[:2], strict=True)
    )
    assert second == pytest.approx(first, rel=0.2)  # what the processor does is not stretched
    assert after[1].estimate.basis is Basis.ESTIMATE


def test_of_two_that_were_measured_the_quicker_comes_first() -> None:
    spec = _light()
    plans = {plan.offload: plan for plan in reversed(_ladder([spec]).plans)}
    slow, quick = (
        _took(plans[offload], spec, seconds).speeds
        for offload, seconds in ((Offload.NONE, 200.0), (Offload.BY_PART, 100.0))
    )

    best = _ladder([spec], history=History(speeds={**slow, **quick})).best

    assert best.offload is Offload.BY_PART


def test_an_estimate_is_loading_passes_and_the_rest() -> None:
    plan = _ladder([_light()]).best
    passes_s = 75 * 1024 * 576 / 1e6 * 0.1 / (10 * 1.2)
    load_s = 4 * _GIB / 0.5e9
    frames = plan.timeline.frame_count * plan.output_size.pixel_count / 1e6
    rest_s = plan.estimate.seconds - load_s - passes_s

    encoder_s = _settings().cpu_seconds_per_megapixel
    assert rest_s == pytest.approx(frames * (0.004 + encoder_s) / (8 * 0.85))
    assert plan.estimate.work_bytes == 70 * 1024 * 576


def _settings() -> EncoderSettings:
    encoder = next(one for one in encoders_of(Codec.H264) if one.name == "libx264")
    return encoder.settings[Quality.AUTO]


def test_only_what_a_network_leaves_of_the_time_is_the_videos() -> None:
    spec = _light()
    # It takes 9.0 s to load and to make 3 passes; with the margin 9.9 s.
    long, short = (_ladder([spec], time_limit_s=limit_s).best for limit_s in (100.0, 9.9))

    assert short.output_size.pixel_count < long.output_size.pixel_count


def test_a_video_that_takes_too_long_is_said_with_the_tier() -> None:
    plan = _ladder([_light()], _facts(cpu_cores=1.0)).best

    assert plan.tier is Tier.ULTRA
    assert _because(plan, "time").endswith("because it is the ultra tier's floor")


def test_no_time_for_anything_is_refused_with_the_least() -> None:
    with pytest.raises(RequestImpossibleError, match=r"would take 13:1\d and 2:30 are allowed$"):
        _ladder([SVD], time_limit_s=150.0)


# What does not fit


def test_the_best_and_the_least_that_do_not_fit_are_said() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _ladder([LTX], _facts(_gpu(1)))

    assert str(caught.value) == (
        "no installed model can do this here; ltx_2b on cuda:0, bf16, offload by layer, "
        "57 frames of 608x352: needs 1.3 GB and 0.8 GB of 1.1 GB may be used"
    )


def test_a_model_asked_for_that_does_not_fit_is_refused_with_its_numbers() -> None:
    with pytest.raises(RequestImpossibleError) as caught:
        _ladder([LTX, model()], _facts(_gpu(1)), model="ltx_2b")

    assert str(caught.value) == (
        "the model 'ltx_2b' cannot do this here: needs 1.3 GB and 0.8 GB of 1.1 GB may be used"
    )
    assert caught.value.hint == (
        "leave --model away, and the best that this machine can run is taken"
    )


def test_what_fits_on_a_smaller_scale_says_only_the_best_that_does_not() -> None:
    ladder = _ladder([ANIMATE], _facts(_just(_bytes(ANIMATE, 1))), quality=Quality.MAXIMUM)

    (said,) = ladder.rejections
    assert said.subject == "animate_lcm on cuda:0, bf16, offload none, 16 frames of 680x384"


# After the model


def test_what_is_done_to_the_frames_is_said() -> None:
    plan = _ladder([_light()]).best

    assert _choice(plan, "after the model") == (
        f"retime 7 to {plan.timeline.frame_rate}, resize 1024x576 to {plan.output_size}"
    )
    assert _because(plan, "after the model") == (
        "the model's own size and rate differ from the video's"
    )


def test_frames_that_need_nothing_are_said_to() -> None:
    plan = _ladder(
        [_light(native_frame_rate=None)], size=Resolution(1024, 576), frame_rate=Fraction(25)
    ).best

    assert _choice(plan, "after the model") == "nothing"
    assert _because(plan, "after the model") == "the model makes what the video needs"


def test_a_plan_carries_all_that_the_job_needs() -> None:
    plan = _ladder([_light()]).best

    assert plan.model == "light"
    assert plan.container == "mp4"
    assert plan.fit == "fill"
    assert plan.encoder.name == "libx264"
    assert plan.worker_count == 8
    assert [one.topic for one in plan.reasons] == [
        "tier",
        "model",
        "device",
        "precision",
        "offload",
        "passes",
        "codec",
        "encoder",
        "threads",
        "fit",
        "size",
        "frame rate",
        "after the model",
        "time",
    ]
