"""How much of a model's weights is on this disk."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from ai_video_generator.config.model_config import WeightFile, WeightPart
from ai_video_generator.config.weights_table import NOT_PINNED
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weights_book import InstalledFile, WeightsPage


class NeedsWeights(Protocol):
    """A model, or something else that weights can be installed for."""

    @property
    def name(self) -> str:
        """What it is called on the command line."""

    @property
    def weights(self) -> tuple[WeightPart, ...]:
        """What it needs."""


class Presence(StrEnum):
    """How much is there."""

    INSTALLED = "installed"
    PARTIAL = "partial"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class PartState:
    """A part on this disk.

    Attributes:
        part: The part.
        commit: The commit that is, or would be, installed; None where only the hub knows it.
        folder: Where its files are, or would be; None without a commit.
        missing: Files that are not there.
    """

    part: WeightPart
    commit: str | None
    folder: Path | None
    missing: tuple[WeightFile, ...]

    @property
    def presence(self) -> Presence:
        """How much is there."""
        if not self.missing:
            return Presence.INSTALLED
        whole = len(self.missing) == len(self.part.files)
        return Presence.MISSING if whole else Presence.PARTIAL

    def path(self, file: WeightFile) -> Path:
        """Where a file is, or would be; in no folder without a commit."""
        return (self.folder or Path()) / file.path

    @property
    def present(self) -> list[WeightFile]:
        """Files that are there."""
        return [file for file in self.part.files if file not in self.missing]

    @property
    def missing_bytes(self) -> int:
        """Size of what is not there."""
        return sum(file.size_bytes for file in self.missing)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsState:
    """A model's weights on this disk.

    Attributes:
        name: The model.
        parts: Its parts.
    """

    name: str
    parts: tuple[PartState, ...]

    @property
    def presence(self) -> Presence:
        """How much is there."""
        found = {part.presence for part in self.parts}
        if found <= {Presence.INSTALLED}:
            return Presence.INSTALLED
        return Presence.MISSING if found == {Presence.MISSING} else Presence.PARTIAL

    @property
    def size_bytes(self) -> int:
        """Size of all."""
        return sum(part.part.size_bytes for part in self.parts)

    @property
    def missing_bytes(self) -> int:
        """Size of what is not there."""
        return sum(part.missing_bytes for part in self.parts)


def part_state(part: WeightPart, cache: HubCache, page: WeightsPage) -> PartState:
    """Look for a part's files; their sizes are compared as far as they are known."""
    commit: str | None = part.revision
    if part.revision == NOT_PINNED:
        latest = page.latest_commit(part.repository)
        commit = latest or cache.commit(part.repository, NOT_PINNED)
    if commit is None:
        return PartState(part=part, commit=None, folder=None, missing=part.files)
    folder = cache.snapshot(part.repository, commit)
    known = page.part(part.repository, commit)
    noted = known.files if known else {}
    missing = [file for file in part.files if not _is_there(file, folder, noted)]
    return PartState(part=part, commit=commit, folder=folder, missing=tuple(missing))


def _is_there(file: WeightFile, folder: Path, noted: Mapping[str, InstalledFile]) -> bool:
    try:
        size_bytes = (folder / file.path).stat().st_size
    except OSError:
        return False
    if file.path in noted:
        return size_bytes == noted[file.path].size_bytes
    return size_bytes == file.size_bytes if file.sha256 else size_bytes > 0


def noted_file(page: WeightsPage, state: PartState, file: WeightFile) -> InstalledFile | None:
    """What is noted of a file at the commit that is installed."""
    noted = page.part(state.part.repository, state.commit)
    return noted.files.get(file.path) if noted else None


def expected_digest(cache: HubCache, page: WeightsPage, state: PartState, file: WeightFile) -> str:
    """Digest that a file's bytes should have.

    The release's own, else the one that was verified when it came, else the one that the hub's
    cache keeps it under; empty where nobody knows.
    """
    noted = noted_file(page, state, file)
    kept = cache.digest(state.part.repository, str(state.commit), file.path)
    return file.sha256 or (noted.digest if noted else kept)
