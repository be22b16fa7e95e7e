"""Amounts as people write them: times and sizes of memory."""

import re

from ai_video_generator.errors import SettingsError

_UNITS_S = {"s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d{1,9}(?:\.\d{0,9})?)\s*([smh]?)", re.ASCII)
_TIMES = re.compile(r"(\d{1,9}(?:\.\d{0,9})?)\s*x", re.ASCII)
_AGE = re.compile(r"(\d{1,6}(?:\.\d{0,9})?)([mhdw])", re.ASCII)
_UNITS_OF_AGE_S = {"m": 60.0, "h": 3600.0, "d": 24 * 3600.0, "w": 7 * 24 * 3600.0}
_SIZE = re.compile(r"(\d{1,9}(?:\.\d{0,9})?)\s*([kmgt]?i?b?)", re.ASCII)
_UNITS_BYTES = {"": 1, "k": 10**3, "m": 10**6, "g": 10**9, "t": 10**12}
_BINARY_BYTES = {"k": 2**10, "m": 2**20, "g": 2**30, "t": 2**40}


def time_limit_s(text: str, sound_duration_s: float) -> float:
    """Read ``90``, ``90s``, ``30m``, ``1h30m`` or ``2x`` (times the sound's length) as seconds.

    Raises:
        SettingsError: When it is none of these, or 0.
    """
    compact = "".join(text.lower().split())
    if times := _TIMES.fullmatch(compact):
        seconds = float(times[1]) * sound_duration_s
    else:
        parts = list(_PART.finditer(compact))
        has_units = len(parts) == 1 or all(part[2] for part in parts)
        if "".join(part[0] for part in parts) != compact or not has_units:
            parts = []
        seconds = sum(float(part[1]) * _UNITS_S[part[2] or "s"] for part in parts)
    if not seconds > 0:
        raise SettingsError(
            f"time limit {text!r} is no time",
            hint="write 90s, 30m, 1h30m, or 2x for twice the sound's length",
        )
    return seconds


def checked_time_limit(text: str) -> str:
    """A time limit as it was written, without blanks.

    Raises:
        SettingsError: When `time_limit_s` cannot read it.
    """
    time_limit_s(text, 1.0)
    return "".join(text.lower().split())


def age_s(text: str) -> float:
    """Read ``12h``, ``30d``, ``2w`` or ``1d12h`` as seconds; a month is no unit.

    Raises:
        SettingsError: When it is none of these.
    """
    compact = "".join(text.lower().split())
    parts = list(_AGE.finditer(compact))
    if not parts or "".join(part[0] for part in parts) != compact:
        raise SettingsError(
            f"{text!r} is no age", hint="write 12h, 30d or 2w: minutes m, hours h, days d, weeks w"
        )
    return sum(float(part[1]) * _UNITS_OF_AGE_S[part[2]] for part in parts)


def size_bytes(text: str) -> int:
    """Read ``2GB``, ``500MB``, ``1.5GiB`` or a number of bytes.

    Raises:
        SettingsError: When it is none of these.
    """
    compact = "".join(text.lower().split())
    match = _SIZE.fullmatch(compact)
    if match is None:
        raise SettingsError(f"{text!r} is no size of memory", hint="write 2GB or 500MB")
    unit = match[2].rstrip("b")
    factor = _BINARY_BYTES[unit[0]] if unit.endswith("i") and unit != "i" else None
    if factor is None and unit not in _UNITS_BYTES:
        raise SettingsError(f"{text!r} is no size of memory", hint="write 2GB or 500MB")
    return round(float(match[1]) * (factor or _UNITS_BYTES[unit]))


def checked_size_bytes(text: str) -> str:
    """A size of memory as it was written, without blanks.

    Raises:
        SettingsError: When `size_bytes` cannot read it.
    """
    size_bytes(text)
    return "".join(text.split())
