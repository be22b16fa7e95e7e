"""Every error the program raises on purpose, and what each one lets the caller do.

::

    AIVideoError                          exit  1
    ├── InputError (ValueError)           exit  3   what was given is wrong; no plan helps
    │   ├── ImageUnreadableError
    │   ├── AudioUnreadableError
    │   ├── SettingsError
    │   ├── StoryboardError
    │   ├── OutputPathError
    │   ├── SpendLimitError
    │   └── RequestImpossibleError
    ├── EnvironmentProblemError           exit  4   this machine lacks what can be put right
    │   ├── DependencyMissingError
    │   ├── CredentialsMissingError
    │   └── DiskFullError
    ├── WeightsError                      exit  5   a model's files
    │   ├── WeightsMissingError
    │   ├── WeightsCorruptError
    │   └── DownloadError
    ├── RenderError                       exit  6   a backend failed
    │   ├── DeviceMemoryError
    │   ├── DeviceLostError
    │   ├── NumericalError
    │   ├── TimeLimitError
    │   └── CloudError
    ├── EncodingError                     exit  7   the file could not be written
    │   └── SoundMismatchError
    ├── TrainingError                     exit  8
    └── CancelledError                    exit 130  the person stopped it

The message says what failed, with the value; ``hint`` is the one thing to do about it; ``recovery``
is what the program itself may try next.
"""

from enum import StrEnum
from typing import Any, ClassVar


class Recovery(StrEnum):
    """What the program may try after an error, weakest change first."""

    NONE = "none"
    SMALLER = "smaller"
    OTHER_DEVICE = "other device"
    MORE_PRECISE = "more precise"
    OTHER_MODEL = "other model"
    OTHER_ENCODER = "other encoder"
    ENCODE_SOUND = "encode the sound"
    REDUCED_QUALITY = "reduced quality"


class AIVideoError(Exception):
    """Base of all errors raised on purpose.

    Args:
        message: What failed, with the value; lower case, no full stop.
        hint: The one thing a person can do; empty when there is none.

    Attributes:
        attempts: What a job tried before it failed (`core.result.Attempt`), in order; empty
            elsewhere, and not kept when the error is pickled.
        stages: What took how long in it (`progress_tracker.StageTime`), in the same way.
    """

    exit_code: ClassVar[int] = 1
    recovery: ClassVar[Recovery] = Recovery.NONE

    def __init__(self, message: str = "", *, hint: str = "") -> None:
        super().__init__(message)
        self.hint = hint
        self.attempts: tuple[Any, ...] = ()
        self.stages: tuple[Any, ...] = ()

    def __reduce__(self) -> tuple[type["AIVideoError"], tuple[str], dict[str, Any]]:
        """Pickle with the hint, so that an error crosses a process boundary whole."""
        return (type(self), (str(self),), {"hint": self.hint})


class InputError(AIVideoError, ValueError):
    """What was given or asked is wrong; no other plan would help."""

    exit_code = 3


class ImageUnreadableError(InputError):
    """The picture cannot be read, or is larger than any real picture."""


class AudioUnreadableError(InputError):
    """The sound cannot be decoded, or holds no sample."""


class SettingsError(InputError):
    """A setting in a file, the environment or a flag is not a legal value."""


class StoryboardError(InputError):
    """A storyboard does not describe frames that can be made."""


class OutputPathError(InputError):
    """The finished file cannot go where it was asked to go."""


class SpendLimitError(InputError):
    """The job would cost more than was allowed; nothing was sent."""


class RequestImpossibleError(InputError):
    """No plan on any machine fulfils the request."""


class EnvironmentProblemError(AIVideoError):
    """This machine lacks something that a person can put right."""

    exit_code = 4


class DependencyMissingError(EnvironmentProblemError):
    """A package that this job needs is not installed."""

    recovery = Recovery.OTHER_MODEL


class CredentialsMissingError(EnvironmentProblemError):
    """A service needs a key that was not given."""

    recovery = Recovery.OTHER_MODEL


class DiskFullError(EnvironmentProblemError):
    """There is not enough room where the file must go."""


class WeightsError(AIVideoError):
    """A model's files are not usable."""

    exit_code = 5
    recovery = Recovery.OTHER_MODEL


class WeightsMissingError(WeightsError):
    """A model's files are not installed."""


class WeightsCorruptError(WeightsError):
    """A model's files differ from what was published."""


class DownloadError(WeightsError):
    """A model's files could not be fetched."""


class RenderError(AIVideoError):
    """A backend failed while it made frames."""

    exit_code = 6
    recovery = Recovery.OTHER_MODEL


class DeviceMemoryError(RenderError):
    """The device has too little free memory for this plan.

    Args:
        message: What failed, with the value; lower case, no full stop.
        hint: The one thing a person can do; empty when there is none.
        asked_bytes: What was asked for when it failed; None when it was not told.
        free_bytes: What was free then; None when it was not told.
    """

    recovery = Recovery.SMALLER

    def __init__(
        self,
        message: str = "",
        *,
        hint: str = "",
        asked_bytes: int | None = None,
        free_bytes: int | None = None,
    ) -> None:
        super().__init__(message, hint=hint)
        self.asked_bytes, self.free_bytes = asked_bytes, free_bytes

    def __reduce__(self) -> tuple[type[AIVideoError], tuple[str], dict[str, Any]]:
        """Pickle with the figures, too."""
        kind, arguments, state = super().__reduce__()
        figures = {"asked_bytes": self.asked_bytes, "free_bytes": self.free_bytes}
        return kind, arguments, {**state, **figures}


class DeviceLostError(RenderError):
    """The device stopped answering."""

    recovery = Recovery.OTHER_DEVICE


class NumericalError(RenderError):
    """The frames are not a picture.

    They are NaN, black, flat, frozen or flashing without reason in the source.
    """

    recovery = Recovery.MORE_PRECISE


class TimeLimitError(RenderError):
    """The job did not finish within its time limit."""

    recovery = Recovery.REDUCED_QUALITY


class CloudError(RenderError):
    """A cloud service refused or failed."""


class EncodingError(AIVideoError):
    """The video file could not be written, or is not what it should be."""

    exit_code = 7
    recovery = Recovery.OTHER_ENCODER


class SoundMismatchError(EncodingError):
    """Picture and sound of the finished file differ by a frame or more."""

    recovery = Recovery.ENCODE_SOUND


class TrainingError(AIVideoError):
    """A training run failed."""

    exit_code = 8


class CancelledError(AIVideoError):
    """The person stopped the job; nothing half-finished is left behind."""

    exit_code = 130
