"""Questions to a person at a terminal; a script answers them with a flag."""

import sys

from ai_video_generator.cli import console
from ai_video_generator.errors import InputError


def check_confirmed(question: str, *, yes: bool, flag: str) -> None:
    """Go on only when the person says yes.

    Args:
        question: What is asked, on stderr.
        yes: Whether it was answered by the flag already.
        flag: That flag.

    Raises:
        InputError: When the answer is no, or nobody is there to give it.
    """
    if yes:
        return
    if not sys.stdin.isatty():
        raise InputError(f"nobody is there to answer: {question}", hint=f"answer yes with {flag}")
    if not is_confirmed(question):
        raise InputError("the answer was no, and nothing was changed")


def is_confirmed(question: str) -> bool:
    """Whether the person at the terminal says yes.

    Args:
        question: What is asked, on stderr.
    """
    console.tell(f"{question} [y/N]")
    return sys.stdin.readline().strip().lower() in {"y", "yes"}
