"""The contract of a backend."""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import ClassVar

from ai_video_generator.config.choices import Fit
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry
from ai_video_generator.storyboard.picture_notes import PictureNotes
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
        frames: Which frames of the storyboard to make, one after another; None makes all.
        frame_rate: Frames a second: rain falls as fast at 60 of them as at 24.
        notes: What was seen in each picture, in the order of the pictures; fewer, or None, where
            nothing is known.
    """

    pictures: Sequence[Picture]
    storyboard: Storyboard
    size: Resolution
    fit: Fit
    worker_count: int = 1
    frames: range | None = None
    frame_rate: Fraction = Fraction(30)
    notes: Sequence[PictureNotes | None] = ()

    @property
    def wanted(self) -> range:
        """The frames to make."""
        return range(self.storyboard.frame_count) if self.frames is None else self.frames


class BaseModel(ABC):
    """Makes frames: ``load`` once, ``generate`` as often as wanted, ``close``."""

    spec: ClassVar[ModelSpec]

    @abstractmethod
    def load(self, plan: Plan) -> None:
        """Get ready; called once before ``generate``.

        Args:
            plan: Where and how to compute: device, precision, offload, passes.

        Raises:
            WeightsError: When the model's files are not usable.
            DeviceMemoryError: When the device has too little memory for them.
        """

    @abstractmethod
    def generate(self, scene: Scene) -> FrameStream:
        """Make the frames, in order, one at a time.

        Exactly the frames ``scene.wanted``, of ``scene.size``. Closing the stream early
        ends all work on it. The same scene gives the same frames, bit for bit, whatever
        ``worker_count`` is, and a camera's frames do not depend on which others are made.

        Raises:
            RenderError: When a frame cannot be made.
        """

    def close(self) -> None:
        """Give back what ``load`` took; may be called more than once, and without ``load``."""


BACKENDS: Registry[type[BaseModel]] = Registry(
    package="ai_video_generator.models", attribute="BACKEND", excluded=frozenset({"base_model"})
)
"""All backends: the files of this folder, and entry points of the group of its dotted name."""
