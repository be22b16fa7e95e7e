"""Which model this machine should use, what each needs, and one of them loaded and ready.

All decisions are the planner's: the manager asks it about a typical job.
"""

from collections.abc import Mapping
from dataclasses import replace
from fractions import Fraction
from typing import Any

from ai_video_generator.config.choices import Tier
from ai_video_generator.config.machines import machine_named, typical_machines
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.option_field import AUTO
from ai_video_generator.config.settings import Settings, load_settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.job_planner import JobPlanner, request_for
from ai_video_generator.core.supplies import supplies_for
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_state import WeightsState
from ai_video_generator.errors import (
    AIVideoError,
    InputError,
    RenderError,
    RequestImpossibleError,
)
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.library_errors import translated
from ai_video_generator.hardware.tiers import machine_tier
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS, BaseModel, Supplies
from ai_video_generator.planning.placement import placements
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.request import Request
from ai_video_generator.registry import Registry

_TYPICAL_PICTURE = Resolution(6000, 4000)
# A photo of today's cameras.
_TYPICAL_SOUND_S = Fraction(10)
# Long enough that loading does not decide.
_SURE_DEPTH = 1.0
# The depth of most photographs is known; where it is not, the plan of a job says so.


class ModelManager:
    """Chooses and loads models.

    Args:
        hardware_detector: Where facts about the machine come from; None asks this machine.
        settings: Settings of all jobs; None reads the settings file and the environment.
        backends: Where models are found; None takes the built-in ones and installed plugins.
        weights: Where their weights are; None takes the system's own folders.

    Raises:
        SettingsError: When a setting is not allowed.

    Example:
        >>> ModelManager().select_optimal_model("low")  # doctest: +SKIP
        'basic_animation'
    """

    def __init__(
        self,
        hardware_detector: HardwareDetector | None = None,
        *,
        settings: Settings | None = None,
        backends: Registry[type[BaseModel]] | None = None,
        weights: WeightStore | None = None,
    ) -> None:
        self._settings = settings or load_settings().values
        self._backends = backends or BACKENDS
        self._weights = weights or WeightStore()
        self._book = CacheBook(self._settings.cache_folder)
        detector = hardware_detector or HardwareDetector(
            work_folder=self._book.folder, cache_folder=self._book.folder
        )
        self._planner = JobPlanner(detector, self._book, self._backends, self._weights)
        self._chosen: dict[str, Plan] = {}

    def select_optimal_model(self, hardware_tier: str | None = None) -> str:
        """The best model that a machine runs and whose weights are installed here.

        Args:
            hardware_tier: "low", "medium", "high" or "ultra"; None, or this machine's own, asks
                about this machine, another about the release's typical machine of that tier.

        Raises:
            InputError: When there is no such tier.
        """
        tiers = [tier.value for tier in Tier]
        if hardware_tier is not None and hardware_tier not in tiers:
            raise InputError(
                f"there is no tier {hardware_tier!r}", hint=f"choose one of: {', '.join(tiers)}"
            )
        facts = None
        if hardware_tier not in (None, machine_tier(self._planner.facts).value):
            facts = _typical(Tier(hardware_tier))
        return self._planner.ladder(self._request(), facts=facts, all_weights=False).best.model

    def recommended_model(self) -> str:
        """The best model that this machine runs, whether or not its weights are installed."""
        return self._planner.ladder(self._request(), all_weights=True).best.model

    def measured_speed(self, name: str) -> float | None:
        """Seconds of video that a model makes in a second, as jobs here were; None without any.

        Args:
            name: Name of the backend.
        """
        try:
            plan = self._planner.ladder(self._request(name), all_weights=True).best
        except RequestImpossibleError:
            return None
        if not plan.estimate.is_measured:
            return None
        return float(_TYPICAL_SOUND_S) / plan.estimate.seconds

    def load_model(self, name: str) -> BaseModel:
        """A model, loaded with the plan that is best for it here; ``close`` it after use.

        It is loaded into this process, with the plan that `optimize_model_for_hardware` chose where
        it was asked; a job of `VideoGenerator` runs models of GPUs in processes of their own.

        Args:
            name: Name of the backend.

        Raises:
            RequestImpossibleError: When it cannot run here, or no model has this name.
            WeightsError: When its weights are not usable; the hint installs them.
            RenderError: When it cannot be loaded.
        """
        plan = self._chosen.get(name) or self._own_plan(name, None)
        backend = self._backends.load(name)()
        self._load(backend, plan)
        return backend

    def _load(self, backend: BaseModel, plan: Plan) -> None:
        given = Supplies(cache_folder=self._book.folder)
        supplies = supplies_for(backend.spec, given, self._weights)
        try:
            backend.load(plan, supplies)
        except AIVideoError:
            raise
        except Exception as error:
            what = f"{plan.model} cannot be loaded: {type(error).__name__}: {error}"
            raise translated(error, device=plan.device) or RenderError(what) from error

    def get_model_requirements(self, name: str) -> dict[str, Any]:
        """What a model needs, and whether it is there.

        Args:
            name: Name of the backend.

        Returns:
            ``title``, ``licence``, ``home``, ``quality`` (0..100); ``disk_bytes``,
            ``ram_bytes`` of a typical job; ``vram_min_bytes`` and ``vram_recommended_bytes`` (0
            without a network) for the least and the best way to run it; ``weights``: of each part
            its repository, revision, size, licence and whether it is there; ``installed``;
            ``fits`` and ``why_not`` on this machine; ``cloud``, the service that computes for
            money, or an empty text; ``sources`` of these figures.

        Raises:
            InputError: When no model has this name.
        """
        spec = self._backends.load(name).spec
        state = self._weights.state(spec)
        why_not, plan = "", None
        try:
            plan = self._planner.ladder(self._request(name), all_weights=True).best
        except RequestImpossibleError as error:
            why_not = str(error)
        least, most = _device_bytes(spec)
        return {
            "title": spec.title,
            "licence": spec.licence,
            "home": spec.home,
            "quality": spec.quality,
            "disk_bytes": state.size_bytes,
            "ram_bytes": plan.estimate.ram_bytes if plan else spec.memory.fixed_bytes,
            "vram_min_bytes": least,
            "vram_recommended_bytes": most,
            "weights": _sources(state),
            "installed": not state.missing_bytes,
            "fits": plan is not None,
            "why_not": why_not,
            "cloud": spec.cloud.service if spec.cloud else "",
            "sources": [spec.memory.source, *([spec.network.source] if spec.network else [])],
        }

    def optimize_model_for_hardware(
        self, model: BaseModel | str, hardware_info: HardwareFacts | Mapping[str, Any] | None = None
    ) -> Plan:
        """Choose device, number format, offload, passes and sizes for a model on a machine.

        The plan is the planner's. `load_model` of this manager uses it from then on; a ``model``
        that is a backend is closed and loaded with it at once.

        Args:
            model: A backend, or its name.
            hardware_info: A machine, as `HardwareDetector.detect` or ``aivg hardware --json`` tell
                it; None takes this one.

        Returns:
            The plan: ``device``, ``precision``, ``offload``, ``render_size``,
            ``frames_per_pass``, ``decode_frames``, ``batch_size``, and why.

        Raises:
            RequestImpossibleError: When it cannot run there.
            WeightsError: When its weights are not usable here.
            InputError: When ``hardware_info`` describes no machine.
        """
        name = model if isinstance(model, str) else model.spec.name
        facts = hardware_info
        if isinstance(facts, Mapping):
            facts = _described(facts)
        plan = self._own_plan(name, facts)
        self._chosen[name] = plan
        if not isinstance(model, str):
            model.close()
            self._load(model, plan)
        return plan

    def _own_plan(self, name: str, facts: HardwareFacts | None) -> Plan:
        """The best plan of one model."""
        return self._planner.ladder(self._request(name), facts=facts).best

    def _request(self, name: str | None = None) -> Request:
        """A typical job."""
        made = request_for(
            [_TYPICAL_PICTURE],
            _TYPICAL_SOUND_S,
            container="mp4",
            settings=self._settings,
            depths=[_SURE_DEPTH],
        )
        asked = None if self._settings.model == AUTO else self._settings.model
        return replace(made, model=name or asked)


def _typical(tier: Tier) -> HardwareFacts:
    """The release's typical machine of a tier."""
    machines = map(machine_named, typical_machines())
    return next(facts for facts in machines if machine_tier(facts).value == tier.value)


def _described(facts: Mapping[str, Any]) -> HardwareFacts:
    """A machine as plain data tell it."""
    from pydantic import TypeAdapter, ValidationError

    try:
        return TypeAdapter(HardwareFacts).validate_python(dict(facts))
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise InputError(
            f"this describes no machine: {where}: {first['msg'].lower()}",
            hint="take what HardwareDetector().detect() or aivg hardware --json tell",
        ) from error


def _device_bytes(spec: ModelSpec) -> tuple[int, int]:
    """Memory of a device for the least way to run a network, and for the best; 0 without one."""
    if spec.network is None:
        return 0, 0
    ways = placements(
        spec, spec.precisions, spec.native_size or _TYPICAL_PICTURE, shares_ram=False, lowvram=False
    )
    best = min(ways, key=lambda way: (way.quality_loss, way.slowdown))
    return min(way.device_bytes for way in ways), best.device_bytes


def _sources(state: WeightsState) -> list[dict[str, object]]:
    """Where each part is from."""
    return [
        {
            "part": one.part.name,
            "repository": one.part.repository,
            "revision": one.commit or one.part.revision,
            "size_bytes": one.part.size_bytes,
            "licence": one.part.licence,
            "licence_url": one.part.licence_url,
            "gated": one.part.gated,
            "presence": one.presence.value,
        }
        for one in state.parts
    ]
