"""Every option, declared once: flags, checks, tables and reference pages grow from the fields."""

import re
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict

from ai_video_generator.config.amounts import checked_size_bytes, checked_time_limit, time_limit_s
from ai_video_generator.config.choices import (
    Codec,
    Fit,
    Notify,
    Order,
    Quality,
    SoundMode,
    Style,
    Tier,
)
from ai_video_generator.config.option_field import (
    AUTO,
    CHOICE,
    EXPANDED,
    OR_AUTO,
    TEXT,
    option,
)
from ai_video_generator.errors import SettingsError
from ai_video_generator.media.resolution import NAMED_SIZES, Resolution, parse_size
from ai_video_generator.media.timeline import parse_frame_rate

_DEVICE = re.compile(r"(cuda|rocm|mps|xpu):\d{1,3}", re.ASCII)

_URL = re.compile(r"https?://[^/\s]+", re.IGNORECASE)

_MAX_SEED = 2**32 - 1
# The largest seed that every common random generator takes (NumPy's legacy one stops here).


def named_values(text: str) -> dict[str, str]:
    """Read ``steps=20, fps=8``.

    Raises:
        SettingsError: When a part is no name and value.
    """
    found: dict[str, str] = {}
    for part in filter(None, map(str.strip, text.split(","))):
        name, sign, value = part.partition("=")
        if not sign or not name.strip() or not value.strip():
            raise SettingsError(f"{part!r} is no option", hint="write name=value, as in steps=20")
        found[name.strip().lower().replace("-", "_")] = value.strip()
    return found


def checked_pairs(text: str) -> str:
    """Options as they are kept: one way to write them."""
    return ", ".join(f"{name}={value}" for name, value in named_values(text).items())


def _checked_size(text: str) -> str:
    return AUTO if text.lower() == AUTO else str(parse_size(text))


def _checked_rate(text: str) -> str:
    return AUTO if text.lower() == AUTO else str(parse_frame_rate(text))


def _checked_limit(text: str) -> str:
    return AUTO if text.lower() == AUTO else checked_time_limit(text)


def _checked_device(text: str) -> str:
    name = text.lower()
    if name != AUTO and not _DEVICE.fullmatch(name):
        raise SettingsError(f"{text!r} is no device", hint="aivg hardware names them: cuda:0")
    return name


def _checked_url(text: str) -> str:
    if text and not _URL.match(text):
        raise SettingsError(f"{text!r} is no address", hint="begin with https:// or http://")
    return text


class JobOptions(BaseModel):
    """What can be asked of one job; each field is a keyword of the library and a flag."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    size: Annotated[str, AfterValidator(_checked_size), TEXT] = option(
        AUTO,
        "Size of the video; auto takes the largest that this machine makes in time.",
        allowed=f"auto, an even size such as 1920x1080, {', '.join(NAMED_SIZES)}",
        unit="pixels",
    )
    fps: Annotated[str, AfterValidator(_checked_rate), TEXT] = option(
        AUTO,
        "Frame rate; auto takes the highest that this machine makes in time.",
        allowed="auto, 24, 23.976, 30000/1001, from 1 to 240",
        unit="frames per second",
    )
    fit: Annotated[Fit, CHOICE] = option(
        Fit.AUTO, "How a picture of one shape fills a frame of another."
    )
    quality: Annotated[Quality, CHOICE] = option(
        Quality.AUTO, "How much time may be spent for a better picture."
    )
    codec: Annotated[Codec | None, OR_AUTO, CHOICE] = option(
        None, "How the video is compressed; auto takes what the file type plays everywhere."
    )
    sound: Annotated[SoundMode, CHOICE] = option(
        SoundMode.AUTO,
        "What happens to the sound; auto copies it bit for bit where its length stays exact.",
    )
    style: Annotated[Style, CHOICE] = option(
        Style.AUTO, "How the video is directed; auto takes what suits the sound."
    )
    order: Annotated[Order, CHOICE] = option(
        Order.GIVEN, "In which order several pictures are shown."
    )
    storyboard: Annotated[Path | None, EXPANDED, OR_AUTO] = option(
        None,
        "A storyboard to follow, as `aivg storyboard` writes it; auto directs anew.",
        allowed="auto, or a JSON file",
    )
    seed: int = option(
        0, "The same seed and the same inputs give the same video.", ge=0, le=_MAX_SEED
    )
    prompt: Annotated[str, TEXT] = option(
        "",
        "What the video should show, for models that take words.",
        allowed="a sentence or two",
        max_length=2000,
    )
    negative_prompt: Annotated[str, TEXT] = option(
        "", "What it should not show.", allowed="a few words", max_length=2000
    )
    model_options: Annotated[str, AfterValidator(checked_pairs), TEXT] = option(
        "",
        "Options that only the model has, as docs/models.md lists them.",
        allowed="name=value, several with commas between them: steps=20, fps=8",
    )
    tier: Annotated[Tier | None, OR_AUTO, CHOICE] = option(
        None, "Plan as for a machine of this strength; auto asks the machine."
    )
    model: Annotated[str, TEXT] = option(
        AUTO,
        "What makes the frames; auto takes the best that this machine can run.",
        allowed="auto, or the name of an installed model",
        min_length=1,
    )
    gpu: Annotated[str, AfterValidator(_checked_device), TEXT] = option(
        AUTO,
        "The only GPU to use, as `aivg hardware` names it.",
        allowed="auto, or a device such as cuda:1",
    )
    cpu: bool = option(False, "Leave GPUs alone; frames are made on the processor.")
    lowvram: bool = option(
        False, "Use as little of a GPU's memory as a model can, which takes longer."
    )
    reserve_vram: Annotated[str, AfterValidator(checked_size_bytes), TEXT] = option(
        "0",
        "Memory of a GPU to leave free for other programs, beyond the usual margin.",
        allowed="a size such as 2GB, 500MB",
    )
    time_limit: Annotated[str, AfterValidator(_checked_limit), TEXT] = option(
        AUTO,
        "Longest time that the job may take; auto takes what the quality allows.",
        allowed="auto, 90s, 30m, 1h30m, or 2x for twice the sound's length",
    )
    fallback: bool = option(
        True, "Try the next best plan when one fails; every change is told and written down."
    )
    resume: bool = option(
        True,
        "Go on with finished passes of an earlier run that was stopped, and keep them for a later "
        "one; otherwise all are made anew, and none is kept.",
    )
    silence_limit: Annotated[float | None, OR_AUTO] = option(
        None,
        "How long a model on a GPU may give no sign of life before it is ended; auto takes ten "
        "minutes, or longer where a pass is expected to take longer.",
        unit="seconds",
        gt=0,
    )
    max_temperature: Annotated[int | None, OR_AUTO] = option(
        None,
        "Pause while the GPU is hotter than this; auto never does.",
        allowed="auto, or a whole number from 40 to 110",
        unit="degrees Celsius",
        ge=40,
        le=110,
    )
    ratings: bool = option(
        True,
        "Let what was rated well go first, where the planner would as soon take the one as the "
        "other.",
    )
    threads: int = option(
        0, "Processor cores to use; 0 uses all that this process may.", unit="cores", ge=0
    )
    software_encoding: bool = option(False, "Leave hardware video encoders alone.")
    spend_limit: float = option(
        0.0,
        "The most that a cloud may charge for the video; 0 asks at a terminal, and refuses "
        "elsewhere.",
        allowed="an amount such as 5 or 2.50",
        unit="dollars",
        ge=0,
    )
    cloud_requests: int = option(
        2,
        "Requests that a cloud works on at the same time; accounts have limits of their own.",
        unit="requests",
        ge=1,
        le=20,
    )
    overwrite: bool = option(False, "Replace the output file if it exists.")

    def time_limit_s(self, sound_duration_s: float) -> float | None:
        """Seconds that the job may take; None leaves it to the quality."""
        return None if self.time_limit == AUTO else time_limit_s(self.time_limit, sound_duration_s)

    @property
    def asked_model_options(self) -> dict[str, str]:
        """The model's own options, by name."""
        return named_values(self.model_options)

    @property
    def asked_size(self) -> Resolution | None:
        """The size asked for; None leaves it to the planner."""
        return None if self.size == AUTO else parse_size(self.size)

    @property
    def asked_frame_rate(self) -> Fraction | None:
        """The frame rate asked for, exact; None leaves it to the planner."""
        return None if self.fps == AUTO else parse_frame_rate(self.fps)


class RunOptions(BaseModel):
    """What a run of the program tells others; each field is a flag of the commands that work."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)

    notify: Annotated[Notify, CHOICE] = option(
        Notify.AUTO,
        "Show a notification on the desktop at the end; auto does after more than a minute.",
    )
    on_done: Annotated[str, TEXT] = option(
        "",
        "A command to run at the end, whether all went well or not; it finds what became of the "
        "work in AIVG_STATE, AIVG_PATH and other variables.",
        allowed="a command line",
    )
    webhook: Annotated[str, AfterValidator(_checked_url), TEXT] = option(
        "",
        "An address to send a JSON document to at the end, whether all went well or not.",
        allowed="an address that begins with https:// or http://",
    )
    metrics_port: int = option(
        0,
        "Serve measurements for Prometheus on this port of this computer while working; 0 does "
        "not.",
        ge=0,
        le=65535,
    )


class LogFormat(StrEnum):
    """How the log file is written."""

    TEXT = "text"
    JSON = "json"


class Settings(JobOptions, RunOptions):
    """All settings: those of a job, of a run, and of the program itself."""

    cache_folder: Annotated[Path | None, EXPANDED, OR_AUTO] = option(
        None,
        "Where measured speeds and finished passes are kept; auto takes the system's cache folder.",
        allowed="auto, or a folder",
    )
    data_folder: Annotated[Path | None, EXPANDED, OR_AUTO] = option(
        None,
        "Where the queue, the history and the ratings are kept; auto takes the system's data "
        "folder.",
        allowed="auto, or a folder",
    )
    log_folder: Annotated[Path | None, EXPANDED, OR_AUTO] = option(
        None, "Where log files go; auto takes the system's log folder.", allowed="auto, or a folder"
    )
    cloud_models: Annotated[Path | None, EXPANDED, OR_AUTO] = option(
        None,
        "A table of models of clouds, beside or in place of the release's, as docs/clouds.md shows "
        "it; auto takes the release's.",
        allowed="auto, or a JSON file",
    )
    cloud_url: Annotated[str, AfterValidator(_checked_url), TEXT] = option(
        "",
        "Address that a cloud is asked at instead of its own, such as a proxy's.",
        allowed="an address that begins with https:// or http://",
    )
    log_format: Annotated[LogFormat, CHOICE] = option(
        LogFormat.TEXT, "How the log file is written: lines of text, or of JSON."
    )
