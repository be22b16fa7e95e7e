"""What was asked for, reduced to what the plan depends on."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.choices import Codec, Fit, Quality, Tier
from ai_video_generator.config.cloud_profile import CloudModel
from ai_video_generator.media.resolution import Resolution


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """One job before it is planned; None leaves a decision to the planner.

    Attributes:
        picture_sizes: Sizes of the pictures as shown, at least one.
        depths: How far the depth of each picture may be trusted, 0..1; empty where nobody looked.
        sound_duration_s: Length of the sound, above 0.
        container: Name of the file format.
        size: Size of the video; even sides.
        frame_rate: Frames per second.
        fit: How a picture of one shape fills a frame of another.
        quality: How much time may be spent for a better picture.
        codec: How the video is compressed.
        has_prompt: Whether words say what to show.
        tier: Plan as for a machine of this strength.
        model: Name of the backend.
        gpu: The only accelerator that may be used, as in `Accelerator.device`.
        cpu: Whether accelerators are left alone.
        lowvram: Whether a network uses as little of a GPU's memory as it can.
        reserve_vram_bytes: Memory of a GPU that stays free beyond the usual margin.
        time_limit_s: Longest time that the job may take, above 0; None takes the quality's own.
        threads: Cores to use; 0 uses all that this process may.
        software_encoding: Whether hardware encoders are left alone.
        cloud_model: Which of a cloud's models; None takes its usual one.
        cloud_models: A person's own models of clouds, each with the backend that it belongs to.
        cloud_address: Address that a cloud is asked at; empty is its own.
        cloud_requests: Requests that a cloud works on at the same time, at least 1.
    """

    picture_sizes: tuple[Resolution, ...]
    sound_duration_s: Fraction
    container: str
    depths: tuple[float, ...] = ()
    size: Resolution | None = None
    frame_rate: Fraction | None = None
    fit: Fit = Fit.AUTO
    quality: Quality = Quality.AUTO
    codec: Codec | None = None
    has_prompt: bool = False
    tier: Tier | None = None
    model: str | None = None
    gpu: str | None = None
    cpu: bool = False
    lowvram: bool = False
    reserve_vram_bytes: int = 0
    time_limit_s: float | None = None
    threads: int = 0
    software_encoding: bool = False
    cloud_model: str | None = None
    cloud_models: tuple[tuple[str, CloudModel], ...] = ()
    cloud_address: str = ""
    cloud_requests: int = 1
