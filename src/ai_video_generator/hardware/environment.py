"""What this system runs in: a container, a virtual machine, Windows, somebody's notebook."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind

_CONTAINER_FILES = (".dockerenv", "run/.containerenv")
# Docker and Podman make them.
_CONTAINER_VARIABLES = ("container", "KUBERNETES_SERVICE_HOST")
# systemd's convention (systemd.io, "Container Interface"), and what Kubernetes gives each pod.
_CONTAINER_WORDS = ("docker", "kubepods", "containerd", "libpod", "/lxc")
_MACHINE_WORDS = ("qemu", "kvm", "vmware", "virtualbox", "virtual machine", "parallels", "bochs")
_CLOUD_WORDS = ("google compute engine", "amazon ec2", "openstack")
# What the firmware of virtual machines calls itself; processors other than x86 have no flag for it.
_NOTEBOOKS = {"colab": "COLAB_RELEASE_TAG", "kaggle": "KAGGLE_KERNEL_RUN_TYPE"}
# A variable that each sets.
_WSL_WITHOUT_DRIVER = (
    "No NVIDIA driver is installed in Windows: if this machine has an NVIDIA graphics card, "
    "install its driver in Windows, not in WSL, then run `wsl --shutdown`."
)
_CONTAINER_WITHOUT_GPU = (
    "The machine has an NVIDIA driver, but this container was started without its GPU: start it "
    "with `docker run --gpus all`, or ask for nvidia.com/gpu in the pod."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Surroundings:
    """Where to look for them.

    Attributes:
        root: The root of the file system.
        variables: The environment's variables.
    """

    root: Path = Path("/")
    variables: Mapping[str, str] = field(default_factory=lambda: os.environ)

    def kinds(self) -> tuple[str, ...]:
        """Names of all that apply, the innermost first; none on bare metal."""
        is_wsl = "microsoft" in self._text("proc/version").lower()
        claims = {
            "container": self._is_container(),
            "wsl": is_wsl,
            "virtual machine": not is_wsl and self._is_virtual_machine(),
        }
        notebooks = [name for name, variable in _NOTEBOOKS.items() if variable in self.variables]
        return (*(name for name, applies in claims.items() if applies), *notebooks)

    def notes(self, accelerators: Sequence[Accelerator]) -> tuple[str, ...]:
        """One sentence for each way in which they keep an NVIDIA GPU from this process.

        Args:
            accelerators: What was found all the same.
        """
        if any(accelerator.kind is AcceleratorKind.CUDA for accelerator in accelerators):
            return ()
        kinds, notes = self.kinds(), []
        if "wsl" in kinds and not (self.root / "usr/lib/wsl/lib/libnvidia-ml.so.1").exists():
            notes.append(_WSL_WITHOUT_DRIVER)
        has_driver = (self.root / "proc/driver/nvidia/version").exists()
        if "container" in kinds and has_driver and not (self.root / "dev/nvidiactl").exists():
            notes.append(_CONTAINER_WITHOUT_GPU)
        return tuple(notes)

    def _is_container(self) -> bool:
        groups = self._text("proc/1/cgroup") + self._text("proc/self/cgroup")
        return (
            any((self.root / name).exists() for name in _CONTAINER_FILES)
            or any(self.variables.get(name) for name in _CONTAINER_VARIABLES)
            or any(word in groups for word in _CONTAINER_WORDS)
        )

    def _is_virtual_machine(self) -> bool:
        flags = (
            line for line in self._text("proc/cpuinfo").splitlines() if line.startswith("flags")
        )
        if "hypervisor" in next(flags, "").split():
            return True
        firmware = " ".join(
            self._text(f"sys/class/dmi/id/{name}") for name in ("sys_vendor", "product_name")
        )
        is_rented_whole = ".metal" in firmware  # Amazon rents out bare machines, too
        words = _MACHINE_WORDS if is_rented_whole else (*_MACHINE_WORDS, *_CLOUD_WORDS)
        return any(word in firmware.lower() for word in words)

    def _text(self, name: str) -> str:
        try:
            return (self.root / name).read_text(errors="replace")
        except OSError:
            return ""
