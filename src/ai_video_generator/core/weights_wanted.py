"""Which files must be brought for a part, and where each is."""

import re
from dataclasses import dataclass
from pathlib import Path

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.hub_client import HubFile, HubListing
from ai_video_generator.core.hub_errors import BY_HAND
from ai_video_generator.core.weights_source import source_folder
from ai_video_generator.core.weights_state import PartState
from ai_video_generator.errors import DownloadError, WeightsCorruptError

_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")


@dataclass(frozen=True, slots=True, kw_only=True)
class WantedFile:
    """A file to bring.

    Attributes:
        part: Its part.
        commit: Its commit.
        file: As the hub or the folder has it; without a digest where a folder tells none.
        origin: Where it is on this machine; None fetches it from the hub.
        source: What is noted as its source.
    """

    part: WeightPart
    commit: str
    file: HubFile
    origin: Path | None
    source: str


def wanted_of_folder(state: PartState, source: Path) -> list[WantedFile]:
    """What is missing, from a folder.

    Raises:
        InputError: When it is no folder, or does not tell a commit that must be known.
        WeightsMissingError: When not all files are there.
    """
    folder, commit = source_folder(source, state.part, state.commit, state.missing)
    wanted = []
    for file in state.missing:
        path = folder / file.path
        found = HubFile(
            path=file.path,
            size_bytes=path.stat().st_size,
            digest=file.sha256 or _linked_digest(path),
        )
        wanted.append(
            WantedFile(part=state.part, commit=commit, file=found, origin=path, source=str(folder))
        )
    return wanted


def wanted_of_hub(state: PartState, listing: HubListing) -> list[WantedFile]:
    """What is missing, from the hub; compared with what the release knows of it.

    Raises:
        DownloadError: When the hub does not have it.
        WeightsCorruptError: When the hub has other bytes than the release knows.
    """
    wanted, name = [], state.part.repository
    for file in state.missing:
        found = listing.files.get(file.path)
        if found is None:
            raise DownloadError(
                f"{name} has no {file.path} at {listing.commit}",
                hint=f"install a newer version of this program, {BY_HAND}",
            )
        if file.sha256 and found.digest != file.sha256:
            raise WeightsCorruptError(
                f"the hub's {file.path} of {name} is not the file that this release knows: its "
                f"digest begins with {found.digest[:12]}, not {file.sha256[:12]}",
                hint="do not use it; tell the makers of this program",
            )
        wanted.append(
            WantedFile(
                part=state.part, commit=listing.commit, file=found, origin=None, source="hub"
            )
        )
    return wanted


def _linked_digest(path: Path) -> str:
    """Digest that a link of a copied cache tells; empty where it tells none."""
    name = path.resolve().name
    return name if path.is_symlink() and _DIGEST.fullmatch(name) else ""
