"""A terminal and a clock, as displays see them."""

import io


class Terminal(io.StringIO):
    """Something to write to that says it is a terminal."""

    def isatty(self) -> bool:
        """Say so."""
        return True


class Clock:
    """Seconds that pass when told to."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Seconds since it was made."""
        return self.now_s
