"""Whether the packages that the program stands on are there, new enough, and whole."""

import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata

from ai_video_generator.core.checks.check import Check, State, one_line
from ai_video_generator.core.checks.installer import Installer

_NAME = "packages"
_PROGRAM = "ai-video-generator"
_MODULES = {
    "opencv-python-headless": "cv2",
    "pillow": "PIL",
    "nvidia-ml-py": "pynvml",
}
# Where the name of what is imported is not the package's own.
_REQUIREMENT = re.compile(r"([\w.-]+?)\s*>=\s*([\d.]+)\s*(?:;.*)?")
_OPENCV = (
    "opencv-python",
    "opencv-python-headless",
    "opencv-contrib-python",
    "opencv-contrib-python-headless",
)
# All of them write into one folder, cv2; the one installed last wins.
_ENCODER = "libx264"
# Builds of FFmpeg under the LGPL lack it.


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """A package and the oldest version of it that will do."""

    package: str
    oldest: str

    @property
    def module(self) -> str:
        """What is imported of it."""
        return _MODULES.get(self.package, self.package.replace("-", "_"))


def requirements(program: str = _PROGRAM) -> list[Requirement]:
    """The program's own, without those of its extras.

    Raises:
        PackageNotFoundError: When the program is not installed as a package.
    """
    lines = [line for line in metadata.requires(program) or [] if "extra ==" not in line]
    found = [_REQUIREMENT.fullmatch(line) for line in lines]
    return [Requirement(package=_canonical(match[1]), oldest=match[2]) for match in found if match]


def installed_versions() -> dict[str, str]:
    """Version of each package that this Python finds, by its canonical name."""
    return {
        _canonical(str(name)): found.version
        for found in metadata.distributions()
        if (name := found.metadata["Name"])
    }


def _canonical(name: str) -> str:
    """A package's name as PyPI compares it (PyPA, "Names and normalization")."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installation_check(installer: Installer, program: str = _PROGRAM) -> Iterator[Check]:
    """Findings on all that the program asks for.

    Args:
        installer: Writes the commands.
        program: Its name as a package.
    """
    try:
        wanted = requirements(program)
    except metadata.PackageNotFoundError:
        yield Check(
            name=_NAME,
            state=State.WARNING,
            said="the program is not installed as a package, so versions are not compared",
            mend=f"in its folder: `{installer.install} .`",
        )
        return
    yield from packages_check(wanted, installed_versions(), installer)


def packages_check(
    wanted: list[Requirement], installed: Mapping[str, str], installer: Installer
) -> Iterator[Check]:
    """One finding for each package that is wrong, or one that all is well.

    Args:
        wanted: What is needed.
        installed: From `installed_versions`.
        installer: Writes the commands.
    """
    findings = [
        *(found for one in wanted if (found := _package(one, installed, installer))),
        *_opencv_twice(installed, installer),
        *_video_library(installer),
    ]
    if findings:
        yield from findings
    else:
        yield Check(name=_NAME, said=f"all {len(wanted)} are there and new enough")


def _package(
    wanted: Requirement, installed: Mapping[str, str], installer: Installer
) -> Check | None:
    command = f'`{installer.install} "{wanted.package}>={wanted.oldest}"`'
    version = installed.get(wanted.package)
    if version is None:
        said = f"{wanted.package} is not installed"
        return Check(name=_NAME, state=State.BROKEN, said=said, mend=command)
    if _numbers(version) < _numbers(wanted.oldest):
        said = f"{wanted.package} {version} is older than {wanted.oldest}"
        return Check(name=_NAME, state=State.BROKEN, said=said, mend=command)
    try:
        importlib.import_module(wanted.module)
    except Exception as error:  # noqa: BLE001 - broken compiled parts raise what they like
        said = f"{wanted.package} {version} cannot be loaded: {one_line(error)}"
        again = f"`{installer.install} {installer.again} {wanted.package}`"
        return Check(name=_NAME, state=State.BROKEN, said=said, mend=again)
    return None


def _numbers(version: str) -> tuple[int, ...]:
    """Release numbers of a version: 5.0.0.93 of "5.0.0.93rc1"."""
    match = re.match(r"\d+(?:\.\d+)*", version)
    return tuple(map(int, match[0].split("."))) if match else ()


def _opencv_twice(installed: Mapping[str, str], installer: Installer) -> Iterator[Check]:
    found = [name for name in _OPENCV if name in installed]
    if len(found) > 1:
        yield Check(
            name=_NAME,
            state=State.WARNING,
            said=f"{' and '.join(found)} overwrite each other's files",
            mend=(
                f"`{installer.uninstall} {' '.join(found)} && "
                f"{installer.install} opencv-python-headless`"
            ),
        )


def _video_library(installer: Installer) -> Iterator[Check]:
    try:
        import av
    except ImportError:
        return  # told above
    if _ENCODER not in av.codecs_available:
        yield Check(
            name=_NAME,
            state=State.BROKEN,
            said=f"PyAV was built without {_ENCODER}, which makes H.264 video",
            mend=f"`{installer.install} {installer.again} av`",
        )
