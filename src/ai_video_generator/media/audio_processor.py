"""Reads a sound: its exact length, its samples, how loud it is when, and what is heard in it."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from ai_video_generator.media.energy import energy_between, silences_s
from ai_video_generator.media.hearing import Hearing
from ai_video_generator.media.listening import heard
from ai_video_generator.media.loudness import Loudness, loudness_of
from ai_video_generator.media.sound import Envelope, Sound, SoundInfo
from ai_video_generator.media.sound_decoder import SoundDecoder, decoded_blocks
from ai_video_generator.media.sound_features import RATE_HZ, SoundFeatureMeter
from ai_video_generator.media.sound_meter import SoundMeter
from ai_video_generator.media.sound_resampler import resampled, standard_layout
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.progress_tracker import ProgressTracker

_LAYOUTS = {1: "mono", 2: "stereo", 3: "2.1", 4: "quad", 5: "5.0", 6: "5.1", 7: "6.1", 8: "7.1"}
# What FFmpeg calls the usual layout of each number of channels.


class AudioProcessor:
    """All that is read from sounds. Every call reads its file once, streaming.

    Args:
        progress: Where a stop may come from while a long sound is measured.
    """

    def __init__(self, progress: ProgressTracker | None = None) -> None:
        self._progress = progress or ProgressTracker()

    def probe(self, path: Path | str) -> SoundInfo:
        """Decode a sound to its last sample and measure it.

        Raises:
            AudioUnreadableError: When it is not a sound that can be decoded, or holds no sample.
            CancelledError: When a stop was asked for.
        """
        return self._measured(Path(path), SoundMeter(with_envelope=False))[0]

    def analyse(self, path: Path | str) -> tuple[SoundInfo, Envelope]:
        """Measure a sound, and its loudness over time, in the same pass.

        Raises:
            AudioUnreadableError: As `probe`.
            CancelledError: As `probe`.
        """
        return self._measured(Path(path), SoundMeter())

    def decode(
        self,
        path: Path | str,
        *,
        sample_rate_hz: int | None = None,
        channel_count: int | None = None,
    ) -> Iterator[NDArray[np.float32]]:
        """The samples of a sound, block by block, so that hours of it cost no memory.

        Args:
            path: The sound.
            sample_rate_hz: Rate to convert to; None keeps the file's.
            channel_count: Channels to mix to, 1..8, as FFmpeg does (mono in stereo keeps its power:
                each channel is 3 dB quieter); None keeps the file's.

        Yields:
            ``(channel_count, sample_count)``, float32, full scale -1..1; round(duration x rate)
            samples in all.

        Raises:
            AudioUnreadableError: As `probe`.
        """
        layout = None if channel_count is None else _LAYOUTS[channel_count]
        return resampled(decoded_blocks(Path(path)), sample_rate_hz=sample_rate_hz, layout=layout)

    def energy(self, source: Path | str | Envelope, timeline: Timeline) -> NDArray[np.float32]:
        """How loud the sound is during each video frame, relative to its own loud parts.

        Args:
            source: The sound, or its envelope where that is known already.
            timeline: The frames.

        Returns:
            ``(frame_count,)``, float32, 0..1; 0 in silence and after the end of the sound.

        Raises:
            AudioUnreadableError: As `probe`.
        """
        edges_s = np.arange(timeline.frame_count + 1) / float(timeline.frame_rate)
        return energy_between(self._envelope(source), edges_s)

    def hear(self, path: Path | str) -> Hearing:
        """Measure a sound, and find its beats, bars, onsets, sections and kind, in the same pass.

        Three minutes take about a second; time and memory grow with the length, by 80 MB an hour.

        Raises:
            AudioUnreadableError: As `probe`.
            CancelledError: As `probe`.
        """
        meter, features = SoundMeter(), SoundFeatureMeter()
        with SoundDecoder(Path(path)) as decoder:
            frames = self._metered(decoder, meter)
            for block in resampled(frames, sample_rate_hz=RATE_HZ, layout="mono"):
                features.add(block[0])
            envelope = meter.finish()
            info = _info(decoder, meter)
        return heard(
            info=info,
            envelope=envelope,
            features=features.finish(),
            silences_s=self.silences(envelope),
        )

    def sound(self, source: Path | str | Hearing, timeline: Timeline) -> Sound:
        """Everything the storyboard needs to know of a sound.

        Args:
            source: The sound, or what was heard in it where that is known already.
            timeline: The frames.

        Raises:
            AudioUnreadableError: As `probe`.
        """
        hearing = source if isinstance(source, Hearing) else self.hear(source)
        sound = Sound(
            info=hearing.info,
            energy=self.energy(hearing.envelope, timeline),
            section_starts_s=np.array([section.start_s for section in hearing.sections]),
            kind=hearing.kind,
        )
        if hearing.rhythm is None:
            return sound
        return replace(sound, beat_times_s=hearing.rhythm.beat_times_s)

    def loudness(self, path: Path | str) -> Loudness:
        """Loudness as EBU R128 defines it.

        Raises:
            AudioUnreadableError: As `probe`.
        """
        with SoundDecoder(Path(path)) as decoder:
            layout = standard_layout(decoder.stream.codec_context.layout.nb_channels)
            return loudness_of(decoder.frames(), layout=layout)

    def silences(
        self, source: Path | str | Envelope, *, threshold_db: float = -50.0, min_s: float = 0.3
    ) -> list[tuple[float, float]]:
        """Where nothing is heard, to within 10 ms.

        Args:
            source: The sound, or its envelope where that is known already.
            threshold_db: Quieter than this is silence, in dB of full scale.
            min_s: Shortest silence that counts, in seconds.

        Returns:
            Start and end of each silence in seconds, in order.

        Raises:
            AudioUnreadableError: As `probe`.
        """
        return silences_s(self._envelope(source), threshold_db=threshold_db, min_s=min_s)

    def _measured(self, path: Path, meter: SoundMeter) -> tuple[SoundInfo, Envelope]:
        with SoundDecoder(path) as decoder:
            for _ in self._metered(decoder, meter):
                pass
            envelope = meter.finish()
            return _info(decoder, meter), envelope

    def _metered(self, decoder: SoundDecoder, meter: SoundMeter) -> Iterator[AudioFrame]:
        """Decode, measure and pass on all frames."""
        for frame in decoder.frames():
            self._progress.check()
            meter.add(frame)
            yield frame

    def _envelope(self, source: Path | str | Envelope) -> Envelope:
        return source if isinstance(source, Envelope) else self.analyse(source)[1]


def _info(decoder: SoundDecoder, meter: SoundMeter) -> SoundInfo:
    return SoundInfo(
        path=decoder.path,
        container=decoder.container,
        codec=decoder.codec,
        sample_rate_hz=meter.sample_rate_hz,
        channel_count=meter.channel_count,
        sample_count=meter.sample_count,
        raw_sample_count=decoder.raw_sample_count,
        duration_s=meter.duration_s,
        pcm_crc32=meter.pcm_crc32,
        peak=meter.peak,
        decode_error_count=decoder.decode_error_count,
        tags=decoder.tags,
    )
