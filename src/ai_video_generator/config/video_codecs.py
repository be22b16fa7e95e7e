"""Which encoder makes which compression, and with which settings.

Settings of software encoders were chosen from benchmarks/encoders.md: slow camera moves over
photographs at 1080p30. The aim is a picture that cannot be told from the source (about 44 dB luma
PSNR) at the least CPU time, then at the least size. For libx264 that is preset veryfast with
``subq=1`` and whole macroblocks: what moves as one needs neither fine motion search nor partitions;
45 % less CPU time than veryfast alone, the same picture, 6 % more bytes. SVT-AV1 stays below preset
10, from which on its makers warn of artefacts.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from ai_video_generator.config.choices import Codec, Quality


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSettings:
    """How an encoder is set for one quality, and what that costs.

    Attributes:
        options: FFmpeg options, by name.
        cpu_seconds_per_megapixel: CPU seconds for a million pixels of frames
            (benchmarks/encoders.json).
        bits_per_pixel: Bits of the stream for each pixel of each frame at 30 frames/s (the same
            file).
        ram_bytes_per_pixel: Memory for each pixel of a frame, all frames it holds together (the
            same file).
    """

    options: Mapping[str, str]
    cpu_seconds_per_megapixel: float
    bits_per_pixel: float
    ram_bytes_per_pixel: float


@dataclass(frozen=True, slots=True, kw_only=True)
class EncoderSpec:
    """One of FFmpeg's video encoders.

    Attributes:
        name: FFmpeg's name.
        codec: The compression it makes.
        pixel_format: FFmpeg's name of the pixel format it is given.
        hardware: Whether a chip of its own does the work.
        min_width_px: The narrowest frame it takes.
        min_height_px: The lowest frame it takes.
        settings: By quality.
    """

    name: str
    codec: Codec
    pixel_format: str
    hardware: bool
    min_width_px: int
    min_height_px: int
    settings: Mapping[Quality, EncoderSettings]


def encoders_of(codec: Codec) -> tuple[EncoderSpec, ...]:
    """The encoders that make a compression, in the order they are preferred: chips first."""
    return tuple(encoder for encoder in ENCODERS if encoder.codec is codec)


_Costed = tuple[dict[str, str], float, float, float]
"""Options, CPU seconds per megapixel, bits per pixel, bytes of memory per pixel."""


def _settings(
    basic: _Costed, standard: _Costed, high: _Costed, maximum: _Costed
) -> dict[Quality, EncoderSettings]:
    levels = {
        Quality.BASIC: basic,
        Quality.AUTO: standard,
        Quality.MEDIUM: standard,
        Quality.HIGH: high,
        Quality.MAXIMUM: maximum,
    }
    return {
        quality: EncoderSettings(
            options=options,
            cpu_seconds_per_megapixel=cpu_s,
            bits_per_pixel=bits,
            ram_bytes_per_pixel=ram_bytes,
        )
        for quality, (options, cpu_s, bits, ram_bytes) in levels.items()
    }


def _software(
    name: str,
    codec: Codec,
    settings: Mapping[Quality, EncoderSettings],
    *,
    pixel_format: str = "yuv420p",
    min_side_px: int = 16,
) -> EncoderSpec:
    return EncoderSpec(
        name=name,
        codec=codec,
        pixel_format=pixel_format,
        hardware=False,
        min_width_px=min_side_px,
        min_height_px=min_side_px,
        settings=settings,
    )


_CHIP_COST_S = 0.001
# A chip leaves the CPU a copy of each frame, about a gigabyte a second. Computed, not measured.
_CHIP_BITS = 0.16
# Chips are taken to need half as much again as libx264 for the same picture. Not measured.
_CHIP_RAM_BYTES = 30.0
# Twenty frames on their way to the chip and back. Not measured.
_CHIP_MIN_WIDTH_PX, _CHIP_MIN_HEIGHT_PX = 192, 128
# The most that a current NVENC asks for (AV1: 192x128; H.264: 145x49); Quick Sync and AMF ask for
# less.


def _chip(
    family: str, codec: Codec, levels: tuple[int, int, int, int], pixel_format: str = "yuv420p"
) -> EncoderSpec:
    """A hardware encoder; ``levels`` are its constant quality from basic to maximum."""
    basic, standard, high, maximum = (
        (_chip_options(family, level), _CHIP_COST_S, _CHIP_BITS, _CHIP_RAM_BYTES)
        for level in levels
    )
    return EncoderSpec(
        name=f"{codec.value}_{family}",
        codec=codec,
        pixel_format=pixel_format,
        hardware=True,
        min_width_px=_CHIP_MIN_WIDTH_PX,
        min_height_px=_CHIP_MIN_HEIGHT_PX,
        settings=_settings(basic, standard, high, maximum),
    )


def _chip_options(family: str, level: int) -> dict[str, str]:
    """The same wish, a constant quality, in each vendor's words."""
    if family == "nvenc":
        return {"preset": "p5", "tune": "hq", "rc": "vbr", "cq": str(level), "b": "0"}
    if family == "qsv":
        return {"preset": "medium", "global_quality": str(level)}
    if family == "amf":
        return {"quality": "quality", "rc": "cqp", "qp_i": str(level), "qp_p": str(level + 2)}
    # VideoToolbox takes 1..100, in FFmpeg's unit of 118 (``FF_QP2LAMBDA``).
    return {"flags": "+qscale", "global_quality": str(level * 118)}


_X264_FLAT = {"subq": "1", "partitions": "none"}
_VP9 = {"b": "0", "row-mt": "1"}
# A bit rate of 0 makes libvpx hold the quality instead of the size.
_X265_SILENT = {"x265-params": "log-level=none"}
# libx265 writes to the terminal past FFmpeg.

ENCODERS: tuple[EncoderSpec, ...] = (
    _chip("nvenc", Codec.H264, (25, 21, 18, 15)),
    _chip("qsv", Codec.H264, (25, 21, 18, 15), "nv12"),
    _chip("amf", Codec.H264, (24, 20, 18, 15)),
    _chip("videotoolbox", Codec.H264, (55, 65, 75, 85)),
    _software(
        "libx264",
        Codec.H264,
        _settings(
            (
                {"preset": "veryfast", "crf": "20", "rc-lookahead": "5", **_X264_FLAT},
                0.0071,
                0.0207,
                70,
            ),
            ({"preset": "veryfast", "crf": "18", **_X264_FLAT}, 0.0085, 0.0479, 87),
            ({"preset": "fast", "crf": "17"}, 0.0351, 0.0772, 154),
            ({"preset": "medium", "crf": "15"}, 0.0513, 0.1020, 190),
        ),
    ),
    _chip("nvenc", Codec.HEVC, (27, 23, 20, 17)),
    _chip("qsv", Codec.HEVC, (27, 23, 20, 17), "nv12"),
    _chip("amf", Codec.HEVC, (26, 22, 20, 17)),
    _chip("videotoolbox", Codec.HEVC, (50, 60, 70, 80)),
    _software(
        "libx265",
        Codec.HEVC,
        _settings(
            ({"preset": "ultrafast", "crf": "20", **_X265_SILENT}, 0.0169, 0.0154, 150),
            ({"preset": "superfast", "crf": "19", **_X265_SILENT}, 0.0206, 0.0232, 174),
            ({"preset": "veryfast", "crf": "18", **_X265_SILENT}, 0.0281, 0.0301, 213),
            ({"preset": "fast", "crf": "16", **_X265_SILENT}, 0.0485, 0.0436, 213),
        ),
    ),
    _chip("nvenc", Codec.AV1, (36, 30, 25, 20)),
    _chip("qsv", Codec.AV1, (27, 23, 20, 17), "nv12"),
    _chip("amf", Codec.AV1, (110, 90, 70, 50)),
    _software(
        "libsvtav1",
        Codec.AV1,
        _settings(
            ({"preset": "9", "crf": "34"}, 0.0105, 0.0075, 217),
            ({"preset": "9", "crf": "27"}, 0.0107, 0.0120, 219),
            ({"preset": "8", "crf": "22"}, 0.0165, 0.0169, 235),
            ({"preset": "6", "crf": "18"}, 0.0306, 0.0256, 371),
        ),
    ),
    _chip("qsv", Codec.VP9, (27, 23, 20, 17), "nv12"),
    _software(
        "libvpx-vp9",
        Codec.VP9,
        _settings(
            ({"deadline": "realtime", "cpu-used": "8", "crf": "32", **_VP9}, 0.0088, 0.0298, 150),
            ({"deadline": "realtime", "cpu-used": "6", "crf": "26", **_VP9}, 0.0129, 0.0410, 152),
            ({"deadline": "good", "cpu-used": "5", "crf": "24", **_VP9}, 0.0574, 0.0251, 150),
            ({"deadline": "good", "cpu-used": "4", "crf": "18", **_VP9}, 0.0779, 0.0466, 149),
        ),
    ),
    _software(
        "prores_ks",
        Codec.PRORES,
        _settings(
            ({"profile": "1"}, 0.0958, 1.7458, 12),
            ({"profile": "2"}, 0.0841, 2.4850, 13),
            ({"profile": "3"}, 0.0927, 3.7097, 13),
            ({"profile": "3"}, 0.0927, 3.7097, 13),
        ),
        pixel_format="yuv422p10le",
    ),
    _software(
        # A palette for each frame, made and laid by FFmpeg's filters, is nearly all of the cost;
        # measured at 480p with the same photo, outside of the benchmark.
        "gif",
        Codec.GIF,
        _settings(*[({}, 0.41, 5.5, 25)] * 4),
        pixel_format="pal8",
    ),
)
