"""The plans that the planner makes for cards of every size, and which of them are measured.

A card is a reference machine's GPU with less memory: what is computed where depends on memory
alone, so that one large GPU can stand for all sizes.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from typing import Any

from ai_video_generator.config.machines import machine_named
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import HardwareFacts, Precision, TorchBuild
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.request import Request

GIB = 2**30
CARDS_GIB = (4, 6, 8, 10, 12, 16, 24)
MODELS = ("stable_video_diffusion", "stable_video_diffusion_14", "animate_diff")

_MACHINE = "h100"
_PHOTO, _SOUND_S, _WIDE = Resolution(1920, 1080), Fraction(10), Resolution(1024, 576)
_PATIENCE_S = 1e6
# No plan is left aside because it takes long: memory alone decides here.


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One plan to measure.

    Attributes:
        model: Name of the backend.
        card_gib: The smallest card whose best plan it is.
        cards_gib: All cards whose best plan it is.
        precision: Number format of the weights.
        offload: What of the weights waits in RAM.
        size: Size of the frames.
        frames: Frames of a pass.
        decode_frames: Frames decoded together.
        predicted_bytes: Peak on the device as the planner reckons it.
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

    @property
    def way(self) -> tuple[Any, ...]:
        """All that decides what is computed and where."""
        values = asdict(self)
        return tuple(values[name] for name in sorted(values) if not name.startswith("card"))


def card(gib: float) -> HardwareFacts:
    """The reference machine with a GPU of this much memory, all of it free."""
    facts = machine_named(_MACHINE)
    size = round(gib * GIB)
    gpu = replace(facts.accelerators[0], total_bytes=size, free_bytes=size)
    torch = TorchBuild(version="2", runtime="cuda", devices=(gpu.device,))
    return replace(facts, accelerators=(gpu,), torch=torch)


def plan_for(model: str, gib: float) -> Plan | None:
    """The planner's best way to run a model on a card; None where there is none."""
    request = Request(
        picture_sizes=(_PHOTO,),
        sound_duration_s=_SOUND_S,
        container="mp4",
        size=_WIDE,
        model=model,
        time_limit_s=_PATIENCE_S,
    )
    try:
        return candidates(request, card(gib), [BACKENDS.load(model).spec]).best
    except RequestImpossibleError:
        return None


def runs(models: Sequence[str] = MODELS, cards_gib: Sequence[int] = CARDS_GIB) -> list[Run]:
    """Every different plan once, at the smallest card that it is made for."""
    found: dict[tuple[Any, ...], Run] = {}
    for model in models:
        for gib in sorted(cards_gib):
            plan = plan_for(model, gib)
            if plan is None:
                continue
            run = _run(plan, gib)
            known = found.get(run.way)
            cards = (*known.cards_gib, gib) if known else (gib,)
            found[run.way] = replace(known or run, cards_gib=cards)
    return in_order(found.values())


def without_plan(
    models: Sequence[str] = MODELS, cards_gib: Sequence[int] = CARDS_GIB
) -> list[tuple[str, int]]:
    """Models and the cards that the planner has no way for."""
    return [(model, gib) for model in models for gib in cards_gib if plan_for(model, gib) is None]


def in_order(found: Iterable[Run]) -> list[Run]:
    """What the verdicts ask for first, for the time may end before the list does."""
    asked = {("stable_video_diffusion", 8), ("stable_video_diffusion_14", 6)}
    asked |= {(model, 24) for model in MODELS}

    def rank(run: Run) -> tuple[bool, int, int]:
        wanted = any((run.model, gib) in asked for gib in run.cards_gib)
        return (not wanted, MODELS.index(run.model), run.card_gib)

    return sorted(found, key=rank)


def toy_plan(plan: Plan) -> Plan:
    """The same way at a size that a processor computes in a second."""
    return replace(
        plan,
        device="cpu",
        precision=Precision.FP32,
        render_size=Resolution(64, 64),
        frames_per_pass=min(16, plan.frames_per_pass or 16),
    )


def _run(plan: Plan, gib: int) -> Run:
    return Run(
        model=plan.model,
        card_gib=gib,
        cards_gib=(gib,),
        precision=plan.precision.value,
        offload=plan.offload.value,
        size=str(plan.render_size),
        frames=plan.frames_per_pass or 1,
        decode_frames=plan.decode_frames,
        predicted_bytes=plan.estimate.device_bytes,
    )
