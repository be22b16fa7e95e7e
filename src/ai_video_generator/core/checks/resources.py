"""Whether processor and memory are enough for the smallest video."""

from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction

from ai_video_generator.config.hardware_config import RAM_SHARE, RUNGS
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.core.checks.check import Check, State, one_line, size_text
from ai_video_generator.core.checks.video_encoders import SOFTWARE_H264
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.media.resolution import NAMED_SIZES, Resolution
from ai_video_generator.planning.planner import candidates
from ai_video_generator.planning.request import Request

_PHOTO = Resolution(6000, 4000)
# What cameras and telephones make.
_ABUNDANT_BYTES = 1 << 50
# So that the planner tells what it would take where nothing is short.
_TINY_BYTES = 4 * 2**30
# A desktop and a browser fill it; without swap the system ends programs then.
_USUAL_SIZE = "1080p"
_SWAP = (
    "`sudo fallocate -l 4G /swapfile && sudo chmod 600 /swapfile && sudo mkswap /swapfile && "
    "sudo swapon /swapfile`"
)


def processor_check(facts: HardwareFacts) -> Check:
    """Whether this process gets at least a core's worth of time."""
    said = (
        f"{one_line(facts.cpu_name)}, {facts.cpu_cores:g} of {facts.cpu_cores_total} cores usable"
    )
    if facts.cpu_cores >= 1:
        return Check(name="processor", said=said)
    return Check(
        name="processor",
        state=State.WARNING,
        said=f"{said}: less than one, so everything takes long",
        mend="give the container more: `docker run --cpus 2`, or limits.cpu of the pod",
    )


def memory_check(facts: HardwareFacts, camera: ModelSpec, swap_bytes: int) -> Iterator[Check]:
    """Whether the smallest video fits the free memory, and what happens when it runs out.

    Args:
        facts: The machine.
        camera: The model that needs least.
        swap_bytes: Memory on disk.
    """
    said = f"{size_text(facts.ram_free_bytes)} of {size_text(facts.ram_total_bytes)} free"
    usable = RAM_SHARE * facts.ram_free_bytes
    smallest = _needed_bytes(facts, camera, RUNGS[0].size)
    usual = _needed_bytes(facts, camera, Resolution(*NAMED_SIZES[_USUAL_SIZE]))
    findings = list(_swap(facts, swap_bytes))
    if usable < smallest:
        yield Check(
            name="memory",
            state=State.BROKEN,
            said=f"{said}; the smallest video takes {size_text(smallest / RAM_SHARE)}",
            mend=_more_memory(facts),
        )
    elif usable < usual:
        yield Check(
            name="memory",
            state=State.WARNING,
            said=f"{said}; a {_USUAL_SIZE} video takes {size_text(usual / RAM_SHARE)}",
            mend=_more_memory(facts),
        )
    elif not findings:
        yield Check(name="memory", said=said)
    yield from findings


def _more_memory(facts: HardwareFacts) -> str:
    if "container" in facts.environment:
        return "give the container more: `docker run --memory 4g`, or limits.memory of the pod"
    return "close other programs"


def _swap(facts: HardwareFacts, swap_bytes: int) -> Iterator[Check]:
    is_own = "container" not in facts.environment and facts.system == "Linux"
    if is_own and facts.ram_total_bytes < _TINY_BYTES and not swap_bytes:
        yield Check(
            name="memory",
            state=State.WARNING,
            said=f"{size_text(facts.ram_total_bytes)} and no swap: the system may end programs",
            mend=_SWAP,
        )


def _needed_bytes(facts: HardwareFacts, camera: ModelSpec, size: Resolution) -> int:
    """What the planner would reckon for a video of this size, made as sparingly as possible."""
    request = Request(
        picture_sizes=(_PHOTO,),
        sound_duration_s=Fraction(60),
        container="mp4",
        size=size,
        frame_rate=RUNGS[0].frame_rate,
        cpu=True,
        software_encoding=True,
    )
    roomy = replace(
        facts,
        ram_total_bytes=_ABUNDANT_BYTES,
        ram_free_bytes=_ABUNDANT_BYTES,
        accelerators=(),
        video_encoders=SOFTWARE_H264,
    )
    return candidates(request, roomy, [camera]).rungs[0].make().estimate.ram_bytes
