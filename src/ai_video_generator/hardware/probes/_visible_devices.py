"""Which GPUs ``CUDA_VISIBLE_DEVICES`` and its like leave, and in which order.

CUDA C++ Programming Guide, "CUDA Environment Variables", and ROCm's "GPU isolation techniques":
numbers, or beginnings of UUIDs as the makers' tools print them; the list ends at the first entry
that names no GPU.
"""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A GPU, or a slice of one, that could be visible.

    Attributes:
        board: Number of the whole GPU in the order of the PCI bus.
        uuid: "GPU-…" or "MIG-…".
    """

    board: int
    uuid: str


def visible_positions(candidates: Sequence[Candidate], variable: str | None) -> tuple[int, ...]:
    """Positions of the visible candidates, in the order in which they are counted.

    Args:
        candidates: In the order of the PCI bus, slices in place of the GPU they are cut from.
        variable: Value of the environment variable; None when it is not set.
    """
    if variable is None:
        return tuple(range(len(candidates)))
    found: list[int] = []
    for word in variable.split(","):
        position = _position(candidates, word.strip())
        if position is None or position in found:
            break
        found.append(position)
    return tuple(found)


def _position(candidates: Sequence[Candidate], word: str) -> int | None:
    """The candidate that a number or the beginning of a UUID names; the first slice of a board."""
    for position, candidate in enumerate(candidates):
        if word.isdecimal():
            if int(word) == candidate.board:
                return position
        elif word.startswith(("GPU-", "MIG-")) and candidate.uuid.startswith(word):
            return position
    return None
