"""Whether the drivers show their GPUs; each fault that the probes tell of, with its remedy."""

import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.core.checks.remedies import (
    amd_firmware,
    device_groups,
    newer_nvidia_driver,
    nvidia_driver,
    restart,
    upgrade,
)
from ai_video_generator.core.checks.system import System
from ai_video_generator.hardware.facts import AcceleratorKind, HardwareFacts
from ai_video_generator.hardware.torch_advice import torch_fix

_NAME = "GPU driver"
_DEVICES = {
    AcceleratorKind.CUDA: ("nvidiactl", "nvidia[0-9]*"),
    AcceleratorKind.ROCM: ("kfd", "dri/renderD*"),
    AcceleratorKind.XPU: ("dri/renderD*",),
}
# What the libraries of each kind open below /dev.
_ARTICLES = ("An ", "No ", "The ", "This ")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Fault:
    """A fault that a probe's sentence tells of.

    Attributes:
        words: By which its sentence is known.
        state: How bad it is.
        mend: What helps, for a system and what that runs in.
    """

    words: str
    state: State
    mend: Callable[[System, Sequence[str]], str]


def _always(mend: str) -> Callable[[System, Sequence[str]], str]:
    return lambda _system, _environment: mend


_RESTART_AND_REINSTALL = (
    "`sudo reboot`; if that does not help, install the driver again (`mokutil --sb-state` tells "
    "whether Secure Boot refuses it)"
)
_IN_WINDOWS = (
    "if there is an NVIDIA card: install its driver in Windows (https://www.nvidia.com/drivers), "
    "then `wsl --update` and `wsl --shutdown`"
)
_FAULTS = (
    _Fault(words="driver/library version mismatch", state=State.BROKEN, mend=restart),
    _Fault(words="its driver is not installed", state=State.BROKEN, mend=nvidia_driver),
    _Fault(
        words="installed but not running",
        state=State.BROKEN,
        mend=_always(_RESTART_AND_REINSTALL),
    ),
    _Fault(
        words="This account may not",
        state=State.BROKEN,
        mend=lambda _, environment: device_groups(environment),
    ),
    _Fault(words="has fallen off the bus", state=State.BROKEN, mend=restart),
    _Fault(words="needs a reset", state=State.BROKEN, mend=restart),
    _Fault(words="answers with an unknown error", state=State.BROKEN, mend=restart),
    _Fault(words="driver does not answer", state=State.BROKEN, mend=restart),
    _Fault(words="cannot be read: ", state=State.BROKEN, mend=restart),
    _Fault(words=" probe failed: ", state=State.BROKEN, mend=restart),
    _Fault(
        words="no NVIDIA GPU is in reach",
        state=State.WARNING,
        mend=_always("plug the external GPU in, or switch it on in the firmware's settings"),
    ),
    _Fault(
        words="No NVIDIA driver is installed in Windows",
        state=State.WARNING,
        mend=_always(_IN_WINDOWS),
    ),
    _Fault(
        words="this container was started without its GPU",
        state=State.WARNING,
        mend=_always("`docker run --gpus all`, or ask for nvidia.com/gpu in the pod"),
    ),
    _Fault(
        words="cannot compute: no driver serves it; install amdgpu",
        state=State.WARNING,
        mend=lambda system, _: amd_firmware(system),
    ),
    _Fault(words="cannot compute: ", state=State.WARNING, mend=lambda system, _: upgrade(system)),
)
# Sentences that are none of these tell of no fault, or belong to another check.


def driver_check(
    facts: HardwareFacts, system: System, locked: Sequence[Path] = ()
) -> Iterator[Check]:
    """One finding for each fault, or one that all is well.

    Args:
        facts: The machine.
        system: Names the commands.
        locked: From `locked_devices`.
    """
    findings = [*_told(facts, system), *_too_old(facts, system), *_hidden(facts)]
    if locked and not any("may not" in found.said for found in findings):
        findings.append(_locked(locked, facts))
    if findings:
        yield from findings
    elif facts.accelerators:
        yield Check(name=_NAME, said=_names(facts))
    else:
        yield Check(name=_NAME, said="no GPU that models could use; the processor does the work")


def locked_devices(facts: HardwareFacts, folder: Path = Path("/dev")) -> list[Path]:
    """The devices of this machine's GPUs that this account may not open.

    Args:
        facts: The machine.
        folder: Where Linux shows devices.
    """
    patterns = {p for gpu in facts.accelerators for p in _DEVICES.get(gpu.kind, ())}
    found = sorted(path for pattern in patterns for path in folder.glob(pattern))
    return [path for path in found if not os.access(path, os.R_OK | os.W_OK)]


def _told(facts: HardwareFacts, system: System) -> Iterator[Check]:
    """What the probes told; in a container its own lack explains the others."""
    faults = [
        (note, fault)
        for note in facts.notes
        if (fault := next((one for one in _FAULTS if one.words in note), None))
        and not note.startswith(("The output folder", "The work folder", "The models folder"))
    ]
    is_not_lent = any("this container was started" in note for note, _ in faults)
    for note, fault in faults:
        if is_not_lent and "its driver is not installed" in note:
            continue
        mend = fault.mend(system, facts.environment)
        yield Check(name=_NAME, state=fault.state, said=_shortened(note), mend=mend)


def _shortened(note: str) -> str:
    """A note without its own advice, which the remedy says more exactly."""
    said, _, rest = note.rstrip(".").partition(": ")
    if said.endswith(("does not answer", "cannot be read", "probe failed", "cannot compute")):
        said = f"{said}: {rest.partition(';')[0]}"
    if said.startswith(_ARTICLES):
        said = said[0].lower() + said[1:]
    return one_line(said)


def _too_old(facts: HardwareFacts, system: System) -> Iterator[Check]:
    """A driver that serves no PyTorch of today."""
    best = next(iter(facts.accelerators), None)
    advice = torch_fix(replace(facts, torch=None))
    if best is None or not advice or advice.startswith("pip "):
        return
    yield Check(
        name=_NAME,
        state=State.BROKEN,
        said=f"driver {best.driver} is too old for any PyTorch that serves the {best.name}",
        mend=newer_nvidia_driver(system, facts.environment),
    )


def _hidden(facts: HardwareFacts) -> Iterator[Check]:
    """A variable that leaves no GPU to be used; one that leaves some is a choice."""
    for note in facts.notes:
        if not facts.accelerators and " hides " in note:
            variable = note.partition("=")[0]
            yield Check(
                name=_NAME,
                state=State.WARNING,
                said=one_line(note.rstrip(".")),
                mend=f"`unset {one_line(variable)}`",
            )


def _locked(locked: Sequence[Path], facts: HardwareFacts) -> Check:
    return Check(
        name=_NAME,
        state=State.BROKEN,
        said=f"this account may not use {', '.join(map(str, locked))}",
        mend=device_groups(facts.environment),
    )


def _names(facts: HardwareFacts) -> str:
    best, others = facts.accelerators[0], len(facts.accelerators) - 1
    said = f"{one_line(best.name)} ({', '.join(filter(None, [best.device, best.driver]))})"
    return f"{said} and {others} more" if others else said
