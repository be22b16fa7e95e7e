"""Plans of clouds: made only where one is asked for by its name, one plan each."""

from dataclasses import replace
from functools import partial
from math import ceil

from ai_video_generator.config.cloud_profile import (
    CloudChoice,
    CloudModel,
    CloudProfile,
    middle_of,
    with_overrides,
)
from ai_video_generator.config.hardware_config import CHUNK_BYTES_PER_PIXEL
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import CLOUD
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline, clock_text
from ai_video_generator.planning.cloud_cost import (
    cost_reason,
    leaving_reason,
    supposed_durations_s,
)
from ai_video_generator.planning.estimate import (
    estimated,
    processor_seconds,
    ram_bytes,
    ranged,
)
from ai_video_generator.planning.frame_work import FrameWork
from ai_video_generator.planning.plan import Estimate, Plan, Reason, Rejection, Rung
from ai_video_generator.planning.target_reasons import (
    memory_reasons,
    memory_rejection,
    target_reasons,
)


def cloud_plans(
    shared: FrameWork, spec: ModelSpec, cloud: CloudProfile
) -> tuple[list[Rung], list[Rejection]]:
    """The way of one cloud, or why it is left aside; it is never chosen without being asked for.

    Raises:
        RequestImpossibleError: When it has no model of the name that was asked for.
    """
    request = shared.request
    if request.cpu:
        return [], [Rejection(subject=spec.name, because="frames are to be made on the processor")]
    if request.model != spec.name:
        usual = cloud.models[0]
        seconds = sum(supposed_durations_s(request.sound_duration_s, usual))
        usd = seconds * usual.usd_per_second
        because = (
            f"costs about {usd:.2f} $; what costs money must be asked for: --model {spec.name}"
        )
        return [], [Rejection(subject=spec.name, because=because)]
    model = _chosen(shared, spec, cloud)
    work = shared.work(spec)
    choice = shared.target(work)
    ram = ram_bytes(work, choice.target.size, model.ratios[0])
    if ram > shared.ram_usable_bytes:
        return [], [memory_rejection(spec.name, choice.target, ram, shared.facts)]
    make = partial(_plan, shared, spec, cloud, model)
    return [Rung(quality=spec.quality, make=make)], []


def _chosen(shared: FrameWork, spec: ModelSpec, cloud: CloudProfile) -> CloudModel:
    """Which of the cloud's models.

    Raises:
        RequestImpossibleError: When there is none of the name that was asked for.
    """
    own = [model for name, model in shared.request.cloud_models if name == spec.name]
    models = with_overrides(cloud.models, own)
    wanted = shared.request.cloud_model or models[0].name
    for model in models:
        if model.name == wanted:
            return model
    raise RequestImpossibleError(
        f"{cloud.service} is known to have no model {wanted!r}",
        hint=f"choose one of: {', '.join(model.name for model in models)}; "
        "docs/clouds.md tells how to add one",
    )


def _plan(shared: FrameWork, spec: ModelSpec, cloud: CloudProfile, model: CloudModel) -> Plan:
    request = shared.request
    durations = supposed_durations_s(request.sound_duration_s, model)
    wait_s = ceil(len(durations) / request.cloud_requests) * model.wait_s
    work = shared.work(spec)
    choice = shared.target(work, before_s=wait_s)
    target = choice.target
    timeline = shared.timeline(target)
    frame = model.nearest_ratio(target.size)
    render_size = middle_of(frame, target.size)
    line = Timeline.covering(timeline.duration_s, model.frame_rate)
    seconds = wait_s + processor_seconds(work, target.size, timeline.frame_count)
    made = estimated(
        work,
        seconds=ranged(work, seconds),
        size=target.size,
        timeline=timeline,
        ram=ram_bytes(work, target.size, frame),
    )
    pixels = render_size.pixel_count * line.frame_count
    estimate = replace(
        made,
        work_bytes=ceil(pixels * CHUNK_BYTES_PER_PIXEL),
        cost_usd=sum(durations) * model.usd_per_second,
        sources=(*made.sources, model.source),
    )
    asked = CloudChoice(service=cloud.service, model=model, frame=frame)
    return Plan(
        tier=shared.tier,
        model=spec.name,
        device=CLOUD,
        precision=spec.precisions[0],
        render_size=render_size,
        render_rate=model.frame_rate,
        frames_per_pass=model.frames_per_pass,
        output_size=target.size,
        timeline=timeline,
        fit=shared.fit,
        container=shared.container.name,
        encoder=shared.encoder_choice,
        worker_count=shared.threads,
        estimate=estimate,
        reasons=(
            _cloud_reason(asked, target.size),
            cost_reason(asked, durations, is_exact=False),
            leaving_reason(asked, request.cloud_address or cloud.address),
            *shared.reasons,
            *target_reasons(request, choice),
            _time_reason(estimate, len(durations), request.cloud_requests),
            *memory_reasons(choice, shared.facts),
            *shared.disk_reasons(estimate),
        ),
        cloud=asked,
    )


def _cloud_reason(asked: CloudChoice, size: Resolution) -> Reason:
    model = asked.model
    low, high = model.durations_s[0], model.durations_s[-1]
    because = (
        f"videos of {low} to {high} s; of its {len(model.ratios)} sizes {asked.frame} is nearest "
        f"to the shape of {size}"
    )
    return Reason(topic="cloud", choice=f"{model.name} of {asked.service}", because=because)


def _time_reason(estimate: Estimate, count: int, at_once: int) -> Reason:
    low, high = clock_text(estimate.seconds_low), clock_text(estimate.seconds_high)
    because = (
        f"{estimate.basis}, between {low} and {high}; most of it is waiting for about {count} "
        f"requests, {at_once} at a time"
    )
    return Reason(topic="time", choice=clock_text(estimate.seconds), because=because)
