"""What backends of clouds share: scenes become requests, their videos become frames."""

import tempfile
from abc import abstractmethod
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Any, ClassVar

from pydantic import BaseModel as Options
from pydantic import ConfigDict, Field

from ai_video_generator.config.cloud_profile import CloudChoice
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.models._cloud_book import Book
from ai_video_generator.models._cloud_clip import check_clip, clip_frames, png, still
from ai_video_generator.models._cloud_desk import Desk
from ai_video_generator.models._cloud_order import Order, Service
from ai_video_generator.models._cloud_pace import Pace
from ai_video_generator.models._cloud_sound import part_of_sound
from ai_video_generator.models._cloud_words import words
from ai_video_generator.models.base_model import (
    NO_SUPPLIES,
    BaseModel,
    CloudTerms,
    Purse,
    Scene,
    StepReport,
    Supplies,
    read_options,
)
from ai_video_generator.planning.plan import Plan

_STEPS = 100
# Clouds tell progress as a share; a person sees it in per cent.


class CloudOptions(Options):
    """Options of a cloud's backend."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    model: Annotated[str, Field(description="Which of its models; empty takes the usual one.")] = ""


class CloudBackend(BaseModel):
    """Asks a cloud for each pass; subclasses say which, and speak its language.

    Attributes:
        pace: Clock and manners.
    """

    options_class: ClassVar[type[Options]] = CloudOptions
    pace: ClassVar[Pace] = Pace()

    def __init__(self) -> None:
        self._service: Service | None = None
        self._desk: Any = None
        self._asked: Any = None
        self._terms: Any = None
        self._own_folder: tempfile.TemporaryDirectory[str] | None = None

    @abstractmethod
    def connected(self, asked: CloudChoice, url: str) -> Service:
        """A client of the cloud; nothing is sent yet.

        Args:
            asked: What the plan asks of it.
            url: Address to use instead of its own; empty takes its own.

        Raises:
            DependencyMissingError: When its package is not installed.
            CredentialsMissingError: When there is no key.
        """

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Find the key and the book of requests; nothing is sent. See `BaseModel.load`."""
        read_options(self.options_class, supplies.options, self.spec.name)
        if plan.cloud is None:
            raise RequestImpossibleError(f"a plan of {plan.model} does not say what to ask for")
        self._asked = plan.cloud
        self._terms = supplies.cloud or self._no_terms()
        self._service = self.connected(plan.cloud, self._terms.url)
        book = Book(self._terms.folder)
        book.tidy()
        self._desk = Desk(
            self._service, book, self._terms.purse, self.pace, limit=self._terms.requests
        )

    def _no_terms(self) -> CloudTerms:
        """Where nobody has allowed any money: what is free, and kept for this time alone."""
        self._own_folder = tempfile.TemporaryDirectory(prefix="aivg-cloud-")
        return CloudTerms(folder=Path(self._own_folder.name), purse=Purse(0.0))

    def expect(self, scenes: Iterator[Scene]) -> None:
        """Begin these requests early; see `BaseModel.expect`."""
        self._desk.expect(map(self.order, scenes))

    def generate(self, scene: Scene) -> FrameStream:
        """Ask for a pass, wait, and read its frames; see `BaseModel.generate`."""
        asked: CloudChoice = self._asked
        path = self._desk.clip(
            self.order(scene),
            lambda clip: check_clip(clip, scene, asked.frame),
            lambda share: self.on_step(StepReport(done=round(share * _STEPS), total=_STEPS)),
        )
        yield from clip_frames(path, scene, asked.frame)

    def order(self, scene: Scene) -> Order:
        """The request of a pass."""
        asked: CloudChoice = self._asked
        model = asked.model
        rgb = still(scene, asked.frame)
        duration_s = model.duration_s(_count_at(scene, model.frame_rate))
        sound = b""
        if model.sound_limit_s and self._terms.sound is not None:
            start_s = scene.starts_at_s + scene.wanted.start / scene.frame_rate
            length_s = min(Fraction(duration_s), Fraction(model.sound_limit_s))
            sound = part_of_sound(self._terms.sound, start_s, length_s)
        return Order(
            service=asked.service,
            model=model,
            frame=asked.frame,
            duration_s=duration_s,
            picture=png(rgb),
            picture_digest=pixel_digest(rgb),
            prompt=words(scene, model.prompt_letters),
            seed=scene.seed,
            sound=sound,
        )

    def close(self) -> None:
        """Close the connection; tasks go on, and are found again by the next run."""
        if self._service is not None:
            self._service.close()
            self._service = None
        if self._own_folder is not None:
            self._own_folder.cleanup()
            self._own_folder = None


def _count_at(scene: Scene, rate: Fraction) -> int:
    """Frames of a cloud's rate that span a pass."""
    return int(-(-(len(scene.wanted) - 1) * rate // scene.frame_rate)) + 1


def pixel_digest(rgb: Any) -> str:
    """SHA-256 of a picture's pixels, hexadecimal: the same whoever packs it."""
    import hashlib

    return hashlib.sha256(rgb.tobytes()).hexdigest()
