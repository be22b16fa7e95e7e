import signal
from collections.abc import Iterator

import pytest

from ai_video_generator.cli.signals import stopping_on_signals
from ai_video_generator.errors import CancelledError
from ai_video_generator.progress_tracker import ProgressTracker

SIGNALS = [signal.SIGINT, signal.SIGTERM]


@pytest.fixture(autouse=True)
def heeded() -> Iterator[None]:
    """Begin as in a terminal, even where the tests themselves run in the background."""
    before = {number: signal.signal(number, signal.default_int_handler) for number in SIGNALS}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_first_signal_stops_the_tracker_and_the_second_interrupts(
    number: signal.Signals,
) -> None:
    tracker = ProgressTracker()
    with stopping_on_signals(tracker):
        signal.raise_signal(number)
        with pytest.raises(CancelledError, match="on request"):
            tracker.check()
        with pytest.raises(CancelledError, match="second"):
            signal.raise_signal(number)


@pytest.mark.parametrize("number", SIGNALS)
def test_the_former_handler_comes_back(number: signal.Signals) -> None:
    before = signal.getsignal(number)
    with stopping_on_signals(ProgressTracker()):
        assert signal.getsignal(number) is not before
    assert signal.getsignal(number) is before


def test_a_signal_that_the_parent_ignores_stays_ignored() -> None:
    before = signal.signal(signal.SIGTERM, signal.SIG_IGN)
    try:
        with stopping_on_signals(ProgressTracker()):
            assert signal.getsignal(signal.SIGTERM) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGTERM, before)
