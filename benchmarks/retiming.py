"""How true frames in between are, beside blending, holding and ffmpeg's minterpolate.

    python -m benchmarks.retiming        # writes retiming.json and retiming.md

Films that are known at every moment lose most of their frames, and get them back by several
programs; what comes back is compared with what was there. Source frames pass unchanged in all of
them and are not judged.
"""

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial
from itertools import chain, repeat

import av
import av.filter
import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.post.retimer import retimed
from benchmarks.common import publish, table
from benchmarks.retiming_films import FILMS, Mask, thing, times

SIZE = Resolution(1024, 576)
COST_SIZES = (SIZE, Resolution(1280, 720), Resolution(1920, 1080))
RATES = ((7, 30), (8, 24))
SECONDS = 1.0
OURS, BLEND, HOLD = "this program", "blending", "nearest frame held"
MINTERPOLATE, BEST_MINTERPOLATE = "minterpolate, as it comes", "minterpolate, at its best"

Floats = NDArray[np.float32]
Retimer = Callable[[Sequence[Frame], int, int, int], dict[int, Frame]]
# Source frames, their rate, the rate wanted, frames wanted; the frames made, by their number.


@dataclass(frozen=True, slots=True, kw_only=True)
class Truth:
    """How near a program came to what was there; means over frames in between.

    Attributes:
        film: What was filmed.
        rates: Source and output, frames a second.
        program: What made the frames.
        psnr_db: Of luma.
        worst_psnr_db: Of the worst frame.
        ssim: Structural similarity of luma, 0..1.
        outline_psnr_db: Of luma within 6 pixels of outlines; None where the film has none.
    """

    film: str
    rates: tuple[int, int]
    program: str
    psnr_db: float
    worst_psnr_db: float
    ssim: float
    outline_psnr_db: float | None


def ours(source: Sequence[Frame], rate: int, out_rate: int, count: int) -> dict[int, Frame]:
    """This program."""
    line = Timeline(frame_rate=Fraction(out_rate), frame_count=count)
    return dict(enumerate(retimed((each for each in source), Fraction(rate), line)))


def blended(source: Sequence[Frame], rate: int, out_rate: int, count: int) -> dict[int, Frame]:
    """The mean of the two neighbours, weighted by how near they are."""
    made = {}
    for index, place in enumerate(times(rate, out_rate, count)):
        before = min(int(place), len(source) - 1)
        after, weight = min(before + 1, len(source) - 1), float(place - int(place))
        mixed = cv2.addWeighted(source[before].buffer, 1 - weight, source[after].buffer, weight, 0)
        made[index] = Frame(np.asarray(mixed, np.uint8))
    return made


def held(source: Sequence[Frame], rate: int, out_rate: int, count: int) -> dict[int, Frame]:
    """The nearer neighbour."""
    places = times(rate, out_rate, count)
    return {index: source[min(round(at), len(source) - 1)] for index, at in enumerate(places)}


def minterpolated(
    source: Sequence[Frame], rate: int, out_rate: int, count: int, *, options: str
) -> dict[int, Frame]:
    """FFmpeg's motion interpolation; the end is repeated, because it keeps some frames back."""
    size = source[0].size
    graph = av.filter.Graph()
    entry = graph.add_buffer(
        width=size.width_px,
        height=size.height_px,
        format=av.VideoFormat("yuv420p"),
        time_base=Fraction(1, rate),
    )
    filtered = graph.add("minterpolate", f"fps={out_rate}:{options}")
    graph.link_nodes(entry, filtered, graph.add("buffersink")).configure()
    made = {}
    for number, frame in enumerate(chain(source, repeat(source[-1], 3))):
        given = av.VideoFrame.from_ndarray(frame.buffer, format="yuv420p")
        given.pts, given.time_base = number, Fraction(1, rate)
        graph.vpush(given)
        for one in _pulled(graph):
            made[round(one.time * out_rate)] = Frame(np.asarray(one.to_ndarray(), np.uint8))
    return {index: frame for index, frame in made.items() if index < count}


def _pulled(graph: av.filter.Graph) -> Iterator[av.VideoFrame]:
    while True:
        try:
            yield graph.vpull()
        except (av.error.BlockingIOError, av.error.EOFError):
            return


PROGRAMS: dict[str, Retimer] = {
    OURS: ours,
    BLEND: blended,
    HOLD: held,
    MINTERPOLATE: partial(minterpolated, options="mi_mode=mci"),
    BEST_MINTERPOLATE: partial(
        minterpolated, options="mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1"
    ),
}


def psnr_db(one: Floats, other: Floats) -> float:
    """Peak signal to noise ratio of 8 bit, dB."""
    return float(10 * np.log10(255**2 / max(1e-9, float(((one - other) ** 2).mean()))))


def ssim(one: Floats, other: Floats) -> float:
    """Structural similarity (Wang et al., 2004): a Gaussian window of 1.5 pixels."""

    def mean(values: Floats) -> Floats:
        return np.asarray(cv2.GaussianBlur(values, (11, 11), 1.5), np.float32)

    mean_one, mean_other = mean(one), mean(other)
    spread = mean(one * one) - mean_one**2 + mean(other * other) - mean_other**2
    shared = mean(one * other) - mean_one * mean_other
    levels = (2 * mean_one * mean_other + 2.55**2) / (mean_one**2 + mean_other**2 + 2.55**2)
    return float((levels * (2 * shared + 7.65**2) / (spread + 7.65**2)).mean())


def truths_of(name: str, rate: int, out_rate: int) -> list[Truth]:
    """Retime a film by all programs, and compare."""
    film = FILMS[name]
    source = [each.frame for each in film(SIZE, rate, round(SECONDS * rate) + 1)]
    real = list(film(SIZE, out_rate, round(SECONDS * out_rate)))
    films = {program: made(source, rate, out_rate, len(real)) for program, made in PROGRAMS.items()}
    places = times(rate, out_rate, len(real))
    judged = [
        index
        for index, place in enumerate(places)
        if place.denominator > 1
        and place < len(source) - 1
        and all(index in frames for frames in films.values())
    ]
    found = []
    for program, frames in films.items():
        all_psnr, all_ssim, edges = [], [], []
        for index in judged:
            seen, true = frames[index].y.astype(np.float32), real[index].frame.y.astype(np.float32)
            all_psnr.append(psnr_db(seen, true))
            all_ssim.append(ssim(seen, true))
            near: Mask | None = real[index].outlines
            if near is not None:
                edges.append(psnr_db(seen[near], true[near]))
        found.append(
            Truth(
                film=name,
                rates=(rate, out_rate),
                program=program,
                psnr_db=float(np.mean(all_psnr)),
                worst_psnr_db=min(all_psnr),
                ssim=float(np.mean(all_ssim)),
                outline_psnr_db=float(np.mean(edges)) if edges else None,
            )
        )
    return found


def cpu_ms(size: Resolution) -> dict[str, float]:
    """CPU time for a frame that comes out, 8 to 24 a second, all threads together."""
    source = [each.frame for each in thing(130, 110)(size, 8, 9)]
    spent = {}
    for program, made in PROGRAMS.items():
        made(source[:3], 8, 24, 6)
        begun_s = time.process_time()
        count = len(made(source, 8, 24, 24))
        spent[program] = (time.process_time() - begun_s) * 1000 / count
    return spent


def main() -> None:
    """Film, retime, compare, publish."""
    cases = [(name, *rates) for name in FILMS for rates in RATES]
    cases.append((next(iter(FILMS)), 8, 60))
    results = [one for case in cases for one in truths_of(*case)]
    costs = {str(size): cpu_ms(size) for size in COST_SIZES}
    publish(
        "retiming",
        title="Frames in between",
        settings={"size": str(SIZE), "seconds": SECONDS, "cases": cases},
        results={"retiming": results, "cpu_ms": costs},
        text=text_of(results, costs),
    )


def text_of(results: Sequence[Truth], costs: dict[str, dict[str, float]]) -> str:
    """The tables."""
    rows = [
        (
            f"{one.film}, {one.rates[0]} to {one.rates[1]}",
            one.program,
            f"{one.psnr_db:.2f}",
            f"{one.worst_psnr_db:.2f}",
            f"{one.ssim:.4f}",
            "" if one.outline_psnr_db is None else f"{one.outline_psnr_db:.2f}",
        )
        for one in results
    ]
    head = ("film, frames a second", "program", "PSNR dB", "worst frame", "SSIM", "at outlines")
    cost_rows = [
        (program, *(f"{spent[program]:.0f}" for spent in costs.values())) for program in PROGRAMS
    ]
    return "\n\n".join(
        (
            f"Frames in between, {SIZE}, beside what was there; outlines are within 6 pixels:",
            table(head, rows),
            _lost(results),
            "CPU milliseconds for each frame that comes out, 8 to 24 a second, all threads:",
            table(("program", *costs), cost_rows),
        )
    )


def _lost(results: Sequence[Truth]) -> str:
    """Where this program loses, and to which."""
    lost = []
    for mine in results:
        if mine.program != OURS:
            continue
        for one in results:
            if one.program == OURS or (one.film, one.rates) != (mine.film, mine.rates):
                continue
            lost += [
                f"- {mine.film}, {mine.rates[0]} to {mine.rates[1]}, {what}: {one.program}"
                for what, better in (
                    ("PSNR", one.psnr_db > mine.psnr_db),
                    ("worst frame", one.worst_psnr_db > mine.worst_psnr_db),
                    ("SSIM", one.ssim > mine.ssim),
                    ("outlines", (one.outline_psnr_db or 0) > (mine.outline_psnr_db or 0)),
                )
                if better
            ]
    if not lost:
        return "No other program is better anywhere."
    return "Better than this program:\n\n" + "\n".join(lost)


if __name__ == "__main__":
    main()
