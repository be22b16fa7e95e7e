"""Facts and a request become a ladder of plans, purely: the same always give the same."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import partial

from ai_video_generator.config.hardware_config import DEPTH_TRUST
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.errors import RequestImpossibleError, WeightsMissingError
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.planning.camera_plans import camera_plans
from ai_video_generator.planning.cloud_plans import cloud_plans
from ai_video_generator.planning.frame_work import FrameWork, frame_work
from ai_video_generator.planning.history import History
from ai_video_generator.planning.network_plans import network_plans
from ai_video_generator.planning.network_ways import gb_text
from ai_video_generator.planning.plan import Ladder, Plan, Reason, Rejection, Rung
from ai_video_generator.planning.ratings import Ratings
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.tie_breaking import Placed, settled

_NOTHING_LEARNED = History()
_NOTHING_ABSENT: Mapping[str, int] = {}
_NOTHING_RATED: Ratings = {}


def candidates(
    request: Request,
    facts: HardwareFacts,
    specs: Sequence[ModelSpec],
    history: History = _NOTHING_LEARNED,
    absent: Mapping[str, int] = _NOTHING_ABSENT,
    *,
    ratings: Ratings = _NOTHING_RATED,
) -> Ladder:
    """Judge every way to do a job.

    The best looking come first: models in the order of their quality, less what smaller frames or
    shorter passes take from it; what looks alike, the quicker first, and of several models the one
    that people rated clearly better. The last plans are the camera's, smaller and smaller.

    Args:
        request: What was asked for, with the sound's length.
        facts: The machine; of its video encoders only those of the wanted codec are needed.
        specs: The models that are installed.
        history: What earlier jobs of this machine taught.
        absent: Bytes of weights that are not installed, of each model that lacks some.
        ratings: What people thought of the models' videos.

    Raises:
        RequestImpossibleError: When no plan fulfils the request on this machine.
        WeightsMissingError: When the model asked for could run here, and its weights are absent.
        OutputPathError: When the container is not known.
    """
    _check(request)
    request, asked_as = _by_its_name(request, specs)
    work = frame_work(request, facts, history)
    found: list[tuple[ModelSpec, list[Rung]]] = []
    rejections: list[Rejection] = []
    for spec in _considered(request, specs):
        rungs, rejected = _ways_of(work, spec)
        if spec.name == request.model and not rungs:
            raise _refused(spec, rejected)
        if rungs and spec.name in absent:
            # Told only of models that would run here: others are not worth fetching.
            rungs, rejected = [], [_absent(request, spec, absent[spec.name])]
        if rungs:
            found.append((spec, rungs))
        rejections += rejected
    if not found:
        raise _nothing_left(specs, rejections)
    late = _smaller_in_depth(found)
    ordered = sorted(
        ((spec, rung) for spec, rungs in _large_first(found, late) for rung in rungs),
        key=lambda pair: (*_asked_for(request, pair[0]), -pair[1].quality),
    )
    ladder = [
        Placed(
            model=spec.name,
            standing=(_asked_for(request, spec), spec.name if spec.name in late else None),
            rung=rung,
        )
        for spec, rung in ordered
    ]
    why = {spec.name: _why_model(request, spec, len(found), asked_as) for spec, _ in found}
    return Ladder(
        rungs=tuple(
            Rung(
                quality=placed.rung.quality,
                make=partial(
                    _explained,
                    placed.rung,
                    work.why_tier,
                    why[placed.model],
                    *filter(None, [placed.reason]),
                ),
            )
            for placed in settled(ladder, ratings)
        ),
        rejections=tuple(rejections),
        software_encoder=work.software_encoder,
    )


def former_name(asked: str | None, specs: Sequence[ModelSpec]) -> tuple[str, str] | None:
    """The model that stands in for a name that people still use, and why; None for others."""
    if asked is None or any(spec.name == asked for spec in specs):
        return None
    wanted = asked.lower()
    return next(
        ((spec.name, why) for spec in specs for name, why in spec.former_names if name == wanted),
        None,
    )


def _by_its_name(request: Request, specs: Sequence[ModelSpec]) -> tuple[Request, str]:
    """The request with the model's present name, and why where another was asked for."""
    found = former_name(request.model, specs)
    if found is None:
        return request, ""
    return replace(request, model=found[0]), f"{request.model} was asked for: {found[1]}"


def _asked_for(request: Request, spec: ModelSpec) -> tuple[bool, bool]:
    """What goes before quality: the model by its name, then one for the prompt; False leads."""
    return (spec.name != request.model, request.has_prompt and not spec.takes_prompt)


def _ways_of(work: FrameWork, spec: ModelSpec) -> tuple[list[Rung], list[Rejection]]:
    """All ways of one model, and what was left aside."""
    if spec.needs_depth and not _is_deep(work.request):
        return [], [Rejection(subject=spec.name, because=_flat(work.request))]
    if spec.cloud is not None:
        return cloud_plans(work, spec, spec.cloud)
    return camera_plans(work, spec) if spec.network is None else network_plans(work, spec)


def _is_deep(request: Request) -> bool:
    """Whether the depth of at least one picture may be trusted."""
    return any(depth >= DEPTH_TRUST for depth in request.depths)


def _flat(request: Request) -> str:
    """Why a model that needs depth is left aside."""
    if not request.depths:
        return "needs the depth of a picture, and nobody has looked"
    best = max(request.depths)
    return f"the depth of no picture is sure enough: {best:.2f}, and {DEPTH_TRUST:.2f} are needed"


def _smaller_in_depth(found: Sequence[tuple[ModelSpec, list[Rung]]]) -> frozenset[str]:
    """Models with moves in depth that make only a smaller video in time than the plain camera."""
    plain = [rungs for spec, rungs in found if spec.network is None and not spec.needs_depth]
    if not plain or not any(spec.needs_depth for spec, _ in found):
        return frozenset()
    largest = max(_pixels_per_second(rungs[0]) for rungs in plain)
    return frozenset(
        spec.name
        for spec, rungs in found
        if spec.needs_depth and _pixels_per_second(rungs[0]) < largest
    )


def _large_first(
    found: Sequence[tuple[ModelSpec, list[Rung]]], late: frozenset[str]
) -> list[tuple[ModelSpec, list[Rung]]]:
    """Let the late models come after the plain camera."""
    if not late:
        return list(found)
    least = min(
        rungs[0].quality for spec, rungs in found if spec.network is None and not spec.needs_depth
    )
    return [
        (
            spec,
            [Rung(quality=least - 1, make=rung.make) for rung in rungs]
            if spec.name in late
            else rungs,
        )
        for spec, rungs in found
    ]


def _pixels_per_second(rung: Rung) -> Fraction:
    plan = rung.make()
    return plan.output_size.pixel_count * plan.timeline.frame_rate


def _explained(rung: Rung, *reasons: Reason) -> Plan:
    """Make a plan, and put reasons before its own."""
    made = rung.make()
    return replace(made, reasons=(*reasons, *made.reasons))


def _check(request: Request) -> None:
    """Refuse what no video can be.

    Raises:
        RequestImpossibleError: When there is no picture, no sound, or an odd size.
    """
    if not request.picture_sizes:
        raise RequestImpossibleError("no picture was given", hint="give at least one picture")
    if request.sound_duration_s <= 0:
        raise RequestImpossibleError("the sound has no length", hint="give a sound that is heard")
    size = request.size
    if size is not None and (size.width_px % 2 or size.height_px % 2):
        raise RequestImpossibleError(
            f"a video cannot have the odd size {size}",
            hint=f"ask for {size.snapped(2)}",
        )


def _considered(request: Request, specs: Sequence[ModelSpec]) -> list[ModelSpec]:
    """The models to judge, the best first; the one asked for leads, and no better one follows.

    Raises:
        RequestImpossibleError: When the one asked for is not installed.
    """
    ordered = sorted(specs, key=lambda spec: (-spec.quality, spec.name))
    if request.model is None:
        return ordered
    named = [spec for spec in ordered if spec.name == request.model]
    if not named:
        names = ", ".join(sorted(spec.name for spec in specs))
        raise RequestImpossibleError(
            f"no model is called {request.model!r}", hint=f"choose one of: {names or 'none'}"
        )
    rest = [spec for spec in ordered if spec.quality <= named[0].quality and spec != named[0]]
    return [*named, *rest]


def _absent(request: Request, spec: ModelSpec, missing_bytes: int) -> Rejection:
    """A model that would run here if its weights were.

    Raises:
        WeightsMissingError: When it is the one that was asked for.
    """
    install, size = f"aivg models install {spec.name}", gb_text(missing_bytes)
    if spec.name == request.model:
        raise WeightsMissingError(
            f"the weights of {spec.name!r} are not installed ({size})", hint=install
        )
    return Rejection(
        subject=spec.name, because=f"its weights are not installed ({size}): {install}"
    )


def _refused(spec: ModelSpec, rejections: Sequence[Rejection]) -> RequestImpossibleError:
    return RequestImpossibleError(
        f"the model {spec.name!r} cannot do this here: {rejections[-1].because}",
        hint="leave --model away, and the best that this machine can run is taken",
    )


def _nothing_left(
    specs: Sequence[ModelSpec], rejections: Sequence[Rejection]
) -> RequestImpossibleError:
    if not rejections:
        return RequestImpossibleError("no model is installed", hint="install the program anew")
    last = rejections[-1]
    names = ", ".join(sorted(spec.name for spec in specs))
    return RequestImpossibleError(
        f"no installed model can do this here; {last.subject}: {last.because}",
        hint=f"close other programs, or ask for less; installed: {names}",
    )


def _why_model(request: Request, spec: ModelSpec, running: int, asked_as: str) -> Reason:
    if spec.name == request.model:
        because = asked_as or "it was asked for"
    elif running == 1:
        because = "it is the one that runs here"
    elif request.has_prompt and spec.takes_prompt:
        because = f"of {running} that run here; it follows the prompt that was given"
    elif spec.needs_depth:
        deep = sum(depth >= DEPTH_TRUST for depth in request.depths)
        because = (
            f"of {running} that run here; the depth of {deep} of {len(request.depths)} pictures is "
            f"sure enough to move in it"
        )
    else:
        because = f"of {running} that run here; its quality is {spec.quality} of 100"
    return Reason(topic="model", choice=spec.name, because=because)
