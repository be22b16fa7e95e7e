"""Facts and a request become a plan, purely: the same ones always give the same plan."""

from collections.abc import Collection, Mapping, Sequence
from math import ceil

from ai_video_generator.config.choices import Codec, Tier
from ai_video_generator.config.containers import container_named
from ai_video_generator.config.hardware_config import MAX_THREADS, Target
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import HardwareFacts, Precision
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.encoder_choice import chosen_encoder
from ai_video_generator.planning.estimate import estimated, known_speed, speed_key
from ai_video_generator.planning.plan import EncoderChoice, Estimate, Plan, Reason
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.target_choice import chosen_fit, chosen_target
from ai_video_generator.planning.target_reasons import target_reasons


def plan(
    request: Request,
    facts: HardwareFacts,
    specs: Sequence[ModelSpec],
    *,
    working_encoders: Collection[str],
    speeds: Mapping[str, float],
) -> Plan:
    """Decide everything about a job.

    Args:
        request: What was asked for.
        facts: The machine.
        specs: The models that are installed.
        working_encoders: FFmpeg's names of the encoders that work here; only those of the wanted
            codec are needed.
        speeds: Wall seconds for a million pixels of frames that this machine needed with all its
            cores, by `speed_key`; empty when nothing was measured yet.

    Raises:
        RequestImpossibleError: When no plan fulfils the request on this machine.
        OutputPathError: When the container is not known.
    """
    _check(request)
    tier, why_tier = _tier(request, facts)
    model, why_model = _model(request, facts, specs)
    container = container_named(request.container)
    encoder, why_encoder = chosen_encoder(request, container, working_encoders)
    threads, cores, why_threads = _threads(request, facts)
    fit, why_fit = chosen_fit(request)
    choice = EncoderChoice(
        codec=encoder.codec,
        name=encoder.name,
        pixel_format=encoder.pixel_format,
        options=dict(encoder.settings[request.quality].options),
        threads=threads,
    )
    speed = known_speed(
        speeds, speed_key(model.name, choice), machine_cores=facts.cpu_cores, cores=cores
    )

    def cost(target: Target) -> Estimate:
        return estimated(
            model=model,
            encoder=encoder,
            quality=request.quality,
            speed=speed,
            cores=cores,
            size=target.size,
            timeline=Timeline.covering(request.sound_duration_s, target.frame_rate),
            has_sound=container.has_sound,
        )

    chosen = chosen_target(
        request,
        tier=tier,
        fit=fit,
        is_gif=encoder.codec is Codec.GIF,
        ram_free_bytes=facts.ram_free_bytes,
        cost=cost,
    )
    target, estimate = chosen.target, chosen.costs[chosen.target]
    _check_memory(request, facts, target, estimate)
    device, precision = _device(model, facts)
    return Plan(
        tier=tier,
        model=model.name,
        device=device,
        precision=precision,
        output_size=target.size,
        timeline=Timeline.covering(request.sound_duration_s, target.frame_rate),
        fit=fit,
        container=container.name,
        encoder=choice,
        worker_count=threads,
        estimate=estimate,
        reasons=(
            why_tier,
            why_model,
            *why_encoder,
            why_threads,
            why_fit,
            *target_reasons(request, tier, chosen),
            *_disk_warning(facts, estimate),
        ),
    )


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


def _tier(request: Request, facts: HardwareFacts) -> tuple[Tier, Reason]:
    if request.tier is not None:
        return request.tier, Reason(
            topic="tier", choice=request.tier.value, because="it was asked for"
        )
    tier = machine_tier(facts)
    if not facts.accelerators:
        because = "no GPU was found that models could use"
    else:
        best = facts.accelerators[0]
        because = f"{best.name} has {best.total_bytes / 2**30:.1f} GiB"
    return tier, Reason(topic="tier", choice=tier.value, because=because)


def _model(
    request: Request, facts: HardwareFacts, specs: Sequence[ModelSpec]
) -> tuple[ModelSpec, Reason]:
    """The model asked for, or the best that does not need a GPU which is not there."""
    names = ", ".join(sorted(spec.name for spec in specs))
    usable = [spec for spec in specs if facts.accelerators or not spec.needs_accelerator]
    if request.model is not None:
        named = [spec for spec in specs if spec.name == request.model]
        if not named:
            raise RequestImpossibleError(
                f"no model is called {request.model!r}", hint=f"choose one of: {names}"
            )
        if named[0] not in usable:
            raise RequestImpossibleError(
                f"the model {request.model!r} needs a GPU and this machine has none",
                hint=f"choose one of: {', '.join(sorted(spec.name for spec in usable))}",
            )
        return named[0], Reason(topic="model", choice=named[0].name, because="it was asked for")
    if not usable:
        raise RequestImpossibleError(
            "no installed model runs on this machine", hint=f"installed: {names or 'none'}"
        )
    best = min(usable, key=lambda spec: (-spec.quality, spec.name))
    because = f"of {len(usable)} that run here its quality, {best.quality} of 100, is the highest"
    if len(usable) == 1:
        because = "it is the one that runs here"
    return best, Reason(topic="model", choice=best.name, because=because)


def _threads(request: Request, facts: HardwareFacts) -> tuple[int, float, Reason]:
    """Threads of the encoder and frames in parallel; and how many cores those really use.

    A number asked for is kept even beyond the cores, because libx264's bytes depend on it: a video
    made elsewhere can be made again here.
    """
    usable = facts.cpu_cores
    threads = min(request.threads or ceil(usable), MAX_THREADS)
    cores = min(usable, float(threads))
    if request.threads:
        because = f"{request.threads} were asked for"
    else:
        because = f"this process may use {usable:g} of {facts.cpu_cores_total} cores"
    if threads == MAX_THREADS:
        because += f"; more than {MAX_THREADS} gain nothing"
    return threads, cores, Reason(topic="threads", choice=str(threads), because=because)


def _device(model: ModelSpec, facts: HardwareFacts) -> tuple[str, Precision]:
    """Where the model computes, and in what: the first of its precisions that the device has."""
    if not model.needs_accelerator:
        return "cpu", Precision.FP32
    best = facts.accelerators[0]
    precision = next((one for one in model.precisions if one in best.precisions), Precision.FP32)
    return f"{best.kind.value}:{best.index}", precision


def _check_memory(
    request: Request, facts: HardwareFacts, target: Target, estimate: Estimate
) -> None:
    """Refuse a size asked for that all of the memory would not hold.

    Raises:
        RequestImpossibleError: When it needs more than there is.
    """
    if request.size is not None and estimate.ram_bytes > facts.ram_total_bytes:
        raise RequestImpossibleError(
            f"frames of {target.size} need {estimate.ram_bytes / 1e6:.0f} MB and this process may "
            f"use {facts.ram_total_bytes / 1e6:.0f} MB",
            hint="ask for a smaller size",
        )


def _disk_warning(facts: HardwareFacts, estimate: Estimate) -> tuple[Reason, ...]:
    if estimate.disk_bytes <= facts.disk_free_bytes:
        return ()
    because = f"{facts.disk_free_bytes / 1e6:.0f} MB are free; the file may not fit"
    return (Reason(topic="disk", choice=f"{estimate.disk_bytes / 1e6:.0f} MB", because=because),)
