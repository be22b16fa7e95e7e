"""What this program knows of weights on this machine: a small JSON file.

Which commit of a part is installed, the digest of each file and whether this program fetched it,
which licences were accepted and when, and which files a person added. The weights are elsewhere.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ai_video_generator.media.files import appearing

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledFile:
    """A file that was verified.

    Attributes:
        size_bytes: Its size.
        digest: SHA-256 (64 digits) or git's own (40).
        is_ours: Whether this program put it there, and so may remove it.
    """

    size_bytes: int
    digest: str
    is_ours: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class InstalledPart:
    """Files of a repository that were verified.

    Attributes:
        repository: Where they are on the hub.
        commit: Their commit.
        when: Day and time, ISO 8601, UTC.
        source: Where they came from: "hub", or a folder.
        files: By path.
    """

    repository: str
    commit: str
    when: str
    source: str
    files: Mapping[str, InstalledFile]


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedLicence:
    """A licence that a person accepted.

    Attributes:
        licence: Its identifier.
        url: Where its text is.
        when: Day and time, ISO 8601, UTC.
    """

    licence: str
    url: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedFile:
    """Weights that a person added.

    Attributes:
        kind: What they are: "checkpoint", "pipeline" or "lora".
        path: Where they are.
        when: Day and time, ISO 8601, UTC.
    """

    kind: str
    path: str
    when: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightsPage:
    """All that is known.

    Attributes:
        parts: By ``repository@commit``; an older release may have installed another commit.
        licences: By repository.
        added: By name.
    """

    parts: dict[str, InstalledPart] = field(default_factory=dict)
    licences: dict[str, AcceptedLicence] = field(default_factory=dict)
    added: dict[str, AddedFile] = field(default_factory=dict)

    def part(self, repository: str, commit: str | None) -> InstalledPart | None:
        """What is noted of a repository at a commit."""
        return self.parts.get(f"{repository}@{commit}")

    def latest_commit(self, repository: str) -> str | None:
        """The commit that was installed last; None without any."""
        found = [part for part in self.parts.values() if part.repository == repository]
        return max(found, key=lambda part: part.when).commit if found else None


_PAGE: TypeAdapter[WeightsPage] = TypeAdapter(WeightsPage)


def now_text() -> str:
    """Day and time, ISO 8601, UTC."""
    return datetime.now(UTC).isoformat(timespec="seconds")


class WeightsBook:
    """Reads and writes the file.

    Args:
        folder: Where it lies; None takes the system's folder for data. Made when it is written.
    """

    def __init__(self, folder: Path | None = None) -> None:
        if folder is None:
            import platformdirs

            folder = Path(platformdirs.user_data_dir("aivg", appauthor=False))
        self.folder = folder

    @property
    def path(self) -> Path:
        """The file."""
        return self.folder / "weights.json"

    def read(self) -> WeightsPage:
        """What is known; nothing where the file is missing or damaged."""
        try:
            return _PAGE.validate_json(self.path.read_bytes())
        except FileNotFoundError:
            return WeightsPage()
        except (OSError, ValidationError) as error:
            _log.warning("%s is not readable and is left aside: %s", self.path, error)
            return WeightsPage()

    def write(self, page: WeightsPage) -> None:
        """Replace the file.

        Raises:
            OutputPathError: When the folder cannot be written.
            DiskFullError: When there is no room.
        """
        self.folder.mkdir(parents=True, exist_ok=True)
        with appearing(self.path, overwrite=True) as path:
            plain: Any = _PAGE.dump_python(page, mode="json")
            path.write_text(json.dumps(plain, indent=1, sort_keys=True), encoding="utf-8")

    def note_part(self, part: InstalledPart) -> None:
        """Remember that files were verified, beside others of the same commit."""
        page = self.read()
        before = page.part(part.repository, part.commit)
        files = {**(before.files if before else {}), **part.files}
        page.parts[f"{part.repository}@{part.commit}"] = replace(part, files=files)
        self.write(page)

    def forget_file(self, repository: str, commit: str, path: str) -> None:
        """Forget a file that is gone."""
        page = self.read()
        noted = page.part(repository, commit)
        if noted is None:
            return
        files = {name: file for name, file in noted.files.items() if name != path}
        page.parts[f"{repository}@{commit}"] = replace(noted, files=files)
        if not files:
            del page.parts[f"{repository}@{commit}"]
        self.write(page)

    def note_licence(self, repository: str, licence: str, url: str) -> None:
        """Remember that a licence was accepted."""
        page = self.read()
        page.licences[repository] = AcceptedLicence(licence=licence, url=url, when=now_text())
        self.write(page)
