"""How packages are installed beside this program."""

import importlib.util
import os
import shlex
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Self


@dataclass(frozen=True, slots=True, kw_only=True)
class Installer:
    """Writes the commands of the installer that serves this Python.

    Attributes:
        install: What a command begins with.
        uninstall: The same for removing.
        again: The option that replaces what is there.
    """

    install: str = "pip install"
    uninstall: str = "pip uninstall -y"
    again: str = "--force-reinstall"

    @classmethod
    def of_this_python(cls) -> Self:
        """Plain ``pip`` only where that is this Python's own; environments made by uv have none."""
        python = Path(sys.executable)
        quoted = f'"{python}"' if os.name == "nt" else shlex.quote(str(python))
        if importlib.util.find_spec("pip") is None:
            return cls(
                install=f"uv pip install --python {quoted}",
                uninstall=f"uv pip uninstall --python {quoted}",
                again="--reinstall",
            )
        found = shutil.which("pip")
        if found is not None and Path(found).parent == python.parent:
            return cls()
        return cls(install=f"{quoted} -m pip install", uninstall=f"{quoted} -m pip uninstall -y")

    def adapted(self, command: str) -> str:
        """A command written for plain pip, for this installer."""
        plain = Installer()
        return command.replace(plain.install, self.install).replace(plain.again, self.again)
