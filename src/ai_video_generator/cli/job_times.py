"""Times as people write and read them: in this place's time, to the minute or the second."""

from datetime import datetime, timedelta

from ai_video_generator.errors import SettingsError

_DATE_LETTERS = len("2026-01-31")


def moment_s(text: str, *, is_end: bool = False) -> float:
    """Read ``2026-01-31`` or ``2026-01-31 17:30`` as seconds since 1970.

    Args:
        text: A day, or a day and a time; in this place's time where it names no other.
        is_end: Whether a day alone stands for its end, not its begin.

    Raises:
        SettingsError: When it is neither.
    """
    try:
        moment = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise SettingsError(
            f"{text!r} is no time", hint="write 2026-01-31 or 2026-01-31T17:30"
        ) from error
    if is_end and len(text.strip()) <= _DATE_LETTERS:
        moment += timedelta(days=1)
    return (moment if moment.tzinfo else moment.astimezone()).timestamp()


def minute_text(time_s: float) -> str:
    """Seconds since 1970 as ``2026-01-31 17:30``, in this place's time."""
    return f"{datetime.fromtimestamp(time_s).astimezone():%Y-%m-%d %H:%M}"


def second_text(time_s: float) -> str:
    """Seconds since 1970 as ``2026-01-31 17:30:05``, in this place's time."""
    return f"{datetime.fromtimestamp(time_s).astimezone():%Y-%m-%d %H:%M:%S}"
