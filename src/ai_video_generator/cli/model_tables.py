"""Models as a person reads them, and as a program does."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ai_video_generator.config.weights_table import NOT_PINNED
from ai_video_generator.core.checks.check import size_text
from ai_video_generator.core.installable import installables
from ai_video_generator.core.model_manager import ModelManager
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_state import Presence
from ai_video_generator.models.base_model import BACKENDS

if TYPE_CHECKING:
    from rich.table import Table


IN_A_CLOUD = "in a cloud"
"""The presence of a model that computes elsewhere, for money."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelRow:
    """What is told of a model.

    Attributes:
        name: On the command line.
        title: What people call it.
        presence: "installed", "partial" or "missing"; "built in" where it needs no weights, or
            `IN_A_CLOUD`.
        size_bytes: Of its weights.
        missing_bytes: Of those that are not installed.
        licences: Of the model and its weights.
        fits: Whether it runs on this machine.
        why_not: Why it does not.
        quality: 0..100; None for what only helps models.
        speed: Times real time, as jobs here were; None where there was none.
        unpinned: Repositories whose commit the release does not name.
    """

    name: str
    title: str
    presence: str
    size_bytes: int
    missing_bytes: int
    licences: tuple[str, ...]
    fits: bool
    why_not: str
    quality: int | None
    speed: float | None
    unpinned: tuple[str, ...]


def model_rows(store: WeightStore, manager: ModelManager) -> list[ModelRow]:
    """All models and what helps them, the best first."""
    rows = [_helper_row(name, store) for name in installables() if name not in BACKENDS.names()]
    for name in BACKENDS.names():
        try:
            needs = manager.get_model_requirements(name)
        except ImportError:
            continue  # told in the log by whoever loads all models
        weights = needs["weights"]
        missing = store.state(BACKENDS.load(name).spec).missing_bytes
        rows.append(
            ModelRow(
                name=name,
                title=needs["title"],
                presence=IN_A_CLOUD
                if needs["cloud"]
                else _presence([one["presence"] for one in weights]),
                size_bytes=needs["disk_bytes"],
                missing_bytes=missing,
                licences=tuple(
                    dict.fromkeys([needs["licence"], *(one["licence"] for one in weights)])
                ),
                fits=needs["fits"],
                why_not=needs["why_not"],
                quality=needs["quality"],
                speed=manager.measured_speed(name),
                unpinned=tuple(
                    one["repository"] for one in weights if one["revision"] == NOT_PINNED
                ),
            )
        )
    return sorted(rows, key=lambda row: (-(row.quality or -1), row.name))


def _helper_row(name: str, store: WeightStore) -> ModelRow:
    model = installables()[name]
    state = store.state(model)
    return ModelRow(
        name=name,
        title="helps models to see",
        presence=state.presence.value,
        size_bytes=state.size_bytes,
        missing_bytes=state.missing_bytes,
        licences=tuple(dict.fromkeys(part.licence for part in model.weights)),
        fits=True,
        why_not="",
        quality=None,
        speed=None,
        unpinned=(),
    )


def _presence(parts: Sequence[str]) -> str:
    if not parts:
        return "built in"
    found = set(parts)
    return found.pop() if len(found) == 1 else Presence.PARTIAL.value


def models_table(rows: Sequence[ModelRow]) -> "Table":
    """Models as a table."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    titles = ("model", "weights", "size", "licence", "runs here", "quality", "speed")
    table = Table(*titles, box=box.ROUNDED)
    for row in rows:
        size = size_text(row.size_bytes) if row.size_bytes else ""
        if row.presence == Presence.PARTIAL.value:
            size += f"\n{size_text(row.missing_bytes)} missing"
        loose = "\nnot pinned by the release" if row.unpinned else ""
        cells = (
            row.name,
            row.presence + loose,
            size,
            "\n".join(licence.removeprefix("LicenseRef-") for licence in row.licences),
            _runs_here(row),
            "" if row.quality is None else str(row.quality),
            "" if row.speed is None else f"{row.speed:.2g} x real time",
        )
        table.add_row(*map(Text, cells))
    return table


def _runs_here(row: ModelRow) -> str:
    """Whether a model runs on this machine, or why not."""
    if row.presence == IN_A_CLOUD:
        return "for money"
    return "yes" if row.fits else row.why_not.rpartition(": ")[2]


def added_table(store: WeightStore) -> "Table":
    """A person's own weights as a table."""
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table("own weights", "kind", "file", box=box.ROUNDED)
    for entry in store.added():
        table.add_row(Text(entry.name), entry.kind, Text(str(entry.path)))
    return table
