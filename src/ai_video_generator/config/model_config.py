"""What a model says of itself, so that the planner can judge it without loading it."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProfile:
    """How much memory a model needs.

    Attributes:
        fixed_bytes: What it takes before the first frame.
        bytes_per_pixel: What it takes for each pixel of a frame, all frames in flight together.
        source: Benchmark file that measured it; never empty.
    """

    fixed_bytes: int
    bytes_per_pixel: float
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A backend's description.

    Attributes:
        name: Its file name without ``.py``; what ``--model`` takes.
        title: What people call it.
        licence: SPDX identifier of the model.
        home: Web address.
        precisions: Formats it can run in.
        native_size: The size it was trained at; None when any size is native.
        native_frame_rate: The rate it was trained at; None when any rate is native.
        size_multiple_px: Sides must be multiples of this.
        quality: 0..100; orders candidates, nothing else.
        needs_accelerator: Whether it is of no use on a CPU.
        cpu_seconds_per_megapixel: CPU seconds to make one million pixels of frames
            (benchmarks/speed.json).
        memory: How much memory it needs.
    """

    name: str
    title: str
    licence: str
    home: str
    precisions: tuple[Precision, ...]
    native_size: Resolution | None
    native_frame_rate: Fraction | None
    size_multiple_px: int
    quality: int
    needs_accelerator: bool
    cpu_seconds_per_megapixel: float
    memory: MemoryProfile
