"""Looks at everything that commonly goes wrong on a person's machine, and says what mends it."""

import logging
import os
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path

from ai_video_generator.config.settings import Settings, load_settings
from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.core.checks.folders import (
    CACHE,
    MODELS,
    OUTPUT,
    TEMPORARY,
    Need,
    folder_check,
    missing_folder,
    write_error,
)
from ai_video_generator.core.checks.gpu_driver import driver_check, locked_devices
from ai_video_generator.core.checks.gpu_state import gpu_heat_check, gpu_memory_check
from ai_video_generator.core.checks.installer import Installer
from ai_video_generator.core.checks.offline_mode import HUB, offline_check
from ai_video_generator.core.checks.packages import installation_check
from ai_video_generator.core.checks.program import (
    clock_check,
    fonts_check,
    python_check,
    terminal_check,
)
from ai_video_generator.core.checks.pytorch import pytorch_check
from ai_video_generator.core.checks.resources import memory_check, processor_check
from ai_video_generator.core.checks.settings_file import setting_variables, settings_check
from ai_video_generator.core.checks.system import System, this_system
from ai_video_generator.core.checks.video_encoders import encoders_check
from ai_video_generator.core.checks.weights import weights_check
from ai_video_generator.core.encoders_here import with_encoders
from ai_video_generator.core.installable import installables
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import SettingsError
from ai_video_generator.hardware.disks import default_folders, disk
from ai_video_generator.hardware.facts import HardwareFacts, Purpose
from ai_video_generator.hardware.hardware_detector import HardwareDetector

_log = logging.getLogger(__name__)

_Question = Callable[[], Iterable[Check]]

GROUPS: dict[str, tuple[str, ...]] = {
    "Program": (
        "python",
        "packages",
        "settings file",
        "terminal",
        "clock",
        "fonts",
        "offline mode",
    ),
    "Machine": (
        "processor",
        "memory",
        "output folder",
        "cache folder",
        "models folder",
        "temporary folder",
        "models",
    ),
    "Graphics": ("GPU driver", "GPU memory", "GPU heat", "PyTorch", "video encoders"),
}
"""Names of the checks, in order; each is a heading of docs/troubleshooting.md."""


class Doctor:
    """Examines the machine and the installation; changes nothing.

    Args:
        output_folder: Where videos shall go; None takes the current folder.
        facts: The machine, with its video encoders; None asks this one.
        system: Whose commands are named; None asks this one.
        environment: The variables.
        hub: Where a network is looked for.
    """

    def __init__(
        self,
        *,
        output_folder: Path | None = None,
        facts: HardwareFacts | None = None,
        system: System | None = None,
        environment: Mapping[str, str] = os.environ,
        hub: tuple[str, int] = HUB,
    ) -> None:
        self._output_folder = output_folder or Path()
        self._given_facts = facts
        self._system = system or this_system()
        self._environment = environment
        self._hub = hub
        self._installer = Installer.of_this_python()

    def checks(self) -> Iterator[Check]:
        """Make the checks in the order of `GROUPS`; each has at least one finding.

        A check that fails itself is broken, with what it raised; the others are made all the same.
        """
        questions = self._questions()
        for names in GROUPS.values():
            for name in names:
                yield from _answers(name, questions[name])

    def _questions(self) -> dict[str, _Question]:
        system, installer = self._system, self._installer
        return {
            "python": lambda: [
                python_check(sys.version_info[:3], sys.maxsize.bit_length() + 1, system)
            ],
            "packages": lambda: installation_check(installer),
            "settings file": lambda: settings_check(self._environment),
            "terminal": lambda: [terminal_check(sys.stdout.encoding or "", system)],
            "clock": lambda: [clock_check(time.localtime().tm_year, system)],
            "fonts": lambda: [fonts_check(f"{installer.install} {installer.again} pillow")],
            "offline mode": lambda: [offline_check(self._environment, self._hub)],
            "processor": lambda: [processor_check(self._facts)],
            "memory": self._memory,
            "output folder": lambda: self._folder(OUTPUT, Purpose.OUTPUT),
            "cache folder": lambda: self._folder(CACHE, Purpose.WORK),
            "models folder": self._models_folder,
            "temporary folder": self._temporary_folder,
            "models": lambda: weights_check(
                WeightStore(), installables().values(), self._environment
            ),
            "GPU driver": lambda: driver_check(self._facts, system, self._locked),
            "GPU memory": lambda: gpu_memory_check(self._facts, system),
            "GPU heat": lambda: gpu_heat_check(self._facts),
            "PyTorch": lambda: [pytorch_check(self._facts, system, installer)],
            "video encoders": lambda: encoders_check(self._facts, system, installer),
        }

    @cached_property
    def _settings(self) -> Settings:
        """The settings; their defaults where they cannot be read, of which a check tells."""
        try:
            return load_settings(environment=setting_variables(self._environment)).values
        except SettingsError:
            return Settings()

    @cached_property
    def _folders(self) -> dict[Purpose, Path]:
        folders = default_folders(self._output_folder)
        work = self._settings.cache_folder
        return folders | ({Purpose.WORK: work} if work else {})

    @cached_property
    def _facts(self) -> HardwareFacts:
        if self._given_facts is not None:
            return self._given_facts
        facts = HardwareDetector(
            output_path=self._folders[Purpose.OUTPUT], work_folder=self._folders[Purpose.WORK]
        ).detect()
        return with_encoders(facts)

    @property
    def _locked(self) -> list[Path]:
        """Devices that are closed to this account; another machine's cannot be tried."""
        return [] if self._given_facts is not None else locked_devices(self._facts)

    def _memory(self) -> Iterator[Check]:
        import psutil  # type: ignore[import-untyped]  # it ships no types

        from ai_video_generator.models.ken_burns import KenBurns

        with warnings.catch_warnings():
            warnings.simplefilter("ignore", RuntimeWarning)  # containers hide traffic to the swap
            swap_bytes = int(psutil.swap_memory().total)
        return memory_check(self._facts, KenBurns.spec, swap_bytes)

    def _folder(self, need: Need, purpose: Purpose) -> Iterator[Check]:
        folder = self._folders[purpose]
        if purpose is Purpose.OUTPUT and not folder.is_dir():
            return iter([missing_folder(need, folder, self._system)])
        found = next((one for one in self._facts.disks if one.purpose is purpose), None)
        return folder_check(
            need, folder, found or disk(purpose, folder), write_error(folder), self._system
        )

    def _models_folder(self) -> Iterator[Check]:
        """Room for models is of use only where a GPU could run them."""
        need = MODELS if self._facts.accelerators else replace(MODELS, enough_bytes=0)
        return self._folder(need, Purpose.MODELS)

    def _temporary_folder(self) -> Iterator[Check]:
        try:
            folder = Path(tempfile.gettempdir())
        except FileNotFoundError as error:
            mend = f"free some space, or {TEMPORARY.otherwise}"
            said = one_line(error.strerror or error).lower()
            yield Check(name=TEMPORARY.name, state=State.BROKEN, said=said, mend=mend)
            return
        # As ordinary as memory is for it, a word on its kind would help nobody.
        found = replace(disk(Purpose.OUTPUT, folder), file_system="")
        yield from folder_check(TEMPORARY, folder, found, write_error(folder), self._system)


def _answers(name: str, question: _Question) -> tuple[Check, ...]:
    """The findings of one check; a failure of the check itself is one."""
    try:
        return tuple(question())
    except Exception as error:  # noqa: BLE001 - a broken installation breaks anywhere
        _log.info("the check %r failed", name, exc_info=error)
        return (
            Check(
                name=name,
                state=State.BROKEN,
                said=f"could not be checked: {type(error).__name__}: {one_line(error)}",
                mend="mend what else is broken and try again; the log file has the details",
            ),
        )
