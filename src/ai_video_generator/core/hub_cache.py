"""The hub's cache on this disk: where a file of a commit is, and how one is put there.

Its layout is documented for programs that implement it ("Hub Local Cache"): the bytes of a file
are in ``blobs`` under their digest, ``snapshots/COMMIT`` has a link to them by the file's own name,
``refs/main`` the commit of a branch. Weights that another program fetched are found here.
"""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

from ai_video_generator.hardware.disks import hub_cache_folder

COMMIT = re.compile(r"[0-9a-f]{40}")
"""Name of a commit; the git digest of a small file looks the same."""

_DIGEST = re.compile(r"[0-9a-f]{64}|[0-9a-f]{40}")
_PARTIAL_ENDING = ".aivg.incomplete"
# The hub's own tools know files that end in ".incomplete" for unfinished downloads.


class HubCache:
    """Finds and places files.

    Args:
        folder: The cache; None takes the one that the hub's variables name.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or hub_cache_folder()

    def home(self, repository: str) -> Path:
        """Folder of a repository."""
        return self.folder / f"models--{repository.replace('/', '--')}"

    def snapshot(self, repository: str, commit: str) -> Path:
        """Folder of a commit; its files have their own names there."""
        return self.home(repository) / "snapshots" / commit

    def commit(self, repository: str, branch: str) -> str | None:
        """The commit that a branch had when it was last asked for; None where it never was."""
        try:
            text = (self.home(repository) / "refs" / branch).read_text(encoding="utf-8").strip()
        except OSError:
            return None
        return text if COMMIT.fullmatch(text) else None

    def blob(self, repository: str, digest: str) -> Path:
        """Where bytes of this digest are, or go."""
        return self.home(repository) / "blobs" / digest

    def partial(self, repository: str, digest: str) -> Path:
        """Where those bytes are while they come."""
        return self.home(repository) / "blobs" / f"{digest}{_PARTIAL_ENDING}"

    def partials(self) -> Iterator[Path]:
        """All unfinished downloads of this program."""
        yield from sorted(self.folder.glob(f"models--*/blobs/*{_PARTIAL_ENDING}"))

    def digest(self, repository: str, commit: str, path: str) -> str:
        """Digest under which a file's bytes are kept; empty where the system has no links."""
        name = (self.snapshot(repository, commit) / path).resolve().name
        return name if _DIGEST.fullmatch(name) else ""

    def place(self, repository: str, commit: str, path: str, digest: str) -> Path:
        """Let a commit have a file whose bytes are in ``blobs``.

        Where the system makes no links, the bytes themselves move to the file's name.
        """
        blob, pointer = self.blob(repository, digest), self.snapshot(repository, commit) / path
        pointer.parent.mkdir(parents=True, exist_ok=True)
        above = Path(*[".."] * (len(Path(path).parts) + 1))
        pointer.unlink(missing_ok=True)
        try:
            pointer.symlink_to(above / "blobs" / digest)
        except OSError:
            shutil.move(blob, pointer)
        return pointer

    def name_branch(self, repository: str, branch: str, commit: str) -> None:
        """Note the commit of a branch, as the hub's client does."""
        ref = self.home(repository) / "refs" / branch
        ref.parent.mkdir(parents=True, exist_ok=True)
        temporary = ref.with_name(f"{ref.name}.tmp")
        temporary.write_text(commit, encoding="utf-8")
        temporary.replace(ref)

    def drop(self, repository: str, commit: str, path: str) -> int:
        """Take a file from a commit; its bytes go when no other commit has them.

        Returns:
            Bytes that are free again.
        """
        pointer = self.snapshot(repository, commit) / path
        blob = pointer.resolve()
        freed = _size(blob)
        pointer.unlink(missing_ok=True)
        if blob != pointer and blob.parent == self.home(repository).resolve() / "blobs":
            if self._is_shared(repository, blob):
                freed = 0
            else:
                blob.unlink(missing_ok=True)
        self._tidy(repository, pointer.parent)
        return freed

    def _is_shared(self, repository: str, blob: Path) -> bool:
        others = (self.home(repository) / "snapshots").rglob("*")
        return any(other.is_symlink() and other.resolve() == blob for other in others)

    def _tidy(self, repository: str, folder: Path) -> None:
        """Remove folders that have become empty, and the repository's when nothing is left."""
        home = self.home(repository)
        while folder != home and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
        blobs = home / "blobs"
        if not (home / "snapshots").exists() and not (blobs.exists() and any(blobs.iterdir())):
            shutil.rmtree(home, ignore_errors=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0
