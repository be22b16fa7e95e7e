"""Plugins by file: a module in a folder is a plugin, and an entry point is a stranger's.

Listing names reads a folder and installed metadata; it imports nothing. A name is imported when it
is asked for.
"""

import importlib
from dataclasses import dataclass
from importlib import metadata, resources
from typing import Generic, TypeVar

from ai_video_generator.errors import InputError

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry(Generic[T]):
    """The plugins of one kind.

    Attributes:
        package: Dotted name of the folder whose public modules are plugins; also the entry point
            group.
        attribute: Name of the module attribute that holds the plugin (``BACKEND``).
        excluded: Modules of the folder that are not plugins (the contract itself).
    """

    package: str
    attribute: str
    excluded: frozenset[str] = frozenset()

    def names(self) -> tuple[str, ...]:
        """Names of all plugins, sorted; imports none of them."""
        built_in = {
            entry.name.removesuffix(".py")
            for entry in resources.files(self.package).iterdir()
            if entry.name.endswith(".py") and not entry.name.startswith("_")
        }
        outside = {point.name for point in metadata.entry_points(group=self.package)}
        return tuple(sorted((built_in - self.excluded) | outside))

    def load(self, name: str) -> T:
        """Import one plugin and return it.

        Raises:
            InputError: When no plugin has this name.
        """
        if name not in self.names():
            raise InputError(
                f"no {self.attribute.lower()} is called {name!r}",
                hint=f"choose one of: {', '.join(self.names())}",
            )
        for point in metadata.entry_points(group=self.package, name=name):
            plugin: T = point.load()
            return plugin
        module = importlib.import_module(f"{self.package}.{name}")
        built_in: T = getattr(module, self.attribute)
        return built_in
