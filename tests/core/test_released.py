"""Memory of a failed attempt is read until it is free again."""

import pytest

from ai_video_generator.core.released import free_before_attempt, released

GB = 10**9


def waited(readings: list[int | None], before_bytes: int | None) -> tuple[bool, float]:
    """Whether it was released, and the seconds waited for it."""
    pauses: list[float] = []
    left = list(readings)

    def read(device: str) -> int | None:
        assert device == "cuda:0"
        return left.pop(0) if len(left) > 1 else left[0]

    is_free = released("cuda:0", before_bytes, read=read, sleep=pauses.append)
    return is_free, round(sum(pauses), 6)


def test_memory_that_is_back_is_not_waited_for() -> None:
    assert waited([20 * GB], 20 * GB) == (True, 0)


def test_memory_that_comes_back_late_is_waited_for() -> None:
    assert waited([5 * GB, 6 * GB, 19 * GB + 1], 20 * GB) == (True, 0.4)


def test_memory_that_stays_away_is_told_after_five_seconds(
    caplog: pytest.LogCaptureFixture,
) -> None:
    assert waited([5 * GB], 20 * GB) == (False, 5.0)
    assert "cuda:0 keeps 15.0 GB" in caplog.text


def test_a_device_that_tells_nothing_is_not_waited_for() -> None:
    assert waited([None], 20 * GB) == (True, 0)
    assert waited([None], None) == (True, 0)
    assert free_before_attempt("cpu") is None
