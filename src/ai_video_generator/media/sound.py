"""What is known of a sound."""

from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


class SoundKind(StrEnum):
    """What a sound mostly is."""

    MUSIC = "music"
    SPEECH = "speech"
    OTHER = "other"


@dataclass(frozen=True, slots=True, kw_only=True)
class SoundInfo:
    """Measured facts of one sound file, after it was decoded to its last sample.

    Attributes:
        path: The file.
        container: FFmpeg's short name of the file format ("mp3", "mov,mp4,m4a,3gp,3g2,mj2").
        codec: FFmpeg's name of the codec ("mp3", "aac", "pcm_s24le").
        sample_rate_hz: Samples a second and channel, of the first frame.
        channel_count: Channels of the first frame.
        sample_count: Decoded samples a channel, padding removed as the container's timing says.
        raw_sample_count: Decoded samples a channel as the decoder gave them, padding at the end
            not removed.
        duration_s: Exact length of the decoded samples.
        pcm_crc32: CRC-32 of all decoded samples as they came from the decoder; two files that
            decode alike agree.
        peak: Largest absolute sample, 1.0 = full scale; may exceed 1 in float sources.
        decode_error_count: Damaged packets that were skipped.
        tags: Title, artist, album and the like, lower-case keys; never the file's cover art.
    """

    path: Path
    container: str
    codec: str
    sample_rate_hz: int
    channel_count: int
    sample_count: int
    raw_sample_count: int
    duration_s: Fraction
    pcm_crc32: int
    peak: float
    decode_error_count: int = 0
    tags: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Envelope:
    """Loudness over time in fine steps, small enough to keep for hours of sound.

    Attributes:
        step_s: Length of one step, exact.
        rms: Root mean square over all channels of each step, ``(step_count,)``, float32, 0..1.
    """

    step_s: Fraction
    rms: NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Sound:
    """A sound as the storyboard hears it, laid over a video's frames.

    Attributes:
        info: What the file holds.
        energy: Loudness of each frame relative to the loud parts of this sound,
            ``(frame_count,)``, float32, 0..1.
        beat_times_s: Times of beats, ``(beat_count,)``, float64, ascending; empty where there is
            no even beat.
        section_starts_s: Starts of sections, ``(section_count,)``, float64, ascending; the first
            is 0.0.
        kind: What the sound mostly is.
    """

    info: SoundInfo
    energy: NDArray[np.float32]
    beat_times_s: NDArray[np.float64] = field(default_factory=lambda: np.empty(0, np.float64))
    section_starts_s: NDArray[np.float64] = field(default_factory=lambda: np.zeros(1, np.float64))
    kind: SoundKind = SoundKind.OTHER
