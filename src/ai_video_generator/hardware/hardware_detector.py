"""Finds out what this machine is. An absence is a fact, not an error."""

import os
import platform
from dataclasses import asdict
from functools import partial
from pathlib import Path
from typing import Any

from ai_video_generator.hardware.accelerators import PROBES, Probe, found_accelerators
from ai_video_generator.hardware.cgroups import CGROUP_ROOT, PROC_ROOT, cgroup_limits
from ai_video_generator.hardware.disks import default_folders, disk, disk_notes
from ai_video_generator.hardware.environment import Surroundings
from ai_video_generator.hardware.facts import PROCESSOR, Disk, HardwareFacts, Precision, Purpose
from ai_video_generator.hardware.patience import answers_in_time
from ai_video_generator.hardware.processor import (
    cores_allowed,
    cpu_name,
    highest_clock_mhz,
    physical_cores,
    usable_cores,
    usable_ram,
)
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.hardware.torch_probe import installed_torch
from ai_video_generator.hardware.vector_extensions import vector_extensions
from ai_video_generator.registry import Registry

_ARCHITECTURES = {"amd64": "x86_64", "aarch64": "arm64"}
# Windows and Linux have their own names for what others call x86_64 and arm64.
_PATIENCE_S = 5.0
# A disk that must spin up takes up to 3 s; a network drive that is gone may never answer.


class HardwareDetector:
    """Detects the machine that this process runs on, in a fraction of a second.

    `detect` asks anew; the other questions are answered from what it found last. An installed
    PyTorch is asked once in a process of its own, which takes seconds; its answer is kept in the
    cache folder.

    Args:
        output_path: Where output will go; None takes the current folder.
        work_folder: Where the pieces of a video are kept; None takes the system's cache folder.
        models_folder: Where models are kept; None takes Hugging Face's folder, or that for caches.
        cache_folder: Where PyTorch's answer is kept; None takes the system's cache folder.
        probes: Where the vendors' probes are found.
        cgroup_root: Where Linux shows control groups.
        proc_root: Where Linux shows processes.
        surroundings: Where containers and virtual machines show themselves.
    """

    def __init__(
        self,
        *,
        output_path: Path | None = None,
        work_folder: Path | None = None,
        models_folder: Path | None = None,
        cache_folder: Path | None = None,
        probes: Registry[Probe] = PROBES,
        cgroup_root: Path = CGROUP_ROOT,
        proc_root: Path = PROC_ROOT,
        surroundings: Surroundings | None = None,
    ) -> None:
        folders = default_folders(output_path)
        self._cache_folder = cache_folder or folders[Purpose.WORK]
        given = {Purpose.WORK: work_folder, Purpose.MODELS: models_folder}
        self._folders = folders | {purpose: path for purpose, path in given.items() if path}
        self._probes = probes
        self._cgroup_root = cgroup_root
        self._proc_root = proc_root
        self._surroundings = surroundings or Surroundings()
        self._latest: HardwareFacts | None = None

    def detect(self) -> HardwareFacts:
        """Ask everything and return it as one value."""
        self._latest = self._asked()
        return self._latest

    def _facts(self) -> HardwareFacts:
        """What was found last; the other questions are answered from it."""
        return self._latest or self.detect()

    def _asked(self) -> HardwareFacts:
        accelerators, gpu_notes = found_accelerators(self._probes)
        disks, notes = self._disks()
        limits = cgroup_limits(self._cgroup_root, self._proc_root)
        ram_total, ram_free = usable_ram(*_machine_ram(), limits)
        return HardwareFacts(
            accelerators=accelerators,
            cpu_name=cpu_name(self._proc_root),
            cpu_cores=usable_cores(cores_allowed(), limits),
            cpu_cores_total=os.cpu_count() or 1,
            cpu_cores_physical=physical_cores(),
            cpu_clock_mhz=highest_clock_mhz(),
            cpu_architecture=_architecture(),
            cpu_features=vector_extensions(self._proc_root),
            ram_total_bytes=ram_total,
            ram_free_bytes=ram_free,
            disks=disks,
            system=platform.system(),
            environment=self._surroundings.kinds(),
            torch=installed_torch(accelerators, self._cache_folder),
            notes=(
                *gpu_notes,
                *self._surroundings.notes(accelerators),
                *notes,
            ),
        )

    def detect_gpu(self) -> dict[str, Any]:
        """GPUs: ``available``, ``accelerators`` (a dict each), ``notes`` (of the whole machine)."""
        facts = self._facts()
        return {
            "available": bool(facts.accelerators),
            "accelerators": [asdict(accelerator) for accelerator in facts.accelerators],
            "notes": list(facts.notes),
        }

    def detect_cpu(self) -> dict[str, Any]:
        """Processor.

        ``name``, ``cores`` (usable; may be a fraction), ``cores_total``, ``cores_physical``,
        ``clock_mhz``, ``architecture``, ``features``.
        """
        facts = self._facts()
        return {
            "name": facts.cpu_name,
            "cores": facts.cpu_cores,
            "cores_total": facts.cpu_cores_total,
            "cores_physical": facts.cpu_cores_physical,
            "clock_mhz": facts.cpu_clock_mhz,
            "architecture": facts.cpu_architecture,
            "features": list(facts.cpu_features),
        }

    def detect_ram(self) -> dict[str, Any]:
        """Memory for this process: ``total_bytes``, ``free_bytes``."""
        facts = self._facts()
        return {"total_bytes": facts.ram_total_bytes, "free_bytes": facts.ram_free_bytes}

    def detect_storage(self) -> dict[str, Any]:
        """Disk where output goes: ``path``, ``free_bytes``; ``disks``: the same for all purposes.

        Each of ``disks`` has ``purpose``, ``path``, ``free_bytes``, ``file_system``.
        """
        facts = self._facts()
        path = self._folders[Purpose.OUTPUT].absolute()
        return {
            "path": str(path),
            "free_bytes": facts.disk_free_bytes(Purpose.OUTPUT),
            "disks": [
                {**asdict(disk), "path": str(self._folders[disk.purpose].absolute())}
                for disk in facts.disks
            ],
        }

    def get_hardware_tier(self) -> str:
        """The machine's tier: "low", "medium", "high" or "ultra"."""
        return machine_tier(self._facts()).value

    def estimate_capabilities(self) -> dict[str, Any]:
        """What the machine has to offer to a model.

        ``tier``; ``device`` ("cuda:0", or "cpu"); ``precisions`` it computes in;
        ``device_free_bytes`` (of the GPU, or of the RAM); ``teraflops`` (of the GPU; None when not
        told); ``cpu_cores``; ``ram_free_bytes``; ``disk_free_bytes`` (where output goes);
        ``torch`` (version, or None).
        """
        facts = self._facts()
        best = facts.accelerators[0] if facts.accelerators else None
        return {
            "tier": machine_tier(facts).value,
            "device": best.device if best else PROCESSOR,
            "precisions": [p.value for p in (best.precisions if best else (Precision.FP32,))],
            "device_free_bytes": best.free_bytes if best else facts.ram_free_bytes,
            "teraflops": best.teraflops if best else None,
            "cpu_cores": facts.cpu_cores,
            "ram_free_bytes": facts.ram_free_bytes,
            "disk_free_bytes": facts.disk_free_bytes(Purpose.OUTPUT),
            "torch": facts.torch.version if facts.torch else None,
        }

    def _disks(self) -> tuple[tuple[Disk, ...], tuple[str, ...]]:
        """The disk of each purpose, and what to know of them."""
        questions = {
            purpose.value: partial(disk, purpose, path, self._proc_root)
            for purpose, path in self._folders.items()
        }
        found, notes = [], []
        for name, answer in answers_in_time(questions, _PATIENCE_S).items():
            purpose = Purpose(name)
            if isinstance(answer, Exception):
                path = str(self._folders[purpose])
                notes.append(f"The {purpose} folder {path!r} cannot be read: {answer}.")
                answer = Disk(purpose=purpose, free_bytes=0)  # noqa: PLW2901 - what is left of it
            else:
                notes += disk_notes({self._folders[purpose]: answer})
            found.append(answer)
        return tuple(found), tuple(notes)


def _architecture() -> str:
    machine = platform.machine().lower()
    return _ARCHITECTURES.get(machine, machine)


def _machine_ram() -> tuple[int, int]:
    """Total and available bytes of the whole machine."""
    import psutil  # type: ignore[import-untyped]  # it ships no types

    memory = psutil.virtual_memory()
    return memory.total, memory.available
