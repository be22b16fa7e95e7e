"""Rows of numbers over any length of time, in memory that does not grow with it."""

from array import array
from collections.abc import Callable, Mapping
from math import isnan, nan

Pair = Callable[[float, float], float]
"""What two numbers that stand next to each other become."""


class BoundedColumns:
    """Keeps at most so many rows: when there are more, each two neighbours become one.

    From then on the rows that come are put together as well, so that all stand for the same time.

    Args:
        limit: Most rows that are kept, at least 2.
        largest: Endings of the columns of which the largest value is kept; of the others it is the
            mean.
    """

    def __init__(self, limit: int, largest: tuple[str, ...] = ()) -> None:
        self._limit, self._largest = limit, largest
        self._columns: dict[str, array[float]] = {}
        self._count = 0
        self._together = 1
        self._last = 0

    def __len__(self) -> int:
        return self._count

    def add(self, row: Mapping[str, float | None]) -> None:
        """Add a row; a column may be new, or absent, and a value unknown."""
        if 0 < self._last < self._together:
            self._mix(row)
            return
        if self._count >= self._limit:
            self._halve()
        for name in row:
            if name not in self._columns:
                self._columns[name] = array("d", [nan]) * self._count
        for name, column in self._columns.items():
            value = row.get(name)
            column.append(nan if value is None else value)
        self._count += 1
        self._last = 1

    def columns(self) -> dict[str, tuple[float | None, ...]]:
        """All columns by name, of the same length; None where a value is unknown."""
        return {
            name: tuple(None if isnan(value) else value for value in column)
            for name, column in self._columns.items()
        }

    def _mix(self, row: Mapping[str, float | None]) -> None:
        """Put a row together with the last one, which stands for several already."""
        for name, value in row.items():
            if name not in self._columns:
                self._columns[name] = array("d", [nan]) * self._count
            if value is None:
                continue
            before = self._columns[name][-1]
            mean = before + (value - before) / (self._last + 1)
            one = max(before, value) if self._is_largest(name) else mean
            self._columns[name][-1] = value if isnan(before) else one
        self._last += 1

    def _halve(self) -> None:
        for name, column in self._columns.items():
            is_largest = self._is_largest(name)
            self._columns[name] = array(
                "d",
                (
                    _pair(column[i], column[min(i + 1, self._count - 1)], is_largest=is_largest)
                    for i in range(0, self._count, 2)
                ),
            )
        self._count = (self._count + 1) // 2
        self._together *= 2

    def _is_largest(self, name: str) -> bool:
        return name.endswith(self._largest)


def _pair(one: float, two: float, *, is_largest: bool) -> float:
    if isnan(one) or isnan(two):
        return two if isnan(one) else one
    return max(one, two) if is_largest else (one + two) / 2
