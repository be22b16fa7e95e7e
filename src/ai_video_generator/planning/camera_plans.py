"""Plans of models that need only a processor: the largest in time, then smaller and smaller."""

from dataclasses import replace
from functools import partial

from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.hardware.facts import PROCESSOR, Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.estimate import (
    Work,
    estimated,
    processor_seconds,
    ram_bytes,
    ranged,
)
from ai_video_generator.planning.frame_work import FrameWork
from ai_video_generator.planning.plan import Plan, Reason, Rejection, Rung
from ai_video_generator.planning.target_choice import TargetChoice
from ai_video_generator.planning.target_reasons import (
    larger_rejection,
    memory_reasons,
    memory_rejection,
    target_reasons,
    time_reason,
)

_LESS = 0.5
# A smaller plan has at most this share of the work of the one before it; more would hardly help.


def camera_plans(shared: FrameWork, spec: ModelSpec) -> tuple[list[Rung], list[Rejection]]:
    """All ways of one model, the best first, and what was left aside."""
    work, choice = _roomiest(shared, spec)
    rungs: list[Rung] = []
    rejections = larger_rejection(spec.name, choice, shared.facts)
    ways = [(smaller, smaller.target.size) for smaller in _rungs(choice)]
    last, size = ways[-1]
    for smaller, render_size in [*ways, (last, _half(size))]:
        ram = ram_bytes(work, smaller.target.size, render_size)
        if ram > shared.ram_usable_bytes:
            rejections.append(memory_rejection(spec.name, smaller.target, ram, shared.facts))
        else:
            make = partial(_plan, shared, work, smaller, render_size, ram)
            rungs.append(Rung(quality=spec.quality, make=make))
    return rungs, rejections


def _roomiest(shared: FrameWork, spec: ModelSpec) -> tuple[Work, TargetChoice]:
    """The largest video; where memory decides, with fewer frames in the making."""
    found: list[tuple[Work, TargetChoice]] = []
    for workers in range(shared.threads, 0, -1):
        work = shared.work(spec, workers=workers)
        choice = shared.target(work)
        found.append((work, choice))
        if choice.fits_memory(choice.larger or choice.steps[choice.chosen]):
            break
    fitting = [pair for pair in found if pair[1].fits_at_all]
    return max(fitting, key=lambda pair: pair[1].chosen) if fitting else found[-1]


def _rungs(choice: TargetChoice) -> list[TargetChoice]:
    """The choice, and smaller ones for when it fails, down to the least."""
    pixels = [
        target.size.pixel_count * frame_count
        for target, frame_count in zip(choice.among.targets, choice.among.frame_counts, strict=True)
    ]
    found = [choice]
    for place in reversed(range(choice.chosen)):
        if pixels[place] <= _LESS * pixels[found[-1].chosen]:
            found.append(replace(choice, chosen=place))
    return found


def _half(size: Resolution) -> Resolution:
    """Half of a size, for frames that are enlarged: below the last target, but finished."""
    return Resolution(max(2, size.width_px // 4 * 2), max(2, size.height_px // 4 * 2))


def _plan(
    shared: FrameWork, work: Work, choice: TargetChoice, render_size: Resolution, ram: int
) -> Plan:
    target = choice.target
    timeline = shared.timeline(target)
    seconds = ranged(work, processor_seconds(work, target.size, timeline.frame_count))
    estimate = estimated(work, seconds=seconds, size=target.size, timeline=timeline, ram=ram)
    return Plan(
        tier=shared.tier,
        model=work.model.name,
        device=PROCESSOR,
        precision=Precision.FP32,
        render_size=render_size,
        render_rate=target.frame_rate,
        output_size=target.size,
        timeline=timeline,
        fit=shared.fit,
        container=shared.container.name,
        encoder=shared.encoder_choice,
        worker_count=work.workers,
        estimate=estimate,
        reasons=(
            *shared.reasons,
            *target_reasons(shared.request, choice),
            time_reason(shared.request, shared.tier, choice, estimate),
            *_worker_reasons(shared, work),
            *_render_reasons(target.size, render_size),
            *memory_reasons(choice, shared.facts),
            *shared.disk_reasons(estimate),
        ),
    )


def _worker_reasons(shared: FrameWork, work: Work) -> tuple[Reason, ...]:
    if work.workers == shared.threads:
        return ()
    because = f"{shared.threads} frames at the same time would take memory that the video needs"
    return (Reason(topic="workers", choice=str(work.workers), because=because),)


def _render_reasons(size: Resolution, render_size: Resolution) -> tuple[Reason, ...]:
    if render_size == size:
        return ()
    because = "frames of half the size take less memory and time; they are enlarged"
    return (Reason(topic="frames", choice=str(render_size), because=because),)
