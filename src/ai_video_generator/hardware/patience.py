"""Asks many things at once, and waits for none of them for ever."""

import threading
import time
from collections.abc import Callable, Mapping
from typing import TypeVar

T = TypeVar("T")


def answers_in_time(
    questions: Mapping[str, Callable[[], T]], limit_s: float
) -> dict[str, T | Exception]:
    """Ask each question in a thread of its own; threads that hang in a driver are left behind.

    Args:
        questions: By name.
        limit_s: Seconds that all of them have together.

    Returns:
        In the order of the questions, each answer, what it raised, or `TimeoutError`.
    """
    answers: dict[str, T | Exception] = {}

    def ask(name: str, question: Callable[[], T]) -> None:
        try:
            answer: T | Exception = question()
        except Exception as error:  # noqa: BLE001 - a vendor's library may raise anything
            answer = error
        answers[name] = answer

    threads = {
        name: threading.Thread(target=ask, args=(name, question), daemon=True)
        for name, question in questions.items()
    }
    for thread in threads.values():
        thread.start()
    give_up_s = time.monotonic() + limit_s
    for thread in threads.values():
        thread.join(max(0.0, give_up_s - time.monotonic()))
    late = TimeoutError(f"no answer within {limit_s:g} seconds")
    return {name: answers.get(name, late) for name in questions}
