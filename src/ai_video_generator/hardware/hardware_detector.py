"""Finds out what this machine is. An absence is a fact, not an error."""

import os
import platform
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path
from typing import Any

from ai_video_generator.hardware.cgroups import CGROUP_ROOT, PROC_ROOT, Limits, cgroup_limits
from ai_video_generator.hardware.facts import Accelerator, HardwareFacts, Precision
from ai_video_generator.hardware.processor import (
    cores_allowed,
    cpu_name,
    disk_free_bytes,
    usable_cores,
    usable_ram,
)
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.registry import Registry

Probe = Callable[[], tuple[tuple[Accelerator, ...], tuple[str, ...]]]
"""Returns the accelerators of one vendor, and one sentence for each oddity."""

PROBES: Registry[Probe] = Registry(package="ai_video_generator.hardware.probes", attribute="PROBE")
"""All probes: the files of that folder, and entry points of the same name."""

_ARCHITECTURES = {"amd64": "x86_64", "aarch64": "arm64"}
# Windows and Linux have their own names for what others call x86_64 and arm64.


class HardwareDetector:
    """Detects the machine that this process runs on, in a fraction of a second.

    Args:
        output_path: Where output will go; its disk is the one that counts. None takes the current
            folder.
        probes: Where the vendors' probes are found.
        cgroup_root: Where Linux shows control groups.
        proc_root: Where Linux shows processes.
    """

    def __init__(
        self,
        *,
        output_path: Path | None = None,
        probes: Registry[Probe] = PROBES,
        cgroup_root: Path = CGROUP_ROOT,
        proc_root: Path = PROC_ROOT,
    ) -> None:
        self._output_path = output_path or Path()
        self._probes = probes
        self._cgroup_root = cgroup_root
        self._proc_root = proc_root

    def detect(self) -> HardwareFacts:
        """Ask everything and return it as one value."""
        accelerators, notes = self._accelerators()
        limits = self._limits()
        ram_total, ram_free = usable_ram(*_machine_ram(), limits)
        return HardwareFacts(
            accelerators=accelerators,
            cpu_name=cpu_name(self._proc_root),
            cpu_cores=usable_cores(cores_allowed(), limits),
            cpu_cores_total=os.cpu_count() or 1,
            cpu_architecture=_architecture(),
            ram_total_bytes=ram_total,
            ram_free_bytes=ram_free,
            disk_free_bytes=disk_free_bytes(self._output_path),
            system=platform.system(),
            notes=notes,
        )

    def detect_gpu(self) -> dict[str, Any]:
        """GPUs: ``available``, ``accelerators`` (a dict each), ``notes``."""
        accelerators, notes = self._accelerators()
        return {
            "available": bool(accelerators),
            "accelerators": [asdict(accelerator) for accelerator in accelerators],
            "notes": list(notes),
        }

    def detect_cpu(self) -> dict[str, Any]:
        """Processor: ``name``, ``cores`` (may be a fraction), ``cores_total``, ``architecture``."""
        return {
            "name": cpu_name(self._proc_root),
            "cores": usable_cores(cores_allowed(), self._limits()),
            "cores_total": os.cpu_count() or 1,
            "architecture": _architecture(),
        }

    def detect_ram(self) -> dict[str, Any]:
        """Memory for this process: ``total_bytes``, ``free_bytes``."""
        total, free = usable_ram(*_machine_ram(), self._limits())
        return {"total_bytes": total, "free_bytes": free}

    def detect_storage(self) -> dict[str, Any]:
        """Disk where output goes: ``path``, ``free_bytes``."""
        path = self._output_path.absolute()
        return {"path": str(path), "free_bytes": disk_free_bytes(path)}

    def get_hardware_tier(self) -> str:
        """The machine's tier: "low", "medium", "high" or "ultra"."""
        return machine_tier(self.detect()).value

    def estimate_capabilities(self) -> dict[str, Any]:
        """What the machine has to offer to a model.

        ``tier``; ``device`` ("cuda:0", or "cpu"); ``precisions`` it computes in;
        ``device_free_bytes`` (of the GPU, or of the RAM); ``cpu_cores``; ``ram_free_bytes``;
        ``disk_free_bytes``.
        """
        facts = self.detect()
        best = facts.accelerators[0] if facts.accelerators else None
        return {
            "tier": machine_tier(facts).value,
            "device": f"{best.kind.value}:{best.index}" if best else "cpu",
            "precisions": [p.value for p in (best.precisions if best else (Precision.FP32,))],
            "device_free_bytes": best.free_bytes if best else facts.ram_free_bytes,
            "cpu_cores": facts.cpu_cores,
            "ram_free_bytes": facts.ram_free_bytes,
            "disk_free_bytes": facts.disk_free_bytes,
        }

    def _limits(self) -> Limits:
        return cgroup_limits(self._cgroup_root, self._proc_root)

    def _accelerators(self) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
        """All accelerators, the one with most memory first, and all notes."""
        found: list[Accelerator] = []
        notes: list[str] = []
        for name in self._probes.names():
            try:
                accelerators, sentences = self._probes.load(name)()
            except Exception as error:  # noqa: BLE001 - a vendor's library may raise anything
                notes.append(f"The {name} probe failed: {type(error).__name__}: {error}.")
            else:
                found += accelerators
                notes += sentences
        found.sort(key=lambda accelerator: (-accelerator.total_bytes, accelerator.index))
        return tuple(found), tuple(notes)


def _architecture() -> str:
    machine = platform.machine().lower()
    return _ARCHITECTURES.get(machine, machine)


def _machine_ram() -> tuple[int, int]:
    """Total and available bytes of the whole machine."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    memory = psutil.virtual_memory()
    return memory.total, memory.available
