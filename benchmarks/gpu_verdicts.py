"""What the measurements of the GPU matrix say of the bar, and the page that shows them. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from benchmarks.common import table
from benchmarks.gpu_plans import GIB

MOST_OVER, MOST_UNDER = 0.15, 0.05
# A prediction may be this share above what was measured, and this share below.
LEAST_SPEED = 1.0
# Of plain diffusers at equal settings.
_ASKED = (
    ("stable_video_diffusion", 8, 25, "1024x576"),
    ("stable_video_diffusion_14", 6, 14, "1024x576"),
)
# What must fit: a model, the card's GiB, the frames of a pass and their size.
_YES, _NO, _UNKNOWN = "yes", "**no**", "not measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """One plan that was run.

    Attributes:
        model: Name of the backend.
        card_gib: The card whose memory was the limit.
        cards_gib: All cards whose plan this is.
        precision: Number format of the weights.
        offload: What of the weights waited in RAM.
        size: Size of the frames.
        frames: Frames of a pass.
        decode_frames: Frames decoded together.
        predicted_bytes: Peak as the planner reckons it.
        fits: Whether it ran in the card's memory; None where it was not run.
        peak_bytes: The most that the device held for the process; without a limit where it did not
            fit with one. None without a GPU.
        allocated_bytes: The most that tensors took, and the context. None without a GPU.
        step_s: Seconds of a step.
        decoding_s: Seconds of decoding a pass.
        output_second_s: Seconds for a second of the model's own frames, at its usual steps.
        problem: What was raised, or why it was not run; empty when all went well.
        stages: Memory and time of each stage.
        resident_bytes: RAM of the process at its end.
    """

    model: str
    card_gib: int
    cards_gib: tuple[int, ...]
    precision: str
    offload: str
    size: str
    frames: int
    decode_frames: int
    predicted_bytes: int
    fits: bool | None = None
    peak_bytes: int | None = None
    allocated_bytes: int | None = None
    step_s: float | None = None
    decoding_s: float | None = None
    output_second_s: float | None = None
    problem: str = ""
    stages: Sequence[Mapping[str, Any]] = ()
    resident_bytes: int | None = None

    @property
    def ratio(self) -> float | None:
        """Predicted beside measured; None where nothing was measured."""
        return self.predicted_bytes / self.peak_bytes if self.peak_bytes else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """Whether one claim holds.

    Attributes:
        claim: What should hold.
        holds: Whether it does; None where it was not measured.
        figures: The figures behind it.
    """

    claim: str
    holds: bool | None
    figures: str


def output_second_s(
    step_s: float | None, decoding_s: float | None, *, steps: int, frames: int, rate: float
) -> float | None:
    """Seconds for a second of the model's frames: a pass of so many steps, shared by its frames.

    Args:
        step_s: Seconds of a step, measured over fewer steps than a job takes.
        decoding_s: Seconds of decoding the pass.
        steps: Steps of a job.
        frames: Frames of the pass.
        rate: Frames a second that the model makes.
    """
    if step_s is None or decoding_s is None:
        return None
    return (steps * step_s + decoding_s) / frames * rate


def verdicts(
    ours: Sequence[Measured],
    plain: Sequence[Measured],
    without_plan: Sequence[tuple[str, int]] = (),
) -> list[Verdict]:
    """All claims of the bar.

    Args:
        ours: Plans that our backends ran.
        plain: The same frames by plain diffusers.
        without_plan: Models and the cards that the planner has no way for.
    """
    return [
        *(
            Verdict(claim=_claim(*asked), holds=False, figures="the planner has no way there")
            if (asked[0], asked[1]) in without_plan
            else _fits(ours, *asked)
            for asked in _ASKED
        ),
        *(_speed(one, ours) for one in plain),
        *(_prediction(one) for one in ours),
    ]


def _claim(model: str, gib: int, least_frames: int, size: str) -> str:
    return f"{model}: {least_frames} frames of {size} fit {gib} GB"


def _fits(ours: Sequence[Measured], model: str, gib: int, least_frames: int, size: str) -> Verdict:
    """Whether a model makes its frames within a card."""
    claim = _claim(model, gib, least_frames, size)
    run = next((one for one in ours if one.model == model and gib in one.cards_gib), None)
    if run is None:
        return Verdict(claim=claim, holds=None, figures="not among what was run")
    if run.frames < least_frames or run.size != size:
        figures = f"planned are {run.frames} frames of {run.size}"
        return Verdict(claim=claim, holds=False, figures=figures)
    if run.fits is None or run.peak_bytes is None:
        return Verdict(claim=claim, holds=None, figures=run.problem or "no GPU")
    figures = f"{gb(run.peak_bytes)} GiB, held to {run.card_gib} GiB"
    if not run.fits:
        figures += f": {run.problem}"
    # What was held to less memory than the claim's card has may fit that card all the same.
    fits = run.fits or (run.card_gib < gib and run.peak_bytes <= gib * GIB)
    return Verdict(claim=claim, holds=fits, figures=figures)


def _speed(plain: Measured, ours: Sequence[Measured]) -> Verdict:
    """Whether our step is no slower than the plain pipeline's, all weights on the device."""
    claim = f"{plain.model}: a step is no slower than plain diffusers'"
    same = next(
        (one for one in ours if (one.model, one.offload) == (plain.model, "none") and one.step_s),
        None,
    )
    if same is None or same.step_s is None or plain.step_s is None:
        return Verdict(claim=claim, holds=None, figures=plain.problem or "ours was not measured")
    if (same.size, same.frames) != (plain.size, plain.frames):
        return Verdict(claim=claim, holds=None, figures="not the same frames")
    speed = plain.step_s / same.step_s
    figures = f"{same.step_s:.2f} s, plain {plain.step_s:.2f} s: {speed:.2f} of its speed"
    return Verdict(claim=claim, holds=speed >= LEAST_SPEED, figures=figures)


def _prediction(run: Measured) -> Verdict:
    """Whether the planner's figure is near what was measured."""
    claim = f"{run.model}, {run.frames} frames, offload {run.offload}: memory as predicted"
    ratio = run.ratio
    if ratio is None:
        return Verdict(claim=claim, holds=None, figures=run.problem or "no GPU")
    holds = 1 - MOST_UNDER <= ratio <= 1 + MOST_OVER
    figures = f"{gb(run.predicted_bytes)} GiB predicted, {ratio:.2f} of the measured"
    return Verdict(claim=claim, holds=holds, figures=figures)


def page(report: Mapping[str, Any], found: Sequence[Verdict], *, device: str, steps: int) -> str:
    """The Markdown of the whole result.

    Args:
        report: "ours", "plain" and "descent".
        found: The verdicts.
        device: What was computed on.
        steps: Steps that were made of each pass.
    """
    return "\n\n".join(
        [
            f"Computed on: {device}. {_KINDS.format(steps=steps)}",
            _verdict_table(found),
            "## Ours, by the planner's plan for each card",
            _measured_table(report["ours"]),
            "## Plain diffusers, everything on the GPU, no limit",
            _measured_table(report["plain"]),
            "## A job whose GPU has less memory than was told",
            _descent_text(report["descent"]),
        ]
    )


_KINDS = (
    "The networks have the published sizes and random weights: time and memory do not depend on "
    "their values, and what they make shows nothing. Each card is this GPU with PyTorch held to "
    "the card's memory less what the context takes; a smaller GPU is also slower, so that the "
    "times are those of this one. {steps} steps were made of each pass; seconds for a second of "
    "output are reckoned from them for the steps of a job. The peak is all that PyTorch held, and "
    "the context."
)


def _verdict_table(found: Sequence[Verdict]) -> str:
    words = {True: _YES, False: _NO, None: _UNKNOWN}
    rows = [(one.claim, words[one.holds], one.figures) for one in found]
    return table(("claim", "holds", "figures"), rows)


def _measured_table(runs: Sequence[Measured]) -> str:
    header = (
        "model",
        "cards GB",
        "pass",
        "precision, offload",
        "decoded together",
        "predicted GiB",
        "peak GiB",
        "ratio",
        "fits",
        "s a step",
        "s decoding",
        "s for 1 s",
    )
    rows = [
        (
            one.model,
            ", ".join(map(str, one.cards_gib)) or "no limit",
            f"{one.frames} of {one.size}",
            f"{one.precision}, {one.offload}",
            one.decode_frames or "all",
            gb(one.predicted_bytes) if one.predicted_bytes else "",
            gb(one.peak_bytes),
            figure(one.ratio),
            {True: _YES, False: _NO, None: one.problem or _UNKNOWN}[one.fits],
            figure(one.step_s),
            figure(one.decoding_s),
            figure(one.output_second_s),
        )
        for one in runs
    ]
    return table(header, rows)


def _descent_text(descent: Mapping[str, Any] | None) -> str:
    if descent is None:
        return "Not run: the time was up."
    if "attempts" not in descent:
        return f"It failed: {descent.get('problem')}"
    rows = [
        (
            one["model"],
            f"{one['frames']} of {one['size']}, offload {one['offload']}",
            gb(one["predicted_bytes"]),
            one["seconds"],
            f"{one['error']}: {one['said']}" if one["error"] else "made the video",
        )
        for one in descent["attempts"]
    ]
    ending = (
        f"A video of {descent['frame_count']} frames, the sound's length, after "
        f"{descent['seconds']} s."
        if descent["finished"]
        else f"**No video**: {descent['problem'] or descent['frame_count']}"
    )
    made_up = " The full memory was made up: there was no GPU." if descent["pretended"] else ""
    told = f"Told {descent['told_gib']:g} GiB, held to {descent['true_gib']:g} GiB.{made_up}"
    header = ("model", "pass", "predicted GiB", "seconds", "ended")
    return f"{told}\n\n{table(header, rows)}\n\n{ending}"


def gb(count: int | None) -> str:
    """Bytes in GiB; nothing where they are not known."""
    return "" if count is None else f"{count / GIB:.2f}"


def figure(value: float | None) -> str:
    """A figure with two digits; nothing where it is not known."""
    return "" if value is None else f"{value:.2f}"
