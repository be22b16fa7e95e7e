"""The weights on this disk: where they are, how many are there, and how they come and go."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.added_weights import AddedEntry, AddedWeights, Kind
from ai_video_generator.core.checks.check import size_text
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weight_digests import check_whole
from ai_video_generator.core.weights_book import WeightsBook
from ai_video_generator.core.weights_installer import WeightsInstaller
from ai_video_generator.core.weights_removal import Removal, carried_out, orphans, removal_of
from ai_video_generator.core.weights_state import (
    NeedsWeights,
    Presence,
    WeightsState,
    part_state,
)
from ai_video_generator.core.weights_verifying import Finding, verified
from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.progress_tracker import ProgressTracker


class WeightStore:
    """Finds, installs, verifies and removes weights.

    They are in the hub's own cache, so that what another program fetched is used, and what is
    installed here is found by others.

    Args:
        folder: Where notes are kept; None takes the system's folder for data.
        cache: Where weights are; None takes the hub's cache (``HF_HOME``, ``HF_HUB_CACHE``).
    """

    def __init__(self, folder: Path | None = None, cache: Path | None = None) -> None:
        self._book, self._cache = WeightsBook(folder), HubCache(cache)

    @property
    def cache_folder(self) -> Path:
        """Where weights are."""
        return self._cache.folder

    @property
    def book(self) -> WeightsBook:
        """What is noted of them."""
        return self._book

    @cached_property
    def _added(self) -> AddedWeights:
        return AddedWeights(self._book)

    def state(self, model: NeedsWeights) -> WeightsState:
        """How much of a model's weights is there; sizes are compared, bytes are not."""
        page = self._book.read()
        parts = tuple(part_state(part, self._cache, page) for part in model.weights)
        return WeightsState(name=model.name, parts=parts)

    def absent(self, models: Iterable[NeedsWeights]) -> dict[str, int]:
        """Bytes that are missing, of each model that lacks some, by its name."""
        states = [self.state(model) for model in models]
        return {
            state.name: state.missing_bytes
            for state in states
            if state.presence is not Presence.INSTALLED
        }

    def folders(self, model: NeedsWeights) -> Mapping[str, Path]:
        """Folder of each part, by its name; nothing is fetched.

        Raises:
            WeightsMissingError: When not all files are there.
            WeightsCorruptError: When a file is cut.
        """
        state = self.state(model)
        if state.presence is not Presence.INSTALLED:
            raise weights_missing(model.name, state.missing_bytes)
        for part in state.parts:
            for file in part.part.files:
                try:
                    check_whole(part.path(file))
                except WeightsCorruptError as error:
                    raise WeightsCorruptError(
                        f"the weights of {model.name!r} are damaged: {error}",
                        hint=f"aivg models install {model.name} fetches what is damaged again",
                    ) from error
        return {part.part.name: part.folder for part in state.parts if part.folder}

    def where(self, model: NeedsWeights) -> Mapping[str, Path]:
        """Folder of each part that is at least begun, by its name."""
        parts = self.state(model).parts
        return {one.part.name: one.folder for one in parts if one.folder and one.folder.is_dir()}

    def unaccepted(self, parts: Iterable[WeightPart]) -> list[WeightPart]:
        """Parts whose licence was not accepted here, one for each licence of a repository."""
        accepted = self._book.read().licences
        found = {part.repository: part for part in parts}
        return [
            part
            for name, part in found.items()
            if name not in accepted or accepted[name].licence != part.licence
        ]

    def accept(self, parts: Iterable[WeightPart]) -> None:
        """Note with the day that the person accepted these parts' licences."""
        for part in parts:
            self._book.note_licence(part.repository, part.licence, part.licence_url)

    def install(
        self,
        parts: Sequence[WeightPart],
        progress: ProgressTracker,
        source: Path | None = None,
    ) -> None:
        """Bring what is missing, and verify everything; what is damaged is fetched again.

        A stopped or failed installation goes on where it ended.

        Args:
            parts: What to install.
            progress: Where progress is reported, in bytes, and a stop comes from.
            source: A folder to take the files from; None asks the hub.

        Raises:
            DependencyMissingError: When the hub's client is needed and not installed.
            DownloadError: When the hub is out of reach, or has not what is wanted.
            CredentialsMissingError: When it hands a part out only to those whom it knows.
            WeightsMissingError: When ``source`` has not all files.
            WeightsCorruptError: When a file is not what was published.
            DiskFullError: When there is, or will be, no room.
            InputError: When a file's kind can run code, or ``source`` is no folder.
            CancelledError: When a stop was asked for.
        """
        WeightsInstaller(self._cache, self._book, progress).install(parts, source)

    def verify(self, model: NeedsWeights, progress: ProgressTracker) -> list[Finding]:
        """Compare every byte of what is there with its digest.

        Raises:
            CancelledError: When a stop was asked for.
        """
        return verified(self.state(model), self._cache, self._book.read(), progress)

    def removal(self, model: NeedsWeights, others: Iterable[NeedsWeights]) -> Removal:
        """What `remove` would do.

        Args:
            model: The model.
            others: All other models; what those that are installed need stays.
        """
        states = [self.state(other) for other in others]
        return removal_of(self.state(model), states, self._book.read())

    def orphans(self, models: Iterable[NeedsWeights]) -> Removal:
        """What this program fetched and none of these models needs."""
        return orphans(map(self.state, models), self._cache, self._book.read())

    def remove(self, removal: Removal) -> int:
        """Delete files, and what was noted of them.

        Returns:
            Bytes that are free again.
        """
        return carried_out(removal, self._cache, self._book)

    def file_path(self, repository: str, commit: str, path: str) -> Path:
        """Where a file of a commit is, or would be."""
        return self._cache.snapshot(repository, commit) / path

    def partials(self) -> list[Path]:
        """Downloads that were begun and not finished."""
        return list(self._cache.partials())

    def add(self, path: Path, name: str | None = None) -> str:
        """Note a person's own weights; see `AddedWeights.add`."""
        return self._added.add(path, name)

    def added(self, kind: Kind | None = None) -> list[AddedEntry]:
        """A person's own weights, of one kind or all, sorted by name."""
        return self._added.entries(kind)

    def is_added(self, name: str) -> bool:
        """Whether a person's own weights have this name."""
        return any(entry.name == name for entry in self.added())

    def added_path(self, name: str) -> Path:
        """Where a person's own weights are; see `AddedWeights.path`."""
        return self._added.path(name)

    def forget(self, name: str) -> None:
        """Forget a person's own weights; the file stays."""
        self._added.forget(name)


def weights_missing(name: str, missing_bytes: int) -> WeightsMissingError:
    """A model's weights are not, or not all, installed."""
    return WeightsMissingError(
        f"the weights of {name!r} are not installed ({size_text(missing_bytes)})",
        hint=f"aivg models install {name}",
    )
