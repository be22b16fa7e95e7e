"""Where and how a network may run: what costs only time comes before what is seen."""

from dataclasses import replace
from typing import Any

import pytest
from corpus.requests import diffusion, model

from ai_video_generator.config.hardware_config import CONTEXT_BYTES
from ai_video_generator.config.model_config import ModelSpec, NetworkProfile
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.placement import (
    Placement,
    batch_size,
    pass_seconds,
    placements,
    usable_bytes,
)
from ai_video_generator.planning.plan import Offload

_NETWORK = NetworkProfile(
    weights_bytes=10**10,
    largest_part_bytes=4 * 10**9,
    largest_layer_bytes=10**8,
    step_bytes_per_pixel=100.0,
    decode_bytes_per_pixel=1000.0,
    can_tile=True,
    teraflop_per_megapixel=500.0,
    source="this test",
)
_LIGHT = replace(_NETWORK, decode_bytes_per_pixel=1.0)
_WIDE = Resolution(2000, 1000)
_BF16 = (Precision.FP32, Precision.BF16)


def _spec(**changes: Any) -> ModelSpec:
    """A network of half a million pixels a frame, 2:1, and 8 frames a pass."""
    values = {
        "precisions": (Precision.BF16, Precision.FP16),
        "native_size": Resolution(1000, 500),
        "frames_per_pass": 8,
        "size_multiple_px": 10,
        "network": _NETWORK,
    }
    return diffusion("net", 50, **{**values, **changes})


def _placed(
    spec: ModelSpec | None = None,
    precisions: tuple[Precision, ...] = _BF16,
    shape: Resolution = _WIDE,
    *,
    shares_ram: bool = False,
    lowvram: bool = False,
) -> tuple[Placement, ...]:
    return placements(spec or _spec(), precisions, shape, shares_ram=shares_ram, lowvram=lowvram)


def _gpu(**changes: Any) -> Accelerator:
    values = {
        "kind": AcceleratorKind.CUDA,
        "index": 0,
        "name": "test",
        "total_bytes": 10 * 10**9,
        "free_bytes": 9 * 10**9,
        "core_count": 5000,
        "clock_mhz": 1000,
    }
    return Accelerator(**{**values, **changes})


# Memory of a device


def test_a_twentieth_of_a_device_stays_free() -> None:
    assert usable_bytes(_gpu()) == 8_500_000_000
    assert usable_bytes(_gpu(), 10**9) == 7_500_000_000


def test_at_least_300_mib_of_a_small_device_stay_free() -> None:
    small = _gpu(total_bytes=2 * 10**9, free_bytes=10**9)

    assert usable_bytes(small) == 10**9 - 300 * 2**20


def test_a_full_device_has_no_room() -> None:
    assert usable_bytes(_gpu(free_bytes=10**8)) == 0


# The first way, to the byte


def test_all_on_the_device_comes_first() -> None:
    assert _placed()[0] == Placement(
        quality_loss=0,
        precision=Precision.BF16,
        offload=Offload.NONE,
        render_size=Resolution(1000, 500),
        frames_per_pass=8,
        decode_frames=1,
        tiled_decoding=True,
        weights_bytes=10**10,
        working_bytes=4 * 10**8,
        ram_bytes=4 * 10**9,
        slowdown=1.0,
        teraflop_per_pass=2000.0,
        load_s=20.0,
    )
    assert _placed()[0].device_bytes == 500 * 2**20 + 10_400_000_000


def test_then_one_part_and_then_two_layers_are_on_the_device() -> None:
    _, part, layer, *_ = _placed()

    assert (part.offload, part.weights_bytes, part.ram_bytes, part.slowdown) == (
        Offload.BY_PART,
        4 * 10**9,
        10**10,
        1.2,
    )
    assert (layer.offload, layer.weights_bytes, layer.ram_bytes, layer.slowdown) == (
        Offload.BY_LAYER,
        2 * 10**8,
        10**10,
        2.5,
    )


def test_what_is_kept_where_layers_wait_is_on_the_device_too() -> None:
    kept = replace(_NETWORK, kept_bytes=3 * 10**8)

    _, part, layer, *_ = _placed(_spec(network=kept))

    assert part.weights_bytes == 4 * 10**9
    assert layer.weights_bytes == 3 * 10**8 + 2 * 10**8


def test_then_passes_become_shorter_and_then_frames_smaller() -> None:
    found = [
        (way.quality_loss, way.offload, way.frames_per_pass, str(way.render_size))
        for way in _placed(_spec(network=_LIGHT))[2:-1]
    ]

    assert found == [
        (0, Offload.BY_LAYER, 8, "1000x500"),
        (2, Offload.BY_LAYER, 4, "1000x500"),
        (12, Offload.NONE, 8, "750x380"),
        (12, Offload.BY_PART, 8, "750x380"),
        (12, Offload.BY_LAYER, 8, "750x380"),
        (14, Offload.BY_LAYER, 4, "750x380"),
        (27, Offload.NONE, 8, "500x250"),
        (27, Offload.BY_PART, 8, "500x250"),
        (27, Offload.BY_LAYER, 8, "500x250"),
        (29, Offload.BY_LAYER, 4, "500x250"),
    ]


def test_a_shorter_pass_that_takes_as_much_is_no_way_of_its_own() -> None:
    assert [way.quality_loss for way in _placed() if way.frames_per_pass == 4] == [2]


def test_of_one_size_each_way_takes_less_of_the_device() -> None:
    by_size: dict[Resolution, list[int]] = {}
    for way in _placed()[:-1]:
        by_size.setdefault(way.render_size, []).append(way.device_bytes)

    assert all(sizes == sorted(set(sizes), reverse=True) for sizes in by_size.values())


def test_the_last_way_is_in_32_bits() -> None:
    last = _placed()[-1]

    assert last.precision is Precision.FP32
    assert last.offload is Offload.BY_LAYER
    assert last.weights_bytes == 4 * 10**8
    assert last.working_bytes == 8 * 10**8
    assert last.ram_bytes == 2 * 10**10
    assert last.load_s == 40.0
    assert (last.quality_loss, last.frames_per_pass) == (0, 8)
    assert last.render_size == Resolution(1000, 500)


def test_a_device_without_32_bits_has_no_last_way_in_them() -> None:
    assert {way.precision for way in _placed(precisions=(Precision.BF16,))} == {Precision.BF16}


def test_a_device_with_32_bits_only_needs_no_last_way_in_them() -> None:
    ways = _placed(precisions=(Precision.FP32,))

    assert {way.precision for way in ways} == {Precision.FP32}
    assert [way.offload for way in ways][-1] is Offload.BY_LAYER
    assert len(ways) == len(set(ways)) == 10


def test_a_model_for_a_processor_has_no_way() -> None:
    assert _placed(model()) == ()


# Number formats


def test_the_models_first_format_that_the_device_has_is_taken() -> None:
    both = (Precision.FP32, Precision.FP16, Precision.BF16)

    assert _placed(precisions=both)[0].precision is Precision.BF16
    assert _placed(precisions=(Precision.FP32, Precision.FP16))[0].precision is Precision.FP16


def test_eight_bits_follow_where_both_have_them() -> None:
    spec = _spec(precisions=(Precision.FP8, Precision.BF16))
    whole, compact, part, *_ = _placed(spec, (*_BF16, Precision.FP8))

    assert (whole.precision, compact.precision) == (Precision.BF16, Precision.FP8)
    assert compact.offload is Offload.NONE
    assert compact.weights_bytes == 5_500_000_000
    assert compact.working_bytes == whole.working_bytes
    assert compact.ram_bytes == 2_200_000_000
    assert (compact.slowdown, compact.load_s) == (1.25, 11.0)
    assert (part.precision, part.offload, part.slowdown) == (
        Precision.BF16,
        Offload.BY_PART,
        1.2,
    )


@pytest.mark.parametrize(
    ("models", "devices"),
    [((Precision.FP8, Precision.BF16), _BF16), ((Precision.BF16,), (*_BF16, Precision.FP8))],
)
def test_eight_bits_are_left_alone_where_one_lacks_them(
    models: tuple[Precision, ...], devices: tuple[Precision, ...]
) -> None:
    ways = _placed(_spec(precisions=models), devices)

    assert {way.precision for way in ways} == {Precision.BF16, Precision.FP32}


# What may be left out


def test_nothing_is_moved_where_the_devices_memory_is_ram() -> None:
    ways = _placed(_spec(network=_LIGHT), shares_ram=True)

    assert {way.offload for way in ways} == {Offload.NONE}
    assert [way.frames_per_pass for way in ways] == [8, 4, 8, 4, 8, 4, 8]
    assert ways[-1].precision is Precision.FP32


def test_little_memory_asked_for_takes_layers_only() -> None:
    assert {way.offload for way in _placed(lowvram=True)} == {Offload.BY_LAYER}


# Sizes


def test_the_frames_have_the_videos_shape_and_the_models_area() -> None:
    tall = _placed(shape=Resolution(1000, 2000))[0].render_size
    square = _placed(shape=Resolution(300, 300))[0].render_size

    assert tall == Resolution(500, 1000)
    assert square == Resolution(710, 710)


def test_without_a_native_size_frames_are_no_larger_than_asked() -> None:
    free = _spec(native_size=None)

    assert _placed(free, shape=Resolution(400, 200))[0].render_size == Resolution(400, 200)
    assert _placed(free, shape=Resolution(3840, 2160))[0].render_size == Resolution(1280, 720)


def test_the_thinnest_frame_has_one_multiple_on_its_short_side() -> None:
    thin = _placed(_spec(native_size=None), shape=Resolution(8192, 16))[0].render_size

    assert thin == Resolution(8190, 20)


# Passes and decoding


def test_passes_of_a_stepping_network_stay_legal() -> None:
    spec = _spec(frames_per_pass=121, frame_step=8)

    assert {way.frames_per_pass for way in _placed(spec)} == {121, 57}


def test_a_network_of_single_frames_has_no_shorter_pass() -> None:
    ways = _placed(_spec(frames_per_pass=None))

    assert {way.frames_per_pass for way in ways} == {1}
    assert {way.quality_loss for way in ways} == {0, 12, 27}


def test_a_pass_of_two_frames_has_a_shorter_one() -> None:
    assert {way.frames_per_pass for way in _placed(_spec(frames_per_pass=2, network=_LIGHT))} == {
        2,
        1,
    }


@pytest.mark.parametrize(
    ("decode_bytes", "together"),
    [(99.0, 8), (100.0, 8), (101.0, 4), (200.0, 4), (400.0, 2), (800.0, 1)],
)
def test_as_many_frames_are_decoded_as_a_step_has_memory_for(
    decode_bytes: float, together: int
) -> None:
    first = _placed(_spec(network=replace(_NETWORK, decode_bytes_per_pixel=decode_bytes)))[0]

    assert first.decode_frames == together
    assert not first.tiled_decoding
    assert first.working_bytes == 4 * 10**8


def test_no_more_frames_are_decoded_than_a_pass_has() -> None:
    spec = _spec(frames_per_pass=3, network=replace(_NETWORK, decode_bytes_per_pixel=1.0))

    assert _placed(spec)[0].decode_frames == 2


def test_a_vae_that_cannot_tile_decodes_whole_frames() -> None:
    first = _placed(_spec(network=replace(_NETWORK, can_tile=False)))[0]

    assert not first.tiled_decoding
    assert first.working_bytes == 5 * 10**8


def test_a_tile_is_decoded_in_the_memory_of_a_tile() -> None:
    first = _placed(_spec(network=replace(_NETWORK, decode_bytes_per_pixel=2000.0)))[0]

    assert first.tiled_decoding
    assert first.working_bytes == 2000 * 512 * 512


def test_a_frame_smaller_than_a_tile_takes_what_it_needs() -> None:
    spec = _spec(native_size=Resolution(200, 100), frames_per_pass=1)

    assert _placed(spec)[0].working_bytes == 1000 * 200 * 100


# Time


def test_a_pass_takes_its_operations_by_the_devices_speed() -> None:
    whole, part, *_, precise = _placed()

    assert pass_seconds(whole, _gpu()) == pytest.approx(2000 / (10 * 1.2))
    assert pass_seconds(part, _gpu()) == pytest.approx(1.2 * 2000 / (10 * 1.2))
    assert pass_seconds(precise, _gpu()) == pytest.approx(2.5 * 2000 / (10 * 0.4))


def test_a_gpu_that_does_not_tell_its_cores_is_slow() -> None:
    assert pass_seconds(_placed()[0], _gpu(core_count=None)) == pytest.approx(2000 / (3 * 1.2))


# Passes side by side


@pytest.mark.parametrize(
    ("room_bytes", "most", "passes", "batch"),
    [
        (0, 4, 9, 1),
        (4 * 10**8 - 1, 4, 9, 1),
        (4 * 10**8, 4, 9, 2),
        (8 * 10**8, 4, 9, 3),
        (10**12, 4, 9, 4),
        (10**12, 4, 3, 3),
        (-(10**9), 4, 9, 1),
    ],
)
def test_passes_side_by_side_fill_the_room(
    room_bytes: int, most: int, passes: int, batch: int
) -> None:
    spec = _spec(max_batch_size=most)
    way = _placed(spec)[0]

    assert batch_size(way, spec, way.device_bytes + room_bytes, passes) == batch


def test_the_context_is_part_of_the_devices_memory() -> None:
    way = _placed()[0]

    assert way.device_bytes - way.weights_bytes - way.working_bytes == CONTEXT_BYTES
