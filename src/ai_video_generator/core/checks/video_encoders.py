"""Whether videos can be compressed, and whether the GPU's encoder helps."""

import re
from collections.abc import Iterator

from ai_video_generator.config.choices import Codec
from ai_video_generator.config.video_codecs import encoders_of
from ai_video_generator.core.checks.check import Check, State
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.remedies import newer_nvidia_driver
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind, HardwareFacts

_NAME = "video encoders"
SOFTWARE_H264 = tuple(encoder.name for encoder in encoders_of(Codec.H264) if not encoder.hardware)
"""What makes H.264 video on any processor."""

_OLDEST_NVENC_DRIVER = 570
# NVENC's interface 13.0, which the FFmpeg inside PyAV asks for, came with it.
_WITHOUT_NVENC = re.compile(r"\b(A100|A800|A30|G?H[128]00|G?B[23]00|GT 1030|MX\d{3})\b")
# NVIDIA, "Video Encode and Decode GPU Support Matrix".
_LIBRARY = {
    System.DEBIAN: "`sudo apt install libnvidia-encode1`",
    System.UBUNTU: "`sudo apt install libnvidia-encode-{driver}`",
    System.FEDORA: "`sudo dnf install xorg-x11-drv-nvidia-cuda`",
    System.ARCH: "`sudo pacman -S nvidia-utils`",
}
# Where each keeps libnvidia-encode, which an installation for computing alone leaves out.


def encoders_check(facts: HardwareFacts, system: System, installer: Installer) -> Iterator[Check]:
    """Findings on the encoders that worked when they were tried."""
    if not set(SOFTWARE_H264) & set(facts.video_encoders):
        yield Check(
            name=_NAME,
            state=State.BROKEN,
            said="no software encoder makes H.264 video",
            mend=f"`{installer.install} {installer.again} av`",
        )
        return
    idle = next(filter(None, (_idle_chip(gpu, facts) for gpu in facts.accelerators)), None)
    if idle is None:
        chips = [name for name in facts.video_encoders if name.startswith("h264_")]
        yield Check(name=_NAME, said=f"{', '.join([*chips, *SOFTWARE_H264])} and others work")
        return
    yield Check(
        name=_NAME,
        state=State.WARNING,
        said=f"the encoder of the {idle.name} does not work; the processor takes its place",
        mend=_mend(idle, facts, system),
    )


def _idle_chip(gpu: Accelerator, facts: HardwareFacts) -> Accelerator | None:
    """A GPU that has an encoder of which nothing is seen.

    Of AMD's and Intel's GPUs nothing is expected where PyAV is built without VA-API, as on Linux.
    """
    if gpu.kind is AcceleratorKind.CUDA:
        has_chip = not (gpu.is_slice or gpu.shares_ram or _WITHOUT_NVENC.search(gpu.name))
        family = "_nvenc"
    else:
        has_chip, family = gpu.kind is AcceleratorKind.MPS, "_videotoolbox"
    works = any(name.endswith(family) for name in facts.video_encoders)
    return gpu if has_chip and not works else None


def _mend(gpu: Accelerator, facts: HardwareFacts, system: System) -> str:
    if gpu.kind is AcceleratorKind.MPS:
        return "nothing: a virtual machine does not offer it"
    driver = gpu.driver.partition(".")[0]
    if driver.isdecimal() and int(driver) < _OLDEST_NVENC_DRIVER:
        return newer_nvidia_driver(system, facts.environment)
    if "container" in facts.environment:
        return "`docker run --gpus all -e NVIDIA_DRIVER_CAPABILITIES=compute,utility,video`"
    if "wsl" in facts.environment:
        return "update the driver in Windows, then `wsl --update` and `wsl --shutdown`"
    by_hand = "close other programs that record video, or install the driver again"
    return _LIBRARY.get(system, by_hand).format(driver=driver)
