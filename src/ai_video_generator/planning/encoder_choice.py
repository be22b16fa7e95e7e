"""Which compression and which encoder make the file."""

from collections.abc import Collection

from ai_video_generator.config.choices import Codec
from ai_video_generator.config.containers import ContainerSpec
from ai_video_generator.config.video_codecs import EncoderSpec, encoders_of
from ai_video_generator.errors import RequestImpossibleError
from ai_video_generator.planning.plan import Reason
from ai_video_generator.planning.request import Request


def encoder_candidates(request: Request, container: ContainerSpec) -> tuple[str, ...]:
    """Names of the encoders that are worth trying on this machine for a request."""
    codecs = container.codecs if request.codec is None else (request.codec,)
    return tuple(
        encoder.name
        for codec in codecs
        for encoder in encoders_of(codec)
        if _is_wanted(encoder, request)
    )


def chosen_encoder(
    request: Request, container: ContainerSpec, working_encoders: Collection[str]
) -> tuple[EncoderSpec, tuple[Reason, ...]]:
    """The first working encoder of the codec asked for, or of the container's codecs in order.

    Raises:
        RequestImpossibleError: When the container does not hold the codec, or no encoder of it
            works here.
    """
    if request.codec is not None and request.codec not in container.codecs:
        held = ", ".join(codec.value for codec in container.codecs)
        raise RequestImpossibleError(
            f"{container.name} files do not hold {request.codec.value} video",
            hint=f"choose one of {held}, or another ending of the file's name",
        )
    codecs = container.codecs if request.codec is None else (request.codec,)
    for codec in codecs:
        for encoder in encoders_of(codec):
            if encoder.name in working_encoders and _is_wanted(encoder, request):
                return encoder, _reasons(request, container, encoder)
    names = ", ".join(codec.value for codec in codecs)
    raise RequestImpossibleError(
        f"no encoder for {names} works on this machine",
        hint="choose another codec: h264 in an .mp4 file plays everywhere",
    )


def _is_wanted(encoder: EncoderSpec, request: Request) -> bool:
    if encoder.hardware and request.software_encoding:
        return False
    return request.size is None or (
        request.size.width_px >= encoder.min_width_px
        and request.size.height_px >= encoder.min_height_px
    )


def _reasons(
    request: Request, container: ContainerSpec, encoder: EncoderSpec
) -> tuple[Reason, ...]:
    codec = encoder.codec
    if request.codec is not None:
        why_codec = "it was asked for"
    elif codec is container.codecs[0]:
        why_codec = f"it is the usual choice for {container.name} files"
    else:
        why_codec = f"no encoder for {container.codecs[0].value} works on this machine"
    preferred = encoders_of(codec)
    if encoder.hardware:
        why_encoder = "a chip of this machine does the work, and trying it worked"
    elif request.software_encoding and len(preferred) > 1:
        why_encoder = "hardware encoders were to be left alone"
    elif len(preferred) > 1:
        why_encoder = "no hardware encoder for it works here"
    else:
        why_encoder = "it is the one that makes this"
    reasons = [
        Reason(topic="codec", choice=codec.value, because=why_codec),
        Reason(topic="encoder", choice=encoder.name, because=why_encoder),
    ]
    if codec is Codec.GIF:
        reasons.append(Reason(topic="sound", choice="none", because="GIF holds no sound"))
    return tuple(reasons)
