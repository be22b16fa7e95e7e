"""``aivg listen``: what a sound holds, measured by decoding it to its last sample."""

from collections.abc import Iterator
from dataclasses import asdict
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from ai_video_generator.media.loudness import Loudness
    from ai_video_generator.media.sound import SoundInfo

_SHOWN_SILENCES = 10
# As many as a person reads; --json has them all.


def listen(song: Path, /, *, json: Annotated[bool, Parameter(negative="")] = False) -> None:
    """Measure a sound: exact length, format, loudness, silences, tags.

    Args:
        song: A sound, or a video with a sound track.
        json: Print one JSON document.
    """
    from ai_video_generator.cli.console import answer, answer_json
    from ai_video_generator.media.audio_processor import AudioProcessor

    processor = AudioProcessor()
    info, envelope = processor.analyse(song)
    loudness = processor.loudness(song)
    silences = processor.silences(envelope)
    if json:
        facts = asdict(info) | {"path": str(song), "duration_s": float(info.duration_s)}
        facts["loudness"] = asdict(loudness)
        facts["silences_s"] = silences
        answer_json(facts)
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _rows(info, loudness, silences):
        table.add_row(name, Text(value))
    answer(table)


def _rows(
    info: "SoundInfo", loudness: "Loudness", silences: list[tuple[float, float]]
) -> Iterator[tuple[str, str]]:
    yield "length", f"{_clock(float(info.duration_s))} ({info.sample_count:,} samples)"
    yield "codec", f"{info.codec} in {info.container.split(',')[0]}"
    yield "rate", f"{info.sample_rate_hz:,} Hz"
    yield "channels", str(info.channel_count)
    yield "peak", f"{20 * log10(info.peak):.1f} dBFS" if info.peak else "silent"
    if loudness.integrated_lufs is None:
        yield "loudness", "too quiet or too short to measure"
    else:
        yield "loudness", f"{loudness.integrated_lufs:.1f} LUFS, range {loudness.range_lu:.1f} LU"
    if loudness.true_peak_dbtp is not None:
        yield "true peak", f"{loudness.true_peak_dbtp:.1f} dBTP"
    for start_s, end_s in silences[:_SHOWN_SILENCES]:
        yield "silence", f"{_clock(start_s)} to {_clock(end_s)}"
    if len(silences) > _SHOWN_SILENCES:
        yield "silence", f"and {len(silences) - _SHOWN_SILENCES} more"
    if info.decode_error_count:
        yield "damage", f"{info.decode_error_count} packets skipped"
    yield from info.tags.items()


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{milliseconds / 1000:06.3f}"


COMMAND = listen
