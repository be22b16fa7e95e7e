"""What a report says of the installation: settings and versions, as far as others may know them."""

import platform
import re
import sys
from collections.abc import Iterator
from importlib import metadata
from pathlib import Path
from typing import Any

from ai_video_generator import __version__
from ai_video_generator.config.settings import LoadedSettings

_PACKAGE = "ai-video-generator"
_LIBRARIES = ("torch", "diffusers", "transformers", "accelerate", "safetensors", "huggingface-hub")
# Those of the extras, which are looked at where they are installed.


def shown_settings(settings: LoadedSettings) -> dict[str, dict[str, str]]:
    """Each setting, and what kind of source it is from; of folders only whether one is chosen."""
    found = {}
    for name, value in settings.values:
        shown = "chosen" if isinstance(value, Path) else "auto" if value is None else str(value)
        if name in {"webhook", "on_done", "prompt", "negative_prompt"}:
            shown = "chosen" if value else ""
        found[name] = {"value": shown, "from": settings.sources.get(name, "default").split()[0]}
    return found


def versions() -> dict[str, Any]:
    """Versions of the program, of Python, of the system and of packages."""
    return {
        "program": __version__,
        "python": sys.version,
        "system": platform.platform(),
        "packages": dict(_package_versions()),
    }


def _package_versions() -> Iterator[tuple[str, str]]:
    """Versions of the packages that this program asks for; others are nobody's matter."""
    try:
        asked = metadata.requires(_PACKAGE) or []
    except metadata.PackageNotFoundError:
        asked = []
    names = {re.split(r"[^\w.-]", line, maxsplit=1)[0].lower() for line in asked}
    for name in sorted(names | set(_LIBRARIES)):
        try:
            yield name, metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
