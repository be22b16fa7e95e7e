"""From settings and measured inputs to a plan: asks the machine, then the pure planner."""

import logging
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from ai_video_generator.config.amounts import size_bytes
from ai_video_generator.config.cloud_profile import CloudModel
from ai_video_generator.config.cloud_table import read_cloud_models
from ai_video_generator.config.containers import container_named
from ai_video_generator.config.model_config import ModelSpec
from ai_video_generator.config.option_field import AUTO
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.video_encoders import working_video_encoders
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BaseModel
from ai_video_generator.planning.encoder_choice import encoder_candidates
from ai_video_generator.planning.history import History
from ai_video_generator.planning.plan import Ladder
from ai_video_generator.planning.planner import candidates, former_name
from ai_video_generator.planning.ratings import Ratings
from ai_video_generator.planning.request import Request
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)


class JobPlanner:
    """Plans jobs for one machine.

    Args:
        detector: Where facts about the machine come from.
        book: How fast earlier jobs were.
        backends: The models.
        weights: Where their weights are; None takes the system's own folders.
        ratings: Reads what people thought of the models' videos; None when nothing is kept.
    """

    def __init__(
        self,
        detector: HardwareDetector,
        book: CacheBook,
        backends: Registry[type[BaseModel]],
        weights: WeightStore | None = None,
        ratings: Callable[[], Ratings] | None = None,
    ) -> None:
        self._detector, self._book, self._backends = detector, book, backends
        self._read_ratings = ratings
        self._weights = weights or WeightStore()

    @cached_property
    def facts(self) -> HardwareFacts:
        """What this machine is; asked once."""
        return self._detector.detect()

    def ladder(
        self,
        request: Request,
        *,
        facts: HardwareFacts | None = None,
        all_weights: bool | None = None,
        rated: bool = False,
    ) -> Ladder:
        """Judge all ways to do a job; see `planning.planner.candidates`.

        Args:
            request: What was asked for.
            facts: Another machine, with its video encoders; None takes this one.
            all_weights: Whether all weights count as installed; None says yes of another machine,
                and looks for them on this one.
            rated: Whether ratings settle ties; only then are they read.
        """
        if all_weights is None:
            all_weights = facts is not None
        history = self._book.history() if facts is None else History()
        self._tell_former_name(request)
        absent = {} if all_weights else self._weights.absent(self.specs)
        there = facts or self._with_encoders(request)
        ratings = self._ratings() if rated else {}
        return candidates(request, there, self.specs, history, absent, ratings=ratings)

    def _tell_former_name(self, request: Request) -> None:
        """Say plainly that a name stands for another model today."""
        found = former_name(request.model, self.specs)
        if found is not None:
            _log.warning("%s is %s today: %s", request.model, *found)

    def _ratings(self) -> Ratings:
        """What people thought of the models' videos, as it is now."""
        if self._read_ratings is None:
            return {}
        try:
            return self._read_ratings()
        except Exception as error:  # noqa: BLE001  # a job does not depend on opinions
            _log.warning("the ratings are left aside: %s", error)
            return {}

    @cached_property
    def specs(self) -> list[ModelSpec]:
        """All models that can be imported."""
        found = []
        for name in self._backends.names():
            try:
                found.append(self._backends.load(name).spec)
            except Exception as error:  # noqa: BLE001 - one broken plugin must not stop the others
                _log.warning("the model %s is left aside: %s", name, error)
        return found

    def _with_encoders(self, request: Request) -> HardwareFacts:
        """This machine, with those encoders tried that the request can use."""
        wanted = encoder_candidates(request, container_named(request.container))
        return replace(self.facts, video_encoders=working_video_encoders(wanted))


def request_for(
    picture_sizes: Sequence[Resolution],
    sound_duration_s: Fraction,
    *,
    container: str,
    settings: Settings,
    depths: Sequence[float] = (),
) -> Request:
    """Reduce a job to what its plan depends on.

    Raises:
        SettingsError: When the table of cloud models cannot be read.
    """
    own: dict[str, tuple[CloudModel, ...]] = {}
    if settings.cloud_models is not None:
        own = read_cloud_models(settings.cloud_models)
    return Request(
        picture_sizes=tuple(picture_sizes),
        depths=tuple(depths),
        sound_duration_s=sound_duration_s,
        container=container,
        size=settings.asked_size,
        frame_rate=settings.asked_frame_rate,
        fit=settings.fit,
        quality=settings.quality,
        codec=settings.codec,
        has_prompt=bool(settings.prompt),
        tier=settings.tier,
        model=None if settings.model == AUTO else settings.model,
        gpu=None if settings.gpu == AUTO else settings.gpu,
        cpu=settings.cpu,
        lowvram=settings.lowvram,
        reserve_vram_bytes=size_bytes(settings.reserve_vram),
        time_limit_s=settings.time_limit_s(float(sound_duration_s)),
        threads=settings.threads,
        software_encoding=settings.software_encoding,
        cloud_model=settings.asked_model_options.get("model"),
        cloud_models=tuple((name, model) for name, models in own.items() for model in models),
        cloud_address=settings.cloud_url,
        cloud_requests=settings.cloud_requests,
    )
