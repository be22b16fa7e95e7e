"""Questions are asked at once, and none is waited for longer than agreed."""

import threading
import time

from ai_video_generator.hardware.patience import answers_in_time


def test_answers_come_in_the_order_of_the_questions() -> None:
    def late() -> str:
        time.sleep(0.05)
        return "late"

    assert answers_in_time({"a": late, "b": lambda: "early"}, 5.0) == {"a": "late", "b": "early"}


def test_what_a_question_raises_is_its_answer() -> None:
    problem = OSError("no bus")

    def broken() -> str:
        raise problem

    assert answers_in_time({"a": broken}, 5.0) == {"a": problem}


def test_a_question_that_hangs_does_not_keep_the_others() -> None:
    end = threading.Event()

    def hangs() -> bool:
        return end.wait()

    started_s = time.monotonic()
    try:
        answers = answers_in_time({"a": hangs, "b": lambda: True}, 0.1)
    finally:
        end.set()

    assert time.monotonic() - started_s < 2.0
    assert answers["b"] is True
    assert isinstance(answers["a"], TimeoutError)
    assert str(answers["a"]) == "no answer within 0.1 seconds"
