"""What all plans of a job share: tier, encoder, threads, fit, and how a target is judged."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import ceil

from ai_video_generator.config.choices import Codec, Fit, Tier
from ai_video_generator.config.containers import ContainerSpec, container_named
from ai_video_generator.config.hardware_config import (
    MAX_THREADS,
    RAM_SHARE,
    Target,
    time_budget,
)
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.video_codecs import EncoderSpec
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.hardware.facts import HardwareFacts, Purpose
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.encoder_choice import chosen_encoder
from ai_video_generator.planning.estimate import (
    Work,
    known_speed,
    processor_seconds,
    ram_bytes,
    speed_key,
)
from ai_video_generator.planning.history import History, Speed
from ai_video_generator.planning.plan import EncoderChoice, Estimate, Reason
from ai_video_generator.planning.request import Request
from ai_video_generator.planning.target_choice import (
    Cost,
    TargetChoice,
    TargetRange,
    chosen_fit,
    chosen_target,
    target_range,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class FrameWork:
    """The decisions that no model changes.

    Attributes:
        request: What was asked for.
        facts: The machine.
        history: What earlier jobs taught.
        tier: The machine's tier, or the one asked for.
        why_tier: Why this tier.
        container: File format.
        encoder: What compresses.
        encoder_choice: The same with its settings.
        software_encoder: What compresses when that fails; None when there is no other.
        fit: How pictures fill the frame.
        targets: Sizes and rates that the video may have.
        threads: Threads of the encoder, and frames made at the same time.
        cores: Cores worth of time that these really use.
        reasons: Why encoder, threads and fit are as they are.
    """

    request: Request
    facts: HardwareFacts
    history: History
    tier: Tier
    why_tier: Reason
    container: ContainerSpec
    encoder: EncoderSpec
    encoder_choice: EncoderChoice
    software_encoder: EncoderChoice | None
    fit: Fit
    targets: TargetRange
    threads: int
    cores: float
    reasons: tuple[Reason, ...]

    @property
    def ram_usable_bytes(self) -> int:
        """RAM that a plan may fill."""
        return int(RAM_SHARE * self.facts.ram_free_bytes)

    def work(self, spec: ModelSpec, placed: str = "", *, workers: int | None = None) -> Work:
        """The job of one model, with what earlier jobs of it taught.

        Args:
            spec: The model.
            placed: Where and how its network runs; empty without one.
            workers: Frames made at the same time; None makes as many as there are threads.
        """
        workers = workers or self.threads
        cores = min(self.cores, float(workers))
        return Work(
            model=spec,
            encoder=self.encoder,
            quality=self.request.quality,
            cores=cores,
            workers=workers,
            speed=self._speed(spec, placed, cores),
            has_sound=self.container.has_sound,
        )

    def timeline(self, target: Target) -> Timeline:
        """The frames that cover the sound."""
        return Timeline.covering(self.request.sound_duration_s, target.frame_rate)

    def target(
        self,
        work: Work,
        *,
        render_size: Resolution | None = None,
        before_s: float = 0.0,
        weights_in_ram_bytes: int = 0,
    ) -> TargetChoice:
        """Choose size and rate of the video for one model.

        Args:
            work: The job of the model.
            render_size: Size of the frames that it makes; None makes them of the video's.
            before_s: Seconds of the time limit that are spent before frames are compressed.
            weights_in_ram_bytes: RAM that a network's weights take.
        """

        def cost(target: Target, frame_count: int) -> Cost:
            return Cost(
                seconds=processor_seconds(work, target.size, frame_count),
                ram_bytes=ram_bytes(work, target.size, render_size) + weights_in_ram_bytes,
            )

        return chosen_target(
            self.targets,
            ram_usable_bytes=self.ram_usable_bytes,
            budget_s=self._budget_s(before_s),
            cost=cost,
        )

    def disk_reasons(self, estimate: Estimate) -> tuple[Reason, ...]:
        """A warning where the disk may not hold what is written."""
        free = self.facts.disk_free_bytes(Purpose.OUTPUT)
        if estimate.disk_bytes <= free:
            return ()
        because = f"{free / 1e6:.0f} MB are free; the file may not fit"
        choice = f"{estimate.disk_bytes / 1e6:.0f} MB"
        return (Reason(topic="disk", choice=choice, because=because),)

    def _budget_s(self, before_s: float) -> float | None:
        limit = self.request.time_limit_s
        if limit is not None:
            return max(0.0, limit - before_s)
        budget = time_budget(self.request.quality, self.tier)
        return None if budget is None else budget * float(self.request.sound_duration_s)

    def _speed(self, spec: ModelSpec, placed: str, cores: float) -> Speed | None:
        key = speed_key(spec.name, self.encoder_choice, placed)
        if placed:
            return self.history.speeds.get(key)
        return known_speed(self.history, key, machine_cores=self.facts.cpu_cores, cores=cores)


def frame_work(request: Request, facts: HardwareFacts, history: History) -> FrameWork:
    """Decide all that no model changes.

    Raises:
        RequestImpossibleError: When no encoder works for what was asked.
        OutputPathError: When the container is not known.
    """
    tier, why_tier = _tier(request, facts)
    container = container_named(request.container)
    encoder, why_encoder = chosen_encoder(request, container, facts.video_encoders)
    threads, cores, why_threads = _threads(request, facts)
    fit, why_fit = chosen_fit(request)
    return FrameWork(
        request=request,
        facts=facts,
        history=history,
        tier=tier,
        why_tier=why_tier,
        container=container,
        encoder=encoder,
        encoder_choice=_choice(encoder, request, threads),
        software_encoder=_in_software(request, container, encoder, facts.video_encoders, threads),
        fit=fit,
        targets=target_range(request, tier=tier, fit=fit, is_gif=encoder.codec is Codec.GIF),
        threads=threads,
        cores=cores,
        reasons=(*why_encoder, why_threads, why_fit),
    )


def _choice(encoder: EncoderSpec, request: Request, threads: int) -> EncoderChoice:
    return EncoderChoice(
        codec=encoder.codec,
        name=encoder.name,
        pixel_format=encoder.pixel_format,
        options=dict(encoder.settings[request.quality].options),
        threads=threads,
    )


def _in_software(
    request: Request,
    container: ContainerSpec,
    encoder: EncoderSpec,
    working: Sequence[str],
    threads: int,
) -> EncoderChoice | None:
    """What would compress the same without a chip."""
    if not encoder.hardware:
        return None
    asked = replace(request, codec=encoder.codec, software_encoding=True)
    try:
        other, _ = chosen_encoder(asked, container, working)
    except RequestImpossibleError:
        return None
    return _choice(other, request, threads)


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
        because += " of the RAM" if best.shares_ram else ""
        if best.teraflops is not None:
            because += f" and {best.teraflops:.1f} teraflops"
    return tier, Reason(topic="tier", choice=tier.value, because=because)


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
