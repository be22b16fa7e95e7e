"""The contract of a backend."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from types import TracebackType
from typing import ClassVar, Self

from ai_video_generator.config.choices import Fit
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.registry import Registry
from ai_video_generator.storyboard.storyboard import Storyboard


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Scene:
    """Everything a backend needs to make a video.

    Attributes:
        pictures: The pictures that the storyboard's shots refer to.
        storyboard: What the camera does.
        size: Size of the frames to make; even sides.
        fit: How pictures fill the frame; AUTO lets each have its own way.
        worker_count: Frames to make at the same time, at least 1.
    """

    pictures: Sequence[Picture]
    storyboard: Storyboard
    size: Resolution
    fit: Fit
    worker_count: int = 1


class BaseModel(ABC):
    """Makes frames. A context manager: what ``load`` takes, ``close`` gives back."""

    spec: ClassVar[ModelSpec]

    @abstractmethod
    def load(self) -> None:
        """Get ready; called once before ``generate``."""

    @abstractmethod
    def generate(self, scene: Scene) -> FrameStream:
        """Make the frames, in order, one at a time.

        Exactly ``scene.storyboard.frame_count`` frames of ``scene.size``. Closing the stream early
        ends all work on it. The same scene gives the same frames, bit for bit, whatever
        ``worker_count`` is.

        Raises:
            RenderError: When a frame cannot be made.
        """

    def close(self) -> None:
        """Give back what ``load`` took; may be called more than once."""

    def __enter__(self) -> Self:
        self.load()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


BACKENDS: Registry[type[BaseModel]] = Registry(
    package="ai_video_generator.models", attribute="BACKEND", excluded=frozenset({"base_model"})
)
"""All backends: the files of this folder, and entry points of the group of its dotted name."""
