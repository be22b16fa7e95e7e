"""Legal requests and models, for tests of planning."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ai_video_generator.config.choices import Codec, Fit, Quality, Tier
from ai_video_generator.config.containers import CONTAINERS
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec, NetworkProfile
from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.request import Request

PHOTO = Resolution(6000, 4000)

SOFTWARE_ENCODERS = tuple(encoder.name for encoder in ENCODERS if not encoder.hardware)


def model(name: str = "camera", **changes: Any) -> ModelSpec:
    """A model for the CPU, about as fast as the camera."""
    values: dict[str, Any] = {
        "name": name,
        "title": name,
        "licence": "Apache-2.0",
        "home": "",
        "precisions": (Precision.FP32,),
        "size_multiple_px": 2,
        "quality": 20,
        "cpu_seconds_per_megapixel": 0.007,
        "memory": MemoryProfile(fixed_bytes=200_000_000, bytes_per_pixel=60, source="this test"),
    }
    return ModelSpec(**{**values, **changes})


def network(gib: float, largest_part_gib: float, **changes: Any) -> NetworkProfile:
    """A network of this size, by its 16-bit weights; a fiftieth of its largest part is a layer."""
    values: dict[str, Any] = {
        "weights_bytes": int(gib * 2**30),
        "largest_part_bytes": int(largest_part_gib * 2**30),
        "largest_layer_bytes": int(largest_part_gib * 2**30 / 50),
        "step_bytes_per_pixel": 200.0,
        "decode_bytes_per_pixel": 2000.0,
        "can_tile": True,
        "teraflop_per_megapixel": 400.0,
        "source": "this test",
    }
    return NetworkProfile(**{**values, **changes})


def diffusion(name: str, quality: int, **changes: Any) -> ModelSpec:
    """A model that makes passes of frames on an accelerator."""
    values: dict[str, Any] = {
        "precisions": (Precision.BF16, Precision.FP16, Precision.FP8, Precision.FP32),
        "native_size": Resolution(1024, 576),
        "native_frame_rate": Fraction(7),
        "frames_per_pass": 25,
        "size_multiple_px": 64,
        "cpu_seconds_per_megapixel": 0.004,
        "needs_torch": True,
    }
    return model(name, **{**values, "quality": quality, **changes})


# As large as the models of these names, from their cards; how much they compute is a guess.
SVD = diffusion(
    "svd_xt",
    60,
    precisions=(Precision.FP16, Precision.FP32),
    network=network(4.2, 2.84, can_tile=False),
)
ANIMATE = diffusion(
    "animate_lcm",
    50,
    native_size=Resolution(512, 512),
    native_frame_rate=Fraction(8),
    frames_per_pass=16,
    size_multiple_px=8,
    max_batch_size=4,
    network=network(2.8, 2.45, teraflop_per_megapixel=150.0),
)
LTX = diffusion(
    "ltx_2b",
    70,
    native_size=Resolution(1216, 704),
    native_frame_rate=Fraction(24),
    frames_per_pass=121,
    frame_step=8,
    size_multiple_px=32,
    network=network(13.5, 9.1, step_bytes_per_pixel=30.0, teraflop_per_megapixel=10.0),
)
WAN = diffusion(
    "wan_5b",
    80,
    native_size=Resolution(1280, 704),
    native_frame_rate=Fraction(24),
    frames_per_pass=121,
    frame_step=4,
    size_multiple_px=32,
    network=network(21.2, 10.6, step_bytes_per_pixel=60.0, teraflop_per_megapixel=150.0),
)
CLOUD = diffusion("cloud", 90, network=network(0.1, 0.1), usd_per_video_second=0.05)
MODELS = (model(), SVD, ANIMATE, LTX, WAN)
"""What a well-equipped installation has."""


def request(**changes: Any) -> Request:
    """A photo and a minute of sound, nothing else asked."""
    values: dict[str, Any] = {
        "picture_sizes": (PHOTO,),
        "sound_duration_s": Fraction(60),
        "container": "mp4",
    }
    return Request(**{**values, **changes})


def _even_sides() -> st.SearchStrategy[int]:
    return st.integers(8, 4096).map(lambda half: 2 * half)


_SIDES = st.integers(1, 30_000)
_SIZES = st.builds(Resolution, _SIDES, _SIDES)
_RATES = st.one_of(
    st.sampled_from([Fraction(24_000, 1001), Fraction(30_000, 1001), Fraction(25), Fraction(60)]),
    st.fractions(1, 240, max_denominator=1001),
)
_CONTAINERS_AND_CODECS = st.sampled_from(
    [(container.name, codec) for container in CONTAINERS for codec in (None, *container.codecs)]
)


@st.composite
def legal_requests(draw: st.DrawFn, *, automatic: bool = False) -> Request:
    """Any request whose codec its container holds; ``automatic`` leaves size and rate open."""
    container, codec = draw(_CONTAINERS_AND_CODECS)
    size = draw(st.none() | st.builds(Resolution, _even_sides(), _even_sides()))
    rate = draw(st.none() | _RATES)
    return Request(
        picture_sizes=tuple(draw(st.lists(_SIZES, min_size=1, max_size=4))),
        sound_duration_s=draw(st.fractions(Fraction(1, 48_000), 10_800, max_denominator=48_000)),
        container=container,
        size=None if automatic else size,
        frame_rate=None if automatic else rate,
        fit=draw(st.sampled_from(Fit)),
        quality=draw(st.sampled_from(Quality)),
        codec=codec or (Codec.GIF if container == "gif" else None),
        tier=draw(st.none() | st.sampled_from(Tier)),
        time_limit_s=draw(st.none() | st.floats(0.5, 100_000)),
        cpu=draw(st.booleans()),
        lowvram=draw(st.booleans()),
        reserve_vram_bytes=draw(st.sampled_from([0, 2 * 10**9])),
        threads=0 if automatic else draw(st.integers(0, 64)),
        software_encoding=draw(st.booleans()),
    )
