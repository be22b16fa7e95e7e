"""How loud a sound is to a listener: EBU R128 (ITU-R BS.1770), measured by FFmpeg's filter."""

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from math import log10

import av.error
from av.audio.frame import AudioFrame
from av.filter import Graph

from ai_video_generator.media.sound_resampler import resampled
from ai_video_generator.media.sound_samples import frame_of

_RATE_HZ = 48_000
# The rate that BS.1770 defines its filters for.

_SILENT_LUFS = -70.0
# The absolute gate of BS.1770-4: FFmpeg reports it when no block was louder.

_INTEGRATED, _RANGE, _TRUE_PEAK = "lavfi.r128.I", "lavfi.r128.LRA", "lavfi.r128.true_peak"


@dataclass(frozen=True, slots=True, kw_only=True)
class Loudness:
    """Loudness after EBU R128.

    Attributes:
        integrated_lufs: Loudness of the whole; None when silent or shorter than the 0.4 s that are
            measured at once.
        range_lu: Loudness range (EBU Tech 3342), 0 where nothing was measured.
        true_peak_dbtp: Highest peak between samples, in dB of full scale; None when silent.
    """

    integrated_lufs: float | None
    range_lu: float
    true_peak_dbtp: float | None


def loudness_of(frames: Iterable[AudioFrame], *, layout: str) -> Loudness:
    """Measure decoded frames, streaming.

    Args:
        frames: Decoded frames.
        layout: FFmpeg's name of the channel layout to measure in; BS.1770 weighs channels by their
            place.
    """
    graph = Graph()
    source = graph.add_abuffer(
        sample_rate=_RATE_HZ, format="fltp", layout=layout, time_base=Fraction(1, _RATE_HZ)
    )
    meter = graph.add("ebur128", "metadata=1:peak=true")
    graph.link_nodes(source, meter, graph.add("abuffersink")).configure()
    position = 0
    measured: dict[str, str] = {}
    for block in resampled(frames, sample_rate_hz=_RATE_HZ, layout=layout):
        graph.push(frame_of(block, layout=layout, sample_rate_hz=_RATE_HZ, first_sample=position))
        position += block.shape[1]
        measured = _latest(graph) or measured
    graph.push(None)
    measured = _latest(graph) or measured
    integrated = float(measured.get(_INTEGRATED, _SILENT_LUFS))
    peak = float(measured.get(_TRUE_PEAK, 0))
    return Loudness(
        integrated_lufs=integrated if integrated > _SILENT_LUFS else None,
        range_lu=float(measured.get(_RANGE, 0)),
        true_peak_dbtp=20 * log10(peak) if peak > 0 else None,
    )


def _latest(graph: Graph) -> dict[str, str]:
    """The last measurement that the filter has ready; empty when there is none."""
    latest: dict[str, str] = {}
    while True:
        try:
            latest = graph.pull().metadata or latest
        except (av.error.BlockingIOError, av.error.EOFError):
            return latest
