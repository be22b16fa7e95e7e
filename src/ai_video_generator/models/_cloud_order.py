"""What is asked of a cloud for one pass: a picture, words, a length; the same of all clouds."""

import hashlib
import json
from dataclasses import dataclass, field
from typing import Protocol

from ai_video_generator.config.cloud_profile import CloudModel
from ai_video_generator.errors import CloudError
from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Order:
    """One request.

    Attributes:
        service: The cloud's backend.
        model: Which model.
        frame: Size of the video.
        duration_s: Its length, seconds.
        picture: The first frame, a PNG file.
        picture_digest: SHA-256 of its pixels, hexadecimal.
        prompt: Words; may be empty.
        seed: 0 to 2^32 - 1.
        sound: A WAV file that the model follows; empty without one.
    """

    service: str
    model: CloudModel
    frame: Resolution
    duration_s: int
    picture: bytes = field(repr=False)
    picture_digest: str
    prompt: str
    seed: int
    sound: bytes = field(default=b"", repr=False)

    @property
    def usd(self) -> float:
        """What it should cost, dollars."""
        return self.duration_s * self.model.usd_per_second

    @property
    def digest(self) -> str:
        """What it is known by: the same request has the same, on any machine and version."""
        told = [
            self.service,
            self.model.name,
            str(self.frame),
            self.duration_s,
            self.picture_digest,
            self.prompt,
            self.seed if self.model.takes_seed else None,
            hashlib.sha256(self.sound).hexdigest() if self.sound else "",
            self.model.extra,
        ]
        return hashlib.sha256(json.dumps(told).encode()).hexdigest()[:_DIGEST_LETTERS]


_DIGEST_LETTERS = 32
# Half of a SHA-256: no two of a billion requests share it.


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskState:
    """How far a task is.

    Attributes:
        is_over: Whether it has ended, well or not.
        progress: Share that is done, 0..1.
        urls: Where its result is; these addresses may expire.
        charged_usd: What it has cost; None where it is not told.
        failure: Why it failed; None while it works, and when it went well.
    """

    is_over: bool
    progress: float = 0.0
    urls: tuple[str, ...] = ()
    charged_usd: float | None = None
    failure: CloudError | None = None


class Service(Protocol):
    """One cloud: three questions, and its errors in our words."""

    def create(self, order: Order) -> str:
        """Ask for a video; its task's name.

        Raises:
            UnansweredError: When it is not known whether the request has arrived.
            NotNow: When it was turned away for the moment.
            CloudError: When it was refused.
            CredentialsMissingError: When the key is not accepted.
        """

    def look(self, task: str) -> TaskState:
        """How far a task is.

        Raises:
            TaskGoneError: When there is no such task any more.
            NotNow: When it cannot be told for the moment.
            CloudError: When it is refused.
            CredentialsMissingError: When the key is not accepted.
        """

    def close(self) -> None:
        """Give connections back."""


class NotNow(Exception):  # noqa: N818 - no error: it is tried again
    """A request was turned away for the moment, and may be sent again.

    Args:
        said: What the cloud said.
        wait_s: How long it asks to wait; None leaves it open.
        hint: What a person can do when it stays so.
    """

    def __init__(self, said: str, *, wait_s: float | None = None, hint: str = "") -> None:
        super().__init__(said)
        self.wait_s, self.hint = wait_s, hint


class UnansweredError(CloudError):
    """A request was sent, and the answer never came: a task may be running, unknown to us."""


class TaskGoneError(CloudError):
    """A task that was written down is no longer known to the cloud."""
