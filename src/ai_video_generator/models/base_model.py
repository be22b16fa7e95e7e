"""The contract of a backend."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel as Options
from pydantic import ConfigDict, ValidationError

from ai_video_generator.config.choices import Fit
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.errors import CloudError, SettingsError
from ai_video_generator.media.frames import Frame, FrameStream
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
        seed: For a model that invents something: the same seed gives the same frames.
        prompt: What to show, for a model that takes words; empty leaves it to the model.
        negative_prompt: What not to show.
        continues: The last frame of the pass before in the same shot, at ``wanted.start``; None
            where a shot begins.
        starts_at_s: Where the storyboard's first frame lies in the whole sound, seconds.
        whole_prompt: What was asked of the whole video; ``prompt`` is a shot's own, if it has one.
    """

    pictures: Sequence[Picture]
    storyboard: Storyboard
    size: Resolution
    fit: Fit
    worker_count: int = 1
    frames: range | None = None
    frame_rate: Fraction = Fraction(30)
    notes: Sequence[PictureNotes | None] = ()
    seed: int = 0
    prompt: str = ""
    negative_prompt: str = ""
    continues: Frame | None = None
    starts_at_s: Fraction = Fraction(0)
    whole_prompt: str = ""

    @property
    def wanted(self) -> range:
        """The frames to make."""
        return range(self.storyboard.frame_count) if self.frames is None else self.frames


class Purse:
    """Money that one job may spend; a cloud's backend asks it before each request.

    Args:
        limit_usd: The most, dollars.

    Attributes:
        limit_usd: As given.
        spent_usd: What clouds have charged, dollars.
    """

    def __init__(self, limit_usd: float) -> None:
        self.limit_usd, self.spent_usd = limit_usd, 0.0
        self._promised_usd = 0.0

    def promise(self, usd: float) -> None:
        """Set money aside for a request that is about to be sent.

        Raises:
            CloudError: When the limit does not allow it.
        """
        due_usd = self.spent_usd + self._promised_usd + usd
        if due_usd > self.limit_usd + _CENT_PART:
            raise CloudError(
                f"the next request would bring the cost to {due_usd:.2f} $, "
                f"{self.limit_usd:.2f} $ are allowed",
                hint="allow more with --spend-limit; what is finished is not paid again",
            )
        self._promised_usd += usd

    def settle(self, promised_usd: float, charged_usd: float) -> None:
        """Note what a request has cost in the end."""
        self._promised_usd = max(0.0, self._promised_usd - promised_usd)
        self.spent_usd += charged_usd


_CENT_PART = 1e-4
# Sums of prices are not exact in binary.


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class CloudTerms:
    """On what terms a job may use a cloud.

    Attributes:
        folder: Where tasks are written down, and what they gave waits.
        purse: The money.
        url: Address to use instead of the cloud's own; empty takes its own.
        requests: Requests in the making at the same time, at least 1.
        sound: The sound of the video; None where it is not at hand.
    """

    folder: Path
    purse: Purse
    url: str = ""
    requests: int = 1
    sound: Path | None = None


Option = str | int | float | bool
"""A value of an option that only one model has."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Supplies:
    """What a backend is given on this machine, beside its plan.

    Attributes:
        weights: Folder of each part of its weights, by the part's name.
        options: The model's own options, by name; those not given are as the model likes them.
        cache_folder: For what can be made again; None keeps nothing.
        cloud: What a backend needs that asks a cloud; None for others.
    """

    weights: Mapping[str, Path] = field(default_factory=dict)
    options: Mapping[str, Option] = field(default_factory=dict)
    cache_folder: Path | None = None
    cloud: CloudTerms | None = None


NO_SUPPLIES = Supplies()


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class StepReport:
    """One step of a pass is done.

    Attributes:
        done: Steps done.
        total: Steps of the pass.
        preview: Roughly what the frames will show, ``(frame_count, height, width, 3)``, uint8,
            small; None where nothing can be shown yet.
    """

    done: int
    total: int
    preview: NDArray[np.uint8] | None = None


StepListener = Callable[[StepReport], None]


def unheard(_: StepReport) -> None:
    """Listen to nothing."""


class NoOptions(Options):
    """A model that has no options of its own."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class BaseModel(ABC):
    """Makes frames: ``load`` once, ``generate`` as often as wanted, ``close``.

    Attributes:
        options_class: Its own options: their types, limits and sentences.
        on_step: Called after each step of a pass, on the thread that generates; may raise, which
            ends the pass.
    """

    spec: ClassVar[ModelSpec]
    options_class: ClassVar[type[Options]] = NoOptions
    on_step: StepListener = staticmethod(unheard)

    @abstractmethod
    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Get ready; called once before ``generate``.

        Args:
            plan: Where and how to compute: device, precision, offload, passes.
            supplies: Where its weights are, and the model's own options.

        Raises:
            WeightsError: When the model's files are not usable.
            DeviceMemoryError: When the device has too little memory for them.
        """

    @abstractmethod
    def generate(self, scene: Scene) -> FrameStream:
        """Make the frames, in order, one at a time.

        Exactly the frames ``scene.wanted``, of ``scene.size``. Closing the stream early
        ends all work on it. The same scene gives the same frames, bit for bit, whatever
        ``worker_count`` is, and a camera's frames do not depend on which others are made. A model
        that makes passes is given one shot as a storyboard, and in ``wanted`` one pass of it.

        Raises:
            RenderError: When a frame cannot be made.
        """

    def expect(self, scenes: Iterator[Scene]) -> None:
        """Be told what will be asked for, so that it can be begun early; most have no use for it.

        Args:
            scenes: Passes that `generate` will be asked for, in order, made as they are drawn.
        """

    def close(self) -> None:
        """Give back what ``load`` took; may be called more than once, and without ``load``."""


def read_options(kind: type[Options], given: Mapping[str, Option], model: str) -> Options:
    """A model's own options, checked.

    Args:
        kind: What it takes.
        given: Values by name; text is read as what the option is.
        model: Its name.

    Raises:
        SettingsError: When there is no such option, or the value is not allowed.
    """
    try:
        return kind.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors()[0]
        name = ".".join(map(str, first["loc"]))
        raise SettingsError(
            f"{model} does not take {name}={given.get(name)!r}: {first['msg'].lower()}",
            hint=f"it takes: {', '.join(kind.model_fields) or 'nothing'}",
        ) from error


BACKENDS: Registry[type[BaseModel]] = Registry(
    package="ai_video_generator.models", attribute="BACKEND", excluded=frozenset({"base_model"})
)
"""All backends: the files of this folder, and entry points of the group of its dotted name."""
