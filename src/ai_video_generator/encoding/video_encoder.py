"""Frames and a sound become one file, interleaved, tagged and exactly timed.

PyAV carries FFmpeg inside its wheel; nothing is spawned and no text is parsed. The colour tags are
ITU-T H.273 code
points: BT.709 primaries (1), transfer (1) and matrix (1), limited range.
"""

import errno
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import av
import av.error
import av.filter
import numpy as np
from av.container import OutputContainer
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc
from av.video.stream import VideoStream

from ai_video_generator.config.choices import Codec
from ai_video_generator.encoding.sound_track import (
    SoundTrackChoice,
    SoundTrackWriter,
    container_options,
)
from ai_video_generator.errors import DiskFullError, EncodingError
from ai_video_generator.hardware.video_encoders import silence_encoders
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.gif_comment import write_comment
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.sound import SoundInfo
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.planning.plan import EncoderChoice

_MUXERS = {"mp4": "mp4", "mov": "mov", "mkv": "matroska", "webm": "webm", "gif": "gif"}


_SILENT = {"libx265": {"x265-params": "log-level=none"}}
# x265 and SVT-AV1 write to the terminal themselves, past FFmpeg's log.


def write_video(
    path: Path,
    frames: FrameStream,
    *,
    size: Resolution,
    timeline: Timeline,
    encoder: EncoderChoice,
    container: str,
    sound: SoundInfo | None,
    sound_choice: SoundTrackChoice | None,
    tags: Mapping[str, str],
    on_frame: Callable[[], None] = lambda: None,
) -> None:
    """Encode frames and put the sound beside them.

    Args:
        path: Where the bytes go; made or replaced. Whoever calls gives it its final name when it is
            whole.
        frames: Exactly ``timeline.frame_count`` frames of ``size``.
        size: Size of the video.
        timeline: Frame rate and count.
        encoder: Video encoder and settings.
        container: "mp4", "mov", "mkv", "webm" or "gif".
        sound: The sound; None for a silent file.
        sound_choice: How the sound goes in; None for a silent file.
        tags: Metadata of the file (``comment``, ``title``, …).
        on_frame: Called after each frame.

    Raises:
        EncodingError: When the encoder fails, or the number of frames is not what was planned.
        DiskFullError: When there is no room left.
    """
    options = _muxer_options(container, timeline, sound, sound_choice)
    with _translated(encoder.name), ExitStack() as stack:
        stack.enter_context(closing(frames))
        output = stack.enter_context(
            av.open(str(path.absolute()), "w", format=_MUXERS[container], container_options=options)
        )
        output.metadata.update(tags)
        try:
            stream = _video_stream(output, size, timeline, encoder)
        except ValueError as error:
            raise EncodingError(
                f"the encoder {encoder.name} cannot make a {container} file: {error}",
                hint="choose another --codec",
            ) from error
        track = None
        if sound is not None and sound_choice is not None:
            track = SoundTrackWriter(output, sound, sound_choice)
            stack.callback(track.close)
        count = 0
        for picture in _prepared(frames, encoder, timeline):
            for packet in stream.encode(picture):
                output.mux(packet)
            count += 1
            if track is not None:
                track.write_until(timeline.time_s(count))
            on_frame()
        if count != timeline.frame_count:
            raise EncodingError(f"{count} frames were made instead of {timeline.frame_count}")
        for packet in stream.encode(None):
            output.mux(packet)
        if track is not None:
            track.finish()
    if container == "gif" and "comment" in tags:
        write_comment(path, tags["comment"])


def _muxer_options(
    container: str, timeline: Timeline, sound: SoundInfo | None, choice: SoundTrackChoice | None
) -> dict[str, str]:
    if container == "gif":
        return {}
    options = {"fflags": "+bitexact"}
    # Without it Matroska files get a random identity, and the same job would not give the same
    # bytes.
    if container in ("mp4", "mov"):
        options["movflags"] = "+faststart"
        # Edit lists count milliseconds unless told otherwise; with a sound, its samples.
        options["movie_timescale"] = str(timeline.frame_rate.numerator)
    if sound is not None and choice is not None:
        options |= container_options(sound, choice, container=container)
    return options


def _video_stream(
    output: OutputContainer, size: Resolution, timeline: Timeline, encoder: EncoderChoice
) -> VideoStream:
    silence_encoders()
    options = _SILENT.get(encoder.name, {}) | encoder.options
    stream = output.add_stream(encoder.name, rate=timeline.frame_rate, options=options)
    assert isinstance(stream, VideoStream)  # noqa: S101 - narrows PyAV's union for the type checker
    context = stream.codec_context
    stream.width, stream.height = size.width_px, size.height_px
    stream.pix_fmt = encoder.pixel_format
    context.time_base = 1 / timeline.frame_rate
    stream.time_base = 1 / timeline.frame_rate
    context.thread_count = encoder.threads
    if encoder.codec is Codec.HEVC and output.format.name in ("mp4", "mov"):
        context.codec_tag = "hvc1"  # the only one of its two names that Apple's players know
    if encoder.codec is not Codec.GIF:
        context.color_range = ColorRange.MPEG
        context.colorspace = Colorspace.ITU709
        context.color_primaries = ColorPrimaries.BT709
        context.color_trc = ColorTrc.BT709
    return stream


def _prepared(
    frames: FrameStream, encoder: EncoderChoice, timeline: Timeline
) -> Iterator[av.VideoFrame]:
    """Wrap frames for the encoder, stamped with exact times."""
    wrapped = (_wrapped(frame, index, timeline) for index, frame in enumerate(frames))
    if encoder.codec is Codec.GIF:
        return _paletted(wrapped, timeline)
    if encoder.pixel_format == "yuv420p":
        return wrapped
    return (_reformatted(frame, encoder.pixel_format) for frame in wrapped)


def _wrapped(frame: Frame, index: int, timeline: Timeline) -> av.VideoFrame:
    picture = _borrowed(frame) if frame.size.height_px % 4 == 0 else _copied(frame)
    picture.pts = index
    picture.time_base = 1 / timeline.frame_rate
    picture.duration = 1
    picture.colorspace = Colorspace.ITU709
    picture.color_range = ColorRange.MPEG
    picture.color_primaries = ColorPrimaries.BT709
    picture.color_trc = ColorTrc.BT709
    return picture


def _borrowed(frame: Frame) -> av.VideoFrame:
    """A view of the frame's own memory.

    PyAV 18 reckons the height as a multiple of four and would lose the last two rows of others.
    """
    return av.VideoFrame.from_numpy_buffer(frame.buffer, format="yuv420p")


def _copied(frame: Frame) -> av.VideoFrame:
    picture = av.VideoFrame(frame.size.width_px, frame.size.height_px, "yuv420p")
    for plane, source in zip(picture.planes, (frame.y, frame.u, frame.v), strict=True):
        rows = np.frombuffer(plane, np.uint8)  # type: ignore[call-overload]  # planes are buffers
        rows = rows.reshape(plane.height, plane.line_size)
        rows[:, : plane.width] = source
    return picture


def _reformatted(frame: av.VideoFrame, pixel_format: str) -> av.VideoFrame:
    other = frame.reformat(
        format=pixel_format,
        src_colorspace=Colorspace.ITU709,
        dst_colorspace=Colorspace.ITU709,
        src_color_range=ColorRange.MPEG,
        dst_color_range=ColorRange.MPEG,
    )
    other.pts, other.time_base, other.duration = frame.pts, frame.time_base, frame.duration
    return other


def _paletted(frames: Iterator[av.VideoFrame], timeline: Timeline) -> Iterator[av.VideoFrame]:
    """Give each frame its own best 256 colours."""
    graph: av.filter.Graph | None = None
    for frame in frames:
        if graph is None:
            graph = _palette_graph(frame, timeline)
        graph.push(frame)
        yield _stamped(graph.pull(), frame)


def _stamped(drawn: object, frame: av.VideoFrame) -> av.VideoFrame:
    assert isinstance(drawn, av.VideoFrame)  # noqa: S101 - narrows PyAV's union for the type checker
    drawn.pts, drawn.time_base = frame.pts, frame.time_base
    return drawn


def _palette_graph(frame: av.VideoFrame, timeline: Timeline) -> av.filter.Graph:
    graph = av.filter.Graph()
    source = graph.add_buffer(
        width=frame.width,
        height=frame.height,
        format=frame.format,
        time_base=1 / timeline.frame_rate,
    )
    convert = graph.add("scale", "in_color_matrix=bt709:in_range=tv:out_range=pc")
    rgb = graph.add("format", "bgra")
    split = graph.add("split")
    generate = graph.add("palettegen", "stats_mode=single")
    use = graph.add("paletteuse", "new=1:dither=sierra2_4a")
    sink = graph.add("buffersink")
    for before, after in ((source, convert), (convert, rgb), (rgb, split)):
        before.link_to(after)
    split.link_to(use, 0, 0)
    split.link_to(generate, 1, 0)
    generate.link_to(use, 0, 1)
    use.link_to(sink)
    graph.configure()
    return graph


@contextmanager
def _translated(encoder: str) -> Iterator[None]:
    """Turn FFmpeg's errors into ours."""
    try:
        yield
    except av.error.FFmpegError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DiskFullError(
                "no room is left for the video", hint="free some space, or choose another -o"
            ) from error
        raise EncodingError(
            f"the encoder {encoder} failed: {error}",
            hint="try --software-encoding, or another --codec",
        ) from error
