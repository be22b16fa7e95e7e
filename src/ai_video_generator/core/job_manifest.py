"""What a job with finished passes is, in a small file: for the next run, and to be shown."""

import hashlib
import json
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, ValidationError

from ai_video_generator.core.recipe import Recipe
from ai_video_generator.media.files import appearing

_DIGEST_LETTERS = 32


class JobManifest(BaseModel):
    """A job, without the names and folders of its inputs.

    Attributes:
        digest: Names the job: its plan's look, inputs, words, options and storyboard.
        program_version: Version of this program.
        output: Name of the video, without its folder.
        pictures: SHA-256 of each.
        sound: SHA-256 of it.
        model: What makes the frames.
        size: Size of the video.
        duration_s: Its length.
        started: When the job was first begun.
        last_used: When it was last begun.
        chunks: Names of its passes, and of the lists of each shot's, in the store.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    digest: str
    program_version: str
    output: str
    pictures: tuple[str, ...]
    sound: str
    model: str
    size: str
    duration_s: float
    started: datetime
    last_used: datetime
    chunks: tuple[str, ...]

    @classmethod
    def of(cls, recipe: Recipe, output: Path, chunks: Collection[str]) -> Self:
        """The manifest of a job that begins now."""
        plan, now = recipe.plan, datetime.now(UTC)
        pictures = tuple(picture.sha256 for picture in recipe.pictures)
        decides = [
            recipe.program_version,
            *map(str, plan.look),
            str(plan.output_size),
            *pictures,
            recipe.sound.sha256,
            recipe.seed,
            recipe.prompt,
            recipe.negative_prompt,
            recipe.model_options,
            recipe.storyboard.model_dump_json(),
        ]
        text = json.dumps(decides, sort_keys=True)
        return cls(
            digest=hashlib.sha256(text.encode()).hexdigest()[:_DIGEST_LETTERS],
            program_version=recipe.program_version,
            output=output.name.encode(errors="replace").decode(),
            pictures=pictures,
            sound=recipe.sound.sha256,
            model=plan.model,
            size=str(plan.output_size),
            duration_s=float(plan.timeline.duration_s),
            started=now,
            last_used=now,
            chunks=tuple(sorted(chunks)),
        )

    @classmethod
    def read(cls, path: Path) -> Self | None:
        """A manifest; None where there is none that can be read."""
        with suppress(OSError, ValidationError):
            return cls.model_validate_json(path.read_bytes())
        return None

    @classmethod
    def all(cls, folder: Path) -> Iterator[Self]:
        """All that can be read in a folder."""
        for path in folder.glob("[!.]*.json"):
            if (found := cls.read(path)) is not None:
                yield found

    def written(self, folder: Path, *, mark: str) -> None:
        """Write it, or bring the one that is there up to date.

        Raises:
            DiskFullError: When there is no room left.
            OutputPathError: When it cannot be written.
        """
        path = folder / f"{self.digest}.json"
        now = self
        if (before := self.read(path)) is not None:
            # Another run of the same job may make it in passes of another length.
            chunks = tuple(sorted({*before.chunks, *self.chunks}))
            now = self.model_copy(update={"started": before.started, "chunks": chunks})
        with appearing(path, overwrite=True, mark=mark) as temporary:
            temporary.write_text(now.model_dump_json(indent=1), encoding="utf-8")

    def removed(self, folder: Path) -> None:
        """Remove it."""
        (folder / f"{self.digest}.json").unlink(missing_ok=True)
