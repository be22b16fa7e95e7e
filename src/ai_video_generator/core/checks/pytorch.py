"""Whether the PyTorch that is installed fits the GPU; the built-in camera needs none."""

import re

from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import HardwareFacts, TorchBuild
from ai_video_generator.hardware.torch_advice import torch_fix
from ai_video_generator.hardware.torch_answer import is_served

_NAME = "PyTorch"
_OVERRIDE = re.compile(r"; set (HSA_OVERRIDE_GFX_VERSION)=([\d.]+) and try again")
_DRIVER_FIRST = "mend the GPU driver first"


def pytorch_check(facts: HardwareFacts, system: System, installer: Installer) -> Check:
    """Whether models that need PyTorch can run on this machine's best GPU."""
    build = facts.torch
    if build is None:
        return _missing(facts, installer)
    if build.problem:
        return _unfit(build, facts, system, installer)
    where = ", ".join(build.devices) or "the processor alone"
    return Check(name=_NAME, said=f"{build.version} ({build.runtime}) on {where}")


def _missing(facts: HardwareFacts, installer: Installer) -> Check:
    best = next(iter(facts.accelerators), None)
    if best is None or not is_served(best):
        return Check(name=_NAME, said="not installed, and not needed without a GPU for models")
    command = torch_fix(facts)
    if not command:
        said = f"not installed, and none serves the {best.name} any more"
        return Check(name=_NAME, said=said)
    return Check(
        name=_NAME,
        state=State.WARNING,
        said=f"not installed, so models cannot use the {best.name}",
        mend=_as_remedy(command, installer),
    )


def _unfit(build: TorchBuild, facts: HardwareFacts, system: System, installer: Installer) -> Check:
    """A build that cannot be used; no more than a warning where there is none that could."""
    said = one_line(build.problem).rstrip(".")
    if match := _OVERRIDE.search(said):
        variable, value = match.groups()
        way = (
            f"setx {variable} {value}" if system is System.WINDOWS else f"export {variable}={value}"
        )
        short = _OVERRIDE.sub("", said)
        return Check(name=_NAME, state=State.BROKEN, said=short, mend=f"`{way}`")
    command = torch_fix(facts)
    if command:
        mend = _as_remedy(command, installer)
        return Check(name=_NAME, state=State.BROKEN, said=said, mend=mend)
    return Check(
        name=_NAME,
        state=State.WARNING,
        said=said,
        mend="nothing: no PyTorch serves this GPU any more; leave it aside with --cpu",
    )


def _as_remedy(command: str, installer: Installer) -> str:
    return f"`{installer.adapted(command)}`" if command.startswith("pip ") else _DRIVER_FIRST
