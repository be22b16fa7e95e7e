"""``aivg completion``: the shell's Tab key knows the commands and flags."""

from enum import StrEnum

from ai_video_generator.cli import console


class Shell(StrEnum):
    """Shells that a completion script can be made for."""

    BASH = "bash"
    ZSH = "zsh"
    FISH = "fish"


def completion(shell: Shell, /) -> None:
    """Print a script that completes commands and flags in your shell.

    For bash: aivg completion bash > ~/.local/share/bash-completion/completions/aivg

    Args:
        shell: Your shell.
    """
    from ai_video_generator.cli.main import app

    console.answer(app().generate_completion(shell=shell.value))


COMMAND = completion
