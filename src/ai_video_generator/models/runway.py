"""Runway's cloud, through its own package `runwayml` (5.24, whose types are the wire format)."""

import base64
import logging
from collections.abc import Callable
from fractions import Fraction
from typing import Any, ClassVar, TypeVar

from ai_video_generator.config.cloud_profile import CloudChoice, CloudModel, CloudProfile
from ai_video_generator.config.model_config import MemoryProfile, ModelSpec
from ai_video_generator.errors import (
    CloudError,
    CredentialsMissingError,
    DependencyMissingError,
)
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._cloud import CloudBackend
from ai_video_generator.models._cloud_order import (
    NotNow,
    Order,
    Service,
    TaskGoneError,
    TaskState,
    UnansweredError,
)
from ai_video_generator.models._credentials import credential

T = TypeVar("T")

_log = logging.getLogger(__name__)

_VARIABLE = "RUNWAYML_API_SECRET"
_ADDRESS = "https://api.dev.runwayml.com"
_USD_PER_CREDIT = 0.01
# docs.dev.runwayml.com, pricing.
_INLINE_BYTES = 5_000_000
# A data URI may have 5 MB (`runwayml.types.image_to_video_create_params`); more is uploaded.
_TIMEOUT_S = 60.0
_SIZES = tuple(
    Resolution(*size)
    for size in ((1280, 720), (720, 1280), (1104, 832), (832, 1104), (960, 960), (1584, 672))
)
_SOURCE, _DATE = "runwayml/skills and runwayml 5.24", "2026-11"
# Prices are of rw-api-reference in Runway's own repository of skills, lengths and sizes of the
# types of its package; the live service was not asked.
_MODELS = (
    CloudModel(
        name="gen4_turbo",
        durations_s=tuple(range(2, 11)),
        ratios=_SIZES,
        usd_per_second=0.05,
        source=_SOURCE,
        date=_DATE,
    ),
    CloudModel(
        name="gen4.5",
        durations_s=tuple(range(2, 11)),
        ratios=_SIZES,
        usd_per_second=0.12,
        source=_SOURCE,
        date=_DATE,
        wait_s=120.0,
        needs_prompt=True,
    ),
    CloudModel(
        name="seedance2",
        durations_s=tuple(range(4, 16)),
        ratios=tuple(
            Resolution(*size)
            for size in (
                (1280, 720),
                (720, 1280),
                (1112, 834),
                (834, 1112),
                (960, 960),
                (1470, 630),
            )
        ),
        usd_per_second=0.36,
        source=_SOURCE,
        date=_DATE,
        frame_rate=Fraction(24),
        wait_s=180.0,
        prompt_letters=3500,
        sound_limit_s=15.0,
        extra=(("audio", False),),
    ),
)
_GONE = "Runway's API no longer serves it; gen4_turbo is the nearest that it has"


class Runway(CloudBackend):
    """Videos from stills by Runway's models, or by others that Runway passes requests on to."""

    spec: ClassVar[ModelSpec] = ModelSpec(
        name="runway",
        title="Runway",
        licence="LicenseRef-Runway-Terms-of-Use",
        home="https://docs.dev.runwayml.com",
        precisions=(Precision.FP32,),
        frames_per_pass=_MODELS[0].frames_per_pass,
        size_multiple_px=2,
        quality=85,
        cpu_seconds_per_megapixel=0.03,
        memory=MemoryProfile(
            fixed_bytes=300 * 2**20,
            bytes_per_pixel=60.0,
            source="the camera's (benchmarks/memory.json), and a decoder beside it; not measured",
        ),
        takes_prompt=True,
        follows_camera=False,
        cloud=CloudProfile(service="Runway", address=_ADDRESS, models=_MODELS),
        former_names=(("gen2", _GONE), ("gen-2", _GONE), ("gen3a_turbo", _GONE)),
    )

    def connected(self, asked: CloudChoice, url: str) -> Service:
        """Runway's client; see `CloudBackend.connected`."""
        try:
            from runwayml import RunwayML
        except ImportError as error:
            raise DependencyMissingError(
                "Runway needs the package runwayml",
                hint="pip install 'ai-video-generator[runway]'",
            ) from error
        key = credential(_VARIABLE, "Runway")
        # It must not send a request twice by itself: whether that is safe is decided below.
        client = RunwayML(api_key=key, base_url=url or None, timeout=_TIMEOUT_S, max_retries=0)
        return _Client(client, key)


class _Client:
    """Requests and answers of Runway's API."""

    def __init__(self, client: Any, key: str) -> None:
        self._client, self._key = client, key

    def create(self, order: Order) -> str:
        """Ask for a video; see `Service.create`."""
        fields: dict[str, Any] = {
            "model": order.model.name,
            "prompt_image": self._placed(order.picture, "image/png", "picture.png"),
            "ratio": f"{order.frame.width_px}:{order.frame.height_px}",
            "duration": order.duration_s,
        }
        if order.prompt or order.model.needs_prompt:
            fields["prompt_text"] = order.prompt
        if order.model.takes_seed:
            fields["seed"] = order.seed
        if order.sound:
            uri = self._placed(order.sound, "audio/wav", "sound.wav")
            fields["prompt_image"] = [{"uri": fields["prompt_image"], "position": "first"}]
            fields["reference_audio"] = [{"type": "audio", "uri": uri}]
        extra = dict(order.model.extra)
        made = self._asked(
            lambda: self._client.image_to_video.create(**fields, extra_body=extra or None),
            once=True,
        )
        return str(made.id)

    def look(self, task: str) -> TaskState:
        """How far a task is; see `Service.look`."""
        found = self._asked(lambda: self._client.tasks.retrieve(task))
        if found.status not in {"SUCCEEDED", "FAILED", "CANCELLED"}:
            return TaskState(is_over=False, progress=float(getattr(found, "progress", 0.0) or 0.0))
        cost = getattr(found, "cost", None)
        charged = None if cost is None else cost.credits * _USD_PER_CREDIT
        failure = None if found.status == "SUCCEEDED" else self._failure(found)
        return TaskState(
            is_over=True,
            progress=1.0,
            urls=tuple(getattr(found, "output", None) or ()),
            charged_usd=charged,
            failure=failure,
        )

    def close(self) -> None:
        """Close its connections."""
        self._client.close()

    def _placed(self, content: bytes, kind: str, name: str) -> str:
        """A file as an address: inline where it is small enough, else uploaded."""
        inline = f"data:{kind};base64,{base64.b64encode(content).decode()}"
        if len(inline) <= _INLINE_BYTES:
            return inline
        return str(
            self._asked(
                lambda: self._client.uploads.create_ephemeral(file=(name, content, kind))
            ).uri
        )

    def _asked(self, ask: Callable[[], T], *, once: bool = False) -> T:
        """An answer of the API, its errors in our words.

        Args:
            ask: Sends the request.
            once: Whether it must not be sent again unless it surely has not arrived.
        """
        import httpx
        import runwayml

        try:
            return ask()
        except (runwayml.RunwayMLError, httpx.HTTPError) as error:
            ours = self._in_our_words(error, once=once)
            _log.debug("Runway's client: %s: %s", type(error).__name__, self._said(error))
        # Raised out here it has no context: the client's error may repeat the key in a traceback.
        raise ours

    def _in_our_words(self, error: Exception, *, once: bool) -> Exception:
        """What an error of the client means."""
        import httpx
        import runwayml

        said = self._said(error)
        if isinstance(error, runwayml.APIStatusError):
            return self._refused(error.status_code, said, error.response.headers, once=once)
        if isinstance(error, runwayml.APIConnectionError):
            never_arrived = isinstance(
                error.__cause__, (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)
            )
            if once and not never_arrived:
                return UnansweredError(
                    f"Runway did not answer a request: {said}",
                    hint="look at the usage page of your Runway account before you try again",
                )
            return NotNow(
                f"Runway cannot be reached: {said}", hint="look at the network, and try again"
            )
        if isinstance(error, httpx.HTTPError):
            # Uploads go to another host, past the client.
            return NotNow(f"an upload to Runway broke off: {said}")
        return CloudError(f"Runway answered what is not understood: {said}")

    def _refused(self, status: int, said: str, headers: Any, *, once: bool) -> Exception:
        """What a status means; those of docs.dev.runwayml.com/errors/errors."""
        if status in {401, 403}:
            return CredentialsMissingError(
                f"Runway does not accept the key ({status}): {said}",
                hint=f"make a key at dev.runwayml.com and set {_VARIABLE}",
            )
        if status == _NOT_FOUND:
            return TaskGoneError(f"Runway does not know what was asked for: {said}")
        if "credit" in said.lower():
            return CloudError(
                f"the Runway account has too little credit: {said}",
                hint="buy credits at dev.runwayml.com; what is finished is not paid again",
            )
        if any(word in said.lower() for word in _QUOTA):
            return CloudError(
                f"the Runway account's daily quota is used up: {said}",
                hint="go on tomorrow with the same command; what is finished is kept",
            )
        if status in (_SHEDDING if once else _LATER):
            return NotNow(
                f"Runway turns requests away ({status}): {said}", wait_s=_retry_after_s(headers)
            )
        return CloudError(f"Runway refuses a request ({status}): {said}")

    def _failure(self, found: Any) -> CloudError:
        """Why a task failed; codes of docs.dev.runwayml.com/errors/task-failures."""
        if found.status == "CANCELLED":
            return CloudError("a task at Runway was cancelled", hint="run the same command again")
        code = str(getattr(found, "failure_code", "") or "")
        said = f"{found.failure} {code}".replace(self._key, "***").strip()
        if code.startswith("SAFETY"):
            return CloudError(
                f"Runway's moderation refuses a shot: {said}",
                hint="change the words or the picture of that shot in the storyboard",
            )
        return CloudError(
            f"a task at Runway failed: {said}",
            hint="run the same command again; what is finished is not paid again",
        )

    def _said(self, error: Any) -> str:
        """What the API said, without the key, wherever it may have been repeated."""
        body = getattr(error, "body", None)
        told = body.get("error") if isinstance(body, dict) else None
        return str(told or error).replace(self._key, "***")


_NOT_FOUND = 404
_QUOTA = ("daily", "quota")
_SHEDDING = frozenset({429, 502, 503, 504})
# Those that the page of HTTP errors allows to send again, as nothing was begun.
_LATER = _SHEDDING | {408, 409, 500}


def _retry_after_s(headers: Any) -> float | None:
    """How long the API asks to wait, seconds; None when it does not say."""
    try:
        seconds = float(headers.get("retry-after", ""))
    except ValueError:
        return None
    return seconds if 0 < seconds <= _LONGEST_WAIT_S else None


_LONGEST_WAIT_S = 120.0
# A server that asks for more is not waited for: the usual, growing waits end sooner.

BACKEND = Runway
