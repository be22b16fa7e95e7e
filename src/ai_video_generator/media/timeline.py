"""Exact time: rates and durations are fractions; nothing drifts, however long the sound is."""

import re
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, isfinite

from ai_video_generator.errors import SettingsError

_NTSC_NUMERATORS = (24_000, 30_000, 48_000, 60_000, 120_000)
# The rates that television writes rounded: 23.976, 29.97, 47.952, 59.94 and 119.88 are n/1001
# (SMPTE ST 12-1).

MIN_FRAME_RATE, MAX_FRAME_RATE = Fraction(1), Fraction(240)
# Below one frame a second it is a slide, above 240 no player and no screen follows.


_RATE = re.compile(r"\d{1,9}(\.\d{0,9}|/\d{1,9})?", re.ASCII)
# Nothing else that `Fraction` reads: "1e999999999" would keep it busy for hours.


def parse_frame_rate(text: str) -> Fraction:
    """Read ``24``, ``23.976``, ``29.97`` or ``30000/1001`` as an exact rate.

    Decimal rates within 0.005 of an NTSC rate become that rate: ``23.976`` is 24000/1001, not
    2997/125.

    Args:
        text: Frames per second, 1..240 inclusive.

    Raises:
        SettingsError: When it is not a rate in that range.
    """
    hint = "write frames per second as 24, 29.97 or 30000/1001, from 1 to 240"
    compact = "".join(text.split())
    if not _RATE.fullmatch(compact):
        raise SettingsError(f"frame rate {text!r} is not a number", hint=hint)
    try:
        rate = Fraction(compact)
    except ZeroDivisionError as error:
        raise SettingsError(f"frame rate {text!r} divides by zero", hint=hint) from error
    if "/" not in compact and rate.denominator != 1:
        for numerator in _NTSC_NUMERATORS:
            if abs(rate - Fraction(numerator, 1001)) < Fraction(5, 1000):
                rate = Fraction(numerator, 1001)
    if not MIN_FRAME_RATE <= rate <= MAX_FRAME_RATE:
        raise SettingsError(f"frame rate {text!r} is out of range", hint=hint)
    return rate


def rate_text(rate: Fraction) -> str:
    """Write a rate as people do: ``30``, ``23.976``, ``29.97``."""
    return f"{float(rate):.3f}".rstrip("0").rstrip(".")


def clock_text(seconds: float) -> str:
    """Write seconds as a clock shows them: ``0:07``, ``3:25``, ``1:02:03``."""
    if not isfinite(seconds):
        return "?"
    minutes, second = divmod(round(seconds), 60)
    hours, minute = divmod(minutes, 60)
    return f"{hours}:{minute:02d}:{second:02d}" if hours else f"{minute}:{second:02d}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    """The frames of one video.

    Attributes:
        frame_rate: Frames per second, exact.
        frame_count: Number of frames, at least 1.
    """

    frame_rate: Fraction
    frame_count: int

    @classmethod
    def covering(cls, duration_s: Fraction, frame_rate: Fraction) -> "Timeline":
        """The shortest timeline that covers a sound: ceil(duration x rate) frames.

        So 0 <= video - sound < one frame, whatever the rate.
        """
        return cls(frame_rate=frame_rate, frame_count=max(1, ceil(duration_s * frame_rate)))

    @property
    def duration_s(self) -> Fraction:
        """Exact length in seconds."""
        return self.frame_count / self.frame_rate

    def time_s(self, frame_index: int) -> Fraction:
        """Exact time at which a frame begins."""
        return frame_index / self.frame_rate
