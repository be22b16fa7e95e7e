"""From settings and measured inputs to a plan: asks the machine, then the pure planner."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from functools import cached_property

from ai_video_generator.config.containers import container_named
from ai_video_generator.config.options import AUTO
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.hardware.facts import HardwareFacts
from ai_video_generator.hardware.hardware_detector import HardwareDetector
from ai_video_generator.hardware.video_encoders import working_video_encoders
from ai_video_generator.media.resolution import Resolution, parse_size
from ai_video_generator.media.timeline import parse_frame_rate
from ai_video_generator.models.base_model import BACKENDS
from ai_video_generator.planning.encoder_choice import encoder_candidates
from ai_video_generator.planning.plan import Plan
from ai_video_generator.planning.planner import plan as make_plan
from ai_video_generator.planning.request import Request


class JobPlanner:
    """Plans jobs for one machine.

    Args:
        detector: Where facts about the machine come from.
        book: How fast earlier jobs were.
    """

    def __init__(self, detector: HardwareDetector, book: CacheBook) -> None:
        self._detector, self._book = detector, book

    @cached_property
    def facts(self) -> HardwareFacts:
        """What this machine is; asked once."""
        return self._detector.detect()

    def plan(self, request: Request) -> Plan:
        """Plan a request; see `planning.planner.plan`."""
        return make_plan(
            request,
            self.facts,
            [BACKENDS.load(name).spec for name in BACKENDS.names()],
            working_encoders=working_video_encoders(
                encoder_candidates(request, container_named(request.container))
            ),
            speeds=self._book.speeds(),
        )

    def plan_in_software(self, request: Request, failed: Plan) -> Plan:
        """Plan the same video as a failed plan, without hardware encoders."""
        return self.plan(
            replace(
                request,
                size=failed.output_size,
                frame_rate=failed.timeline.frame_rate,
                software_encoding=True,
            )
        )


def request_for(
    picture_sizes: Sequence[Resolution],
    sound_duration_s: Fraction,
    *,
    container: str,
    settings: Settings,
) -> Request:
    """Reduce a job to what its plan depends on."""
    return Request(
        picture_sizes=tuple(picture_sizes),
        sound_duration_s=sound_duration_s,
        container=container,
        size=None if settings.size == AUTO else parse_size(settings.size),
        frame_rate=None if settings.fps == AUTO else parse_frame_rate(settings.fps),
        fit=settings.fit,
        quality=settings.quality,
        codec=settings.codec,
        tier=settings.tier,
        model=None if settings.model == AUTO else settings.model,
        time_budget=settings.time_budget,
        threads=settings.threads,
        software_encoding=settings.software_encoding,
    )
