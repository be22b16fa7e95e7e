"""Models that stay loaded from one job to the next, as long as there is memory for them."""

import logging
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Self

from ai_video_generator.core.isolated_backend import IsolatedBackend
from ai_video_generator.hardware.facts import CLOUD, PROCESSOR
from ai_video_generator.hardware.memory import free_device_bytes
from ai_video_generator.models.base_model import BaseModel, StepListener, Supplies, unheard
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)

Model = BaseModel | IsolatedBackend


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """What a job does with a model.

    Attributes:
        check: Called several times a second while a model in a process of its own is waited for;
            may raise to end that process.
        on_step: Told of each step, as in `BaseModel`.
        silence_limit_s: How long such a model may give no sign of life.
    """

    check: Callable[[], None]
    on_step: StepListener
    silence_limit_s: float


class LoadedModels:
    """Lends models to jobs, one after another. A context manager: inside it models stay loaded.

    Only models in processes of their own stay; a camera has nothing to load. Where a job needs
    another one, those used longest ago are closed until there is memory for it.

    Args:
        backends: Where models are found.
        free_bytes: Reads what is free on a device now; None where it does not tell.
    """

    def __init__(
        self,
        backends: Registry[type[BaseModel]],
        *,
        free_bytes: Callable[[str], int | None] = free_device_bytes,
    ) -> None:
        self._backends, self._free_bytes = backends, free_bytes
        self._idle: OrderedDict[Hashable, tuple[Plan, IsolatedBackend]] = OrderedDict()
        self._depth = 0

    def __enter__(self) -> Self:
        self._depth += 1
        return self

    def __exit__(self, *_: object) -> None:
        self._depth -= 1
        if not self._depth:
            self.close()

    @property
    def count(self) -> int:
        """Models that are loaded and idle."""
        return len(self._idle)

    def close(self) -> None:
        """Close all that are idle."""
        while self._idle:
            self._close_oldest()

    @contextmanager
    def on_loan(self, plan: Plan, supplies: Supplies, use: Use) -> Iterator[Model]:
        """A model, loaded by the plan; closed afterwards, or kept where the job went well.

        Raises:
            AIVideoError: What loading raises.
        """
        key = _key(plan, supplies)
        kept = self._idle.pop(key, None)
        model: Model
        if kept is not None:
            model = kept[1]
            _log.info("%s is still loaded", plan.model)
        elif plan.device in (PROCESSOR, CLOUD):
            model = self._backends.load(plan.model)()
        else:
            self._make_room(plan)
            model = IsolatedBackend(
                self._backends,
                plan.model,
                check=use.check,
                silence_limit_s=use.silence_limit_s,
            )
        went_well = False
        try:
            _put_to_use(model, use)
            if kept is None:
                model.load(plan, supplies)
            yield model
            went_well = True
        finally:
            if went_well and self._depth and isinstance(model, IsolatedBackend):
                _put_to_use(model, _NO_USE)
                self._idle[key] = (plan, model)
            else:
                _close(model, plan.model)

    def _make_room(self, plan: Plan) -> None:
        """Close what was used longest ago until a plan's memory is free."""
        while self._idle:
            device = self._free_bytes(plan.device)
            ram = self._free_bytes(PROCESSOR)
            fits = device is not None and device >= plan.estimate.device_bytes
            if fits and ram is not None and ram >= plan.estimate.ram_bytes:
                return
            self._close_oldest()

    def _close_oldest(self) -> None:
        _, (plan, model) = self._idle.popitem(last=False)
        _close(model, plan.model)


_NO_USE = Use(check=lambda: None, on_step=unheard, silence_limit_s=600.0)


def _put_to_use(model: Model, use: Use) -> None:
    model.on_step = use.on_step
    if isinstance(model, IsolatedBackend):
        model.check, model.silence_limit_s = use.check, use.silence_limit_s


def loaded_as(plan: Plan) -> tuple[Hashable, ...]:
    """What of a plan decides what is loaded for it."""
    return (
        plan.model,
        plan.device,
        plan.precision,
        plan.offload,
        plan.frames_per_pass,
        plan.decode_frames,
        plan.tiled_decoding,
        plan.batch_size,
    )


def _key(plan: Plan, supplies: Supplies) -> Hashable:
    """All that decides what a loaded model is."""
    return (
        *loaded_as(plan),
        tuple(sorted(supplies.options.items())),
        tuple(sorted(supplies.weights.items())),
    )


def _close(model: Model, name: str) -> None:
    """Close a model; what goes wrong then spoils no finished video."""
    try:
        model.close()
    except Exception as error:  # noqa: BLE001 - a library may raise anything
        _log.warning("%s could not be closed in good order: %s", name, error)
