"""All accelerators of this machine, as the vendors' probes tell of them."""

from collections.abc import Callable, Sequence
from functools import partial

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.patience import answers_in_time
from ai_video_generator.registry import Registry

Probe = Callable[[], tuple[tuple[Accelerator, ...], tuple[str, ...]]]
"""Returns the accelerators of one vendor, and one sentence for each oddity."""

PROBES: Registry[Probe] = Registry(package="ai_video_generator.hardware.probes", attribute="PROBE")
"""All probes: the files of that folder, and entry points of the same name."""

_PATIENCE_S = 10.0
# A driver that wakes its GPU takes up to 3 s; one that lost its GPU may never answer.


def found_accelerators(
    probes: Registry[Probe] = PROBES, limit_s: float = _PATIENCE_S
) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    """Ask all probes at once.

    Args:
        probes: Where the vendors' probes are found.
        limit_s: Seconds that they have together.

    Returns:
        The accelerators, the best first, and one sentence for each oddity.
    """
    found: list[Accelerator] = []
    notes: list[str] = []
    questions = {name: partial(_answer, probes, name) for name in probes.names()}
    for name, answer in answers_in_time(questions, limit_s).items():
        if isinstance(answer, TimeoutError):
            notes.append(f"The {name} driver gave {answer}: restart the machine.")
        elif isinstance(answer, Exception):
            said = f"{type(answer).__name__}: {answer}".rstrip(".")
            notes.append(f"The {name} probe failed: {said}.")
        else:
            accelerators, sentences = answer
            found += accelerators
            notes += sentences
    found.sort(key=_rank)
    return tuple(found), (*notes, *_choice(found))


def _answer(probes: Registry[Probe], name: str) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
    return probes.load(name)()


def _rank(accelerator: Accelerator) -> tuple[bool, int, int, int]:
    """Orders accelerators: memory of their own, then the most of it, then the best served kind."""
    kinds = list(AcceleratorKind)
    return (
        accelerator.shares_ram,
        -accelerator.total_bytes,
        kinds.index(accelerator.kind),
        accelerator.index,
    )


def _choice(accelerators: Sequence[Accelerator]) -> list[str]:
    """Which of several GPUs is used, where they are not the same."""
    own = [accelerator for accelerator in accelerators if not accelerator.shares_ram]
    if len({accelerator.total_bytes for accelerator in own}) <= 1:
        return []
    best, other = own[0], own[-1]
    says = f"The {best.name} ({best.device}) is used, as it has the most memory"
    return [f"{says}; choose another with --gpu {other.device}."]
