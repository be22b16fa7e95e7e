"""All accelerators of this machine, as the vendors' probes tell of them."""

from collections.abc import Callable, Sequence
from typing import Protocol, Self, runtime_checkable

from ai_video_generator.hardware.facts import Accelerator, AcceleratorKind
from ai_video_generator.hardware.patience import answers_in_time
from ai_video_generator.registry import Registry

Probe = Callable[[], tuple[tuple[Accelerator, ...], tuple[str, ...]]]
"""Returns the accelerators of one vendor, and one sentence for each oddity."""

PROBES: Registry[Probe] = Registry(package="ai_video_generator.hardware.probes", attribute="PROBE")
"""All probes: the files of that folder, and entry points of the same name."""

_PATIENCE_S = 10.0
# A driver that wakes its GPU takes up to 3 s; one that lost its GPU may never answer.


@runtime_checkable
class Holdable(Protocol):
    """A probe whose library can be kept open between two questions."""

    def hold(self) -> None:
        """Open it."""

    def release(self) -> None:
        """Close it."""


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
    return Drivers(probes, limit_s).found()


class Drivers:
    """All probes, for those who ask again and again.

    Each is looked up once, which costs many times what its answer does; entered as a context,
    libraries stay open as well. Who knows no accelerator is not asked again, nor is a driver that
    gave no answer: each question leaves a thread behind that waits for it.

    Args:
        probes: Where the vendors' probes are found.
        limit_s: Seconds that they have together.
    """

    def __init__(self, probes: Registry[Probe] = PROBES, limit_s: float = _PATIENCE_S) -> None:
        self._all = {name: _Question(probes, name) for name in probes.names()}
        self._questions, self._limit_s = dict(self._all), limit_s

    def __enter__(self) -> Self:
        answers_in_time({name: one.hold for name, one in self._all.items()}, self._limit_s)
        return self

    def __exit__(self, *_: object) -> None:
        answers_in_time({name: one.release for name, one in self._all.items()}, self._limit_s)

    def found(self) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
        """Ask them all; see `found_accelerators`."""
        found: list[Accelerator] = []
        notes: list[str] = []
        for name, answer in answers_in_time(self._questions, self._limit_s).items():
            if isinstance(answer, TimeoutError):
                notes.append(f"The {name} driver gave {answer}: restart the machine.")
                del self._questions[name]
            elif isinstance(answer, Exception):
                said = f"{type(answer).__name__}: {answer}".rstrip(".")
                notes.append(f"The {name} probe failed: {said}.")
            else:
                accelerators, sentences = answer
                if not accelerators and not sentences:
                    del self._questions[name]
                found += accelerators
                notes += sentences
        found.sort(key=_rank)
        return tuple(found), (*notes, *_choice(found))


class _Question:
    """Asks one probe, which is loaded when it is asked first."""

    def __init__(self, probes: Registry[Probe], name: str) -> None:
        self._probes, self._name = probes, name
        self._probe: Probe | None = None

    def __call__(self) -> tuple[tuple[Accelerator, ...], tuple[str, ...]]:
        return self._loaded()()

    def hold(self) -> None:
        probe = self._loaded()
        if isinstance(probe, Holdable):
            probe.hold()

    def release(self) -> None:
        if isinstance(self._probe, Holdable):
            self._probe.release()

    def _loaded(self) -> Probe:
        if self._probe is None:
            self._probe = self._probes.load(self._name)
        return self._probe


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
