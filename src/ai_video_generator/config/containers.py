"""The file formats that videos come in, and what each holds."""

from dataclasses import dataclass
from pathlib import PurePath

from ai_video_generator.config.choices import Codec
from ai_video_generator.errors import OutputPathError


@dataclass(frozen=True, slots=True, kw_only=True)
class ContainerSpec:
    """One file format.

    Attributes:
        name: What people call it; the ``container`` of a request.
        suffixes: Endings of file names, with the dot.
        muxer: FFmpeg's name of the writer.
        codecs: Compressions it holds and players expect in it, the default first.
        has_sound: Whether it holds sound.
    """

    name: str
    suffixes: tuple[str, ...]
    muxer: str
    codecs: tuple[Codec, ...]
    has_sound: bool = True


CONTAINERS: tuple[ContainerSpec, ...] = (
    ContainerSpec(
        name="mp4",
        suffixes=(".mp4", ".m4v"),
        muxer="mp4",
        codecs=(Codec.H264, Codec.HEVC, Codec.AV1, Codec.VP9),
    ),
    ContainerSpec(
        name="mov",
        suffixes=(".mov",),
        muxer="mov",
        codecs=(Codec.H264, Codec.HEVC, Codec.PRORES),
    ),
    ContainerSpec(
        name="mkv",
        suffixes=(".mkv",),
        muxer="matroska",
        codecs=(Codec.H264, Codec.HEVC, Codec.AV1, Codec.VP9, Codec.PRORES),
    ),
    ContainerSpec(
        # AV1 before VP9: at the same CPU time a third of the size and a better picture
        # (benchmarks/encoders.md).
        name="webm",
        suffixes=(".webm",),
        muxer="webm",
        codecs=(Codec.AV1, Codec.VP9),
    ),
    ContainerSpec(
        name="gif", suffixes=(".gif",), muxer="gif", codecs=(Codec.GIF,), has_sound=False
    ),
)


def ending_for(codec: Codec | None) -> str:
    """The usual ending of a file that holds a compression; None leaves the compression open."""
    return next(
        container.suffixes[0]
        for container in CONTAINERS
        if codec is None or codec in container.codecs
    )


def container_named(name: str) -> ContainerSpec:
    """The file format that a request names.

    Raises:
        OutputPathError: When there is none of that name.
    """
    for container in CONTAINERS:
        if container.name == name:
            return container
    raise OutputPathError(
        f"the file format {name!r} is not known",
        hint=f"choose one of: {', '.join(container.name for container in CONTAINERS)}",
    )


def container_of(file_name: str | PurePath) -> ContainerSpec:
    """The file format that a file's ending stands for, whatever its case.

    Raises:
        OutputPathError: When the ending stands for none.
    """
    suffix = PurePath(file_name).suffix.lower()
    for container in CONTAINERS:
        if suffix in container.suffixes:
            return container
    known = ", ".join(suffix for container in CONTAINERS for suffix in container.suffixes)
    raise OutputPathError(
        f"the ending {suffix!r} of {PurePath(file_name).name!r} names no video format"
        if suffix
        else f"{PurePath(file_name).name!r} has no ending that names a video format",
        hint=f"end the name in one of: {known}",
    )
