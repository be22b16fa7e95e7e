"""A backend in a process of its own: it may hang, crash or keep memory without harm to the job."""

import logging
import time
from collections.abc import Callable
from typing import Any

from ai_video_generator.core.backend_wire import (
    Beat,
    Done,
    Failed,
    Generate,
    Load,
    Request,
    Stop,
    WireCutError,
)
from ai_video_generator.core.model_process import ModelProcess
from ai_video_generator.errors import DeviceLostError, RenderError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.models.base_model import (
    NO_SUPPLIES,
    BaseModel,
    Scene,
    StepListener,
    StepReport,
    Supplies,
    unheard,
)
from ai_video_generator.planning.plan import Plan
from ai_video_generator.registry import Registry

_log = logging.getLogger(__name__)

_STOPPING_LIMIT_S = 0.5
# For the frame under way when a stream is closed early; a person who stops the job waits no longer.


class IsolatedBackend:
    """Stands for a backend that runs in another process; frames are the same, bit for bit.

    Closing a stream early ends the process where the backend does not answer within half a second;
    it must then be loaded again.

    Args:
        registry: Where the backend is found; its package must be importable here.
        name: The backend.
        check: Called several times a second while this waits; may raise to end the process.
        silence_limit_s: How long the backend may go without a frame or a step, or without
            finishing an import or a load.

    Attributes:
        on_step: As in `BaseModel`; called here, on the thread that takes the frames.
        check: As given; another job may put another one in its place.
        silence_limit_s: As given; the same.
    """

    def __init__(
        self,
        registry: Registry[type[BaseModel]],
        name: str,
        *,
        check: Callable[[], None],
        silence_limit_s: float,
    ) -> None:
        self._registry, self._name = registry, name
        self.check, self.silence_limit_s = check, silence_limit_s
        self._process: ModelProcess | None = None
        self.on_step: StepListener = unheard
        self._device = ""
        self._give_up_s = 0.0
        self._seen_ended = False

    def load(self, plan: Plan, supplies: Supplies = NO_SUPPLIES) -> None:
        """Start the process, and load the backend there; see `BaseModel.load`.

        Raises:
            AIVideoError: What the backend raised, or what it means that the process ended.
            DeviceLostError: When the backend gave no sign of life for too long.
        """
        self.close()
        self._device = plan.device
        self._process = ModelProcess()
        self._seen_ended = False
        try:
            self._ask(Load(registry=self._registry, name=self._name, plan=plan, supplies=supplies))
            while not isinstance(self._reply(), Done):
                pass
        except BaseException:
            self.close()
            raise

    def generate(self, scene: Scene) -> FrameStream:
        """Make frames there, and hand them out here; see `BaseModel.generate`.

        Raises:
            AIVideoError: What the backend raised, or what it means that the process ended.
            DeviceLostError: When the backend gave no sign of life for too long.
        """
        self._ask(Generate(scene=scene))
        while not isinstance(reply := self._reply(), Done):
            if isinstance(reply, StepReport):
                self._tell(reply)
            elif isinstance(reply, Frame):
                try:
                    yield reply
                except GeneratorExit:
                    self._stop()
                    raise

    def close(self) -> None:
        """Close the backend and end its process; may be called more than once."""
        self._end(patiently=True)

    def _tell(self, report: StepReport) -> None:
        """Pass a step on; the process does not outlive a listener that raises."""
        try:
            self.on_step(report)
        except BaseException:
            self._end(patiently=False)
            raise

    def _running(self) -> ModelProcess:
        if self._process is None:
            raise RenderError(f"{self._name} is not loaded")
        return self._process

    def _ask(self, request: Request) -> None:
        process = self._running()
        self._guarded(lambda: process.wire.send(request, self._waiting))

    def _reply(self) -> Any:
        process = self._running()
        reply = self._guarded(lambda: process.wire.receive(self._waiting))
        if isinstance(reply, Failed):
            _log.debug("raised in the model's process:\n%s", reply.trace)
            raise reply.error
        return reply

    def _guarded(self, step: Callable[[], Any]) -> Any:
        """Do one step on the wire; the process does not outlive one that failed."""
        self._give_up_s = time.monotonic() + self.silence_limit_s
        try:
            return step()
        except WireCutError:
            process, self._process = self._running(), None
            raise process.cause_of_death(self._device) from None
        except BaseException:
            self._end(patiently=False)
            raise

    def _waiting(self) -> None:
        """Look round while nothing comes."""
        self.check()
        if time.monotonic() >= self._give_up_s:
            raise DeviceLostError(
                f"the model gave no sign of life for {self.silence_limit_s:.0f} s",
                hint="try again, choose another --model, or wait longer with --silence-limit",
            )
        self._look_for_the_end()

    def _look_for_the_end(self) -> None:
        """Notice that the process ended although one that it started holds its wire.

        What it sent last may have come since the wire was listened to, so it is listened to once
        more.
        """
        if self._seen_ended:
            raise WireCutError
        self._seen_ended = self._running().has_ended()

    def _stop(self) -> None:
        """Ask for an early end of the stream, and let go by what was already made."""
        if self._process is None:
            return
        wire, limit_s = self._process.wire, time.monotonic() + _STOPPING_LIMIT_S

        def waiting() -> None:
            if time.monotonic() >= limit_s:
                raise TimeoutError

        try:
            wire.send(Stop(), waiting)
            while isinstance(wire.receive(waiting), (Frame, Beat, StepReport)):
                waiting()
        except (WireCutError, TimeoutError):
            self._end(patiently=False)

    def _end(self, *, patiently: bool) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.end(patiently=patiently)
