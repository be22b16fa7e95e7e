"""``aivg listen``: what a sound holds, measured by decoding it to its last sample."""

from collections.abc import Iterator
from dataclasses import asdict
from math import log10
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

if TYPE_CHECKING:
    from ai_video_generator.media.hearing import Hearing, Rhythm
    from ai_video_generator.media.loudness import Loudness

_SHOWN_SILENCES, _SHOWN_SECTIONS = 10, 30
# As many as a person reads; --json has them all.

_STEADY_BPM = 2.0
# A tempo that moves less is told as one.


def listen(
    song: Path,
    /,
    *,
    output: Annotated[Path | None, Parameter(name=["--output", "-o"])] = None,
    overwrite: Annotated[bool, Parameter(negative="")] = False,
    json: Annotated[bool, Parameter(negative="")] = False,
) -> None:
    """Measure a sound: exact length, format, loudness, tempo, beats, sections, silences, tags.

    aivg listen song.mp3 -o plot.png

    Args:
        song: A sound, or a video with a sound track.
        output: Draw what is heard into this file, .png or .svg.
        overwrite: Replace the drawing if it is there.
        json: Print one JSON document with every beat and onset.
    """
    from ai_video_generator.cli.console import answer, answer_json, note
    from ai_video_generator.media.audio_processor import AudioProcessor

    if output is not None:
        _check(output, overwrite=overwrite, song=song)
    processor = AudioProcessor()
    hearing = processor.hear(song)
    loudness = processor.loudness(song)
    if output is not None:
        _draw(hearing, output, overwrite=overwrite)
        note(f"drawn into {output}")
    if json:
        facts = asdict(hearing.info)
        facts |= {"path": str(song), "duration_s": float(hearing.info.duration_s)}
        answer_json(facts | {"loudness": asdict(loudness)} | hearing.summary())
        return
    from rich.table import Table
    from rich.text import Text

    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in _rows(hearing, loudness):
        table.add_row(name, Text(value))
    answer(table)


def _check(output: Path, *, overwrite: bool, song: Path) -> None:
    from ai_video_generator.media.drawing import drawing_format
    from ai_video_generator.media.files import check_output

    drawing_format(output)
    check_output(output, overwrite=overwrite, inputs=(song,))


def _draw(hearing: "Hearing", output: Path, *, overwrite: bool) -> None:
    from ai_video_generator.media.drawing import drawing_format
    from ai_video_generator.media.files import appearing
    from ai_video_generator.media.hearing_plot import hearing_plot

    drawing = hearing_plot(hearing, title=_title(hearing))
    with appearing(output, overwrite=overwrite) as temporary:
        drawing.save(temporary, drawing_format(output))


def _title(hearing: "Hearing") -> str:
    """Title and artist where the tags say them, else the file's name."""
    tags = hearing.info.tags
    title = tags.get("title", hearing.info.path.name)
    return f"{title} by {tags['artist']}" if "title" in tags and "artist" in tags else title


def _rows(hearing: "Hearing", loudness: "Loudness") -> Iterator[tuple[str, str]]:
    info = hearing.info
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
    yield "kind", str(hearing.kind)
    if hearing.rhythm is None:
        yield "beats", "none that are even"
    else:
        yield from _rhythm_rows(hearing.rhythm)
    for section in hearing.sections[:_SHOWN_SECTIONS]:
        times = f"{_clock(section.start_s)} to {_clock(section.end_s)}"
        yield f"section {section.label}", f"{times}, energy {section.energy:.0%}"
    if len(hearing.sections) > _SHOWN_SECTIONS:
        yield "section", f"and {len(hearing.sections) - _SHOWN_SECTIONS} more"
    for start_s, end_s in hearing.silences_s[:_SHOWN_SILENCES]:
        yield "silence", f"{_clock(start_s)} to {_clock(end_s)}"
    if len(hearing.silences_s) > _SHOWN_SILENCES:
        yield "silence", f"and {len(hearing.silences_s) - _SHOWN_SILENCES} more"
    if info.decode_error_count:
        yield "damage", f"{info.decode_error_count} packets skipped"
    yield from info.tags.items()


def _rhythm_rows(rhythm: "Rhythm") -> Iterator[tuple[str, str]]:
    slowest, fastest = rhythm.tempo_range_bpm
    tempo = f"{rhythm.tempo_bpm:.1f} beats a minute"
    if fastest - slowest > _STEADY_BPM:
        tempo += f", from {slowest:.0f} to {fastest:.0f}"
    yield "tempo", tempo
    times_s = rhythm.beat_times_s
    yield "beats", f"{len(times_s)}, from {_clock(times_s[0])} to {_clock(times_s[-1])}"
    if rhythm.beats_per_bar is not None:
        yield "metre", f"{rhythm.beats_per_bar} to a bar, {len(rhythm.downbeat_times_s)} bars"


def _clock(seconds: float) -> str:
    minutes, milliseconds = divmod(round(seconds * 1000), 60_000)
    return f"{minutes}:{milliseconds / 1000:06.3f}"


COMMAND = listen
