"""Legal requests and models, for tests of planning."""

from fractions import Fraction
from typing import Any

from hypothesis import strategies as st

from ai_video_generator.config.choices import Codec, Fit, Quality, Tier
from ai_video_generator.config.containers import CONTAINERS
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
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
        "native_size": None,
        "native_frame_rate": None,
        "size_multiple_px": 2,
        "quality": 20,
        "needs_accelerator": False,
        "cpu_seconds_per_megapixel": 0.007,
        "memory": MemoryProfile(fixed_bytes=200_000_000, bytes_per_pixel=60, source="this test"),
    }
    return ModelSpec(**{**values, **changes})


DIFFUSION = model("dreamer", needs_accelerator=True, quality=80, precisions=(Precision.BF16,))


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
        time_budget=draw(st.none() | st.floats(0.01, 100)),
        threads=0 if automatic else draw(st.integers(0, 64)),
        software_encoding=draw(st.booleans()),
    )
