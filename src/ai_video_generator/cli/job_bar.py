"""A progress bar with a line below it that tells what the machine does."""

from collections.abc import Iterable

from rich.console import Console, RenderableType
from rich.progress import Progress, ProgressColumn
from rich.text import Text


class JobBar(Progress):
    """A bar that goes away at the end.

    Args:
        columns: Of the bar.
        console: Where it is drawn.

    Attributes:
        machine: The line below the bar, drawn when it is not empty.
    """

    def __init__(self, *columns: ProgressColumn, console: Console) -> None:
        self.machine = Text()
        super().__init__(*columns, console=console, transient=True)

    def get_renderables(self) -> Iterable[RenderableType]:
        """The bar, and the line below it."""
        yield from super().get_renderables()
        if self.machine:
            yield self.machine
