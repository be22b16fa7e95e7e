"""Patience with a cloud: how often it is asked, and how long until it is asked again."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from ai_video_generator.errors import CloudError
from ai_video_generator.models._cloud_order import NotNow

T = TypeVar("T")

_FIRST_S, _LONGEST_S = 1.0, 60.0
_TRIES = 8
# Two minutes in all: a second, doubled each time, as long as the cloud sheds load.
_JITTER = 0.5
# Runway's page of HTTP errors asks for up to half of the wait at random on top, so that many
# programs do not come back at the same moment.
_SLICE_S = 0.5
# Waiting is cut into slices, between which a stop is heeded.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """Clock and manners; replaced in tests.

    Attributes:
        sleep: Waits so many seconds.
        clock: Seconds that only grow.
        chance: A number from 0 up to 1.
        poll_s: How long a task is left alone between two looks; Runway asks for 5 s or more.
        patience_s: How long a task may take before it is given up: a quarter of an hour, ten times
            what its models take when they are not busy.
    """

    sleep: Callable[[float], None] = time.sleep
    clock: Callable[[], float] = time.monotonic
    chance: Callable[[], float] = random.random
    poll_s: float = 5.0
    patience_s: float = 900.0

    def wait(self, seconds: float, check: Callable[[], None]) -> None:
        """Wait, and look round meanwhile.

        Args:
            seconds: How long.
            check: May raise to stop.
        """
        until_s = self.clock() + seconds
        while (left_s := until_s - self.clock()) > 0:
            check()
            self.sleep(min(_SLICE_S, left_s))
        check()

    def patiently(self, ask: Callable[[], T], check: Callable[[], None]) -> T:
        """Ask until the answer is not "not now", longer apart each time.

        Raises:
            CloudError: When it stays so.
        """
        for number in range(_TRIES):
            try:
                return ask()
            except NotNow as refused:
                if number == _TRIES - 1:
                    raise CloudError(
                        f"{refused} ({_TRIES} times)",
                        hint=refused.hint or "try again later; what is finished is kept",
                    ) from refused
                wait_s = refused.wait_s or min(_LONGEST_S, _FIRST_S * 2**number)
                self.wait(wait_s * (1 + _JITTER * self.chance()), check)
        raise AssertionError  # the last try returns or raises
