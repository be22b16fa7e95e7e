"""Measures video encoders on a slow camera move over a photo, so that settings are not guessed.

    python benchmarks/encoders.py        # writes encoders.json, encoders.md and encoders.png here

Each candidate encodes the same 120 frames of 1080p30 in a process of its own. The figure to trust
is CPU time, which hardly grows when the machine is busy. Quality is PSNR and SSIM of luma between
what went in and what a decoder gives back. Memory is read from /proc, so this runs on Linux.
"""

import argparse
import json
import multiprocessing
import platform
import sys
import tempfile
import time
from dataclasses import asdict, dataclass
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.config.choices import Codec, Quality
from ai_video_generator.config.video_codecs import ENCODERS
from ai_video_generator.hardware.processor import cpu_name
from ai_video_generator.media.frames import planes_from_rgb

HERE = Path(__file__).parent
WIDTH, HEIGHT, RATE = 1920, 1080, 30
FRAME_COUNT = 120
THREADS = 2
SAMPLE_EVERY = 8
# SSIM costs 0.1 s a frame; fifteen of 120 nearly equal frames give its mean to the third digit.
PREFILTER = 1.5
# The camera warps a base this many times as large as the frame: linear interpolation keeps detail.

_VERYFAST = {"preset": "veryfast", "crf": "18"}
ALTERNATIVES: dict[str, list[dict[str, str]]] = {
    "libx264": [
        *(
            {"preset": preset, "crf": "18"}
            for preset in ("ultrafast", "superfast", "veryfast", "faster", "fast", "medium")
        ),
        {"preset": "veryfast", "crf": "16"},
        {"preset": "veryfast", "crf": "20"},
        *(
            {**_VERYFAST, **change}
            for change in (
                {"tune": "film"},
                {"tune": "stillimage"},
                {"aq-mode": "3"},
                {"bf": "0"},
                {"bf": "5"},
                {"refs": "2"},
                {"mbtree": "0"},
                {"trellis": "1"},
                {"rc-lookahead": "5"},
                {"rc-lookahead": "25"},
                {"motion-est": "dia"},
                {"subq": "0"},
                {"subq": "1"},
                {"subq": "4"},
                {"partitions": "none"},
                {"partitions": "none", "subq": "1", "aq-mode": "3"},
                {"partitions": "none", "subq": "1", "motion-est": "dia"},
                {"partitions": "none", "subq": "1", "rc-lookahead": "5"},
            )
        ),
    ],
    "libsvtav1": [{"preset": preset, "crf": "25"} for preset in ("12", "10", "9", "8")],
    "libx265": [
        {"preset": preset, "crf": "20", "x265-params": "log-level=none"}
        for preset in ("ultrafast", "superfast", "veryfast")
    ],
    "libvpx-vp9": [
        {"deadline": deadline, "cpu-used": speed, "crf": crf, "b": "0", "row-mt": "1"}
        for deadline, speed, crf in (
            ("realtime", "8", "20"),
            ("realtime", "8", "30"),
            ("realtime", "6", "30"),
        )
    ],
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One encoder with its settings.

    Attributes:
        clip: "photo", or "dusk": the same photo as after sunset, where blocks show first.
        encoder: FFmpeg's name.
        options: FFmpeg options.
        pixel_format: FFmpeg's name.
    """

    clip: str
    encoder: str
    options: dict[str, str]
    pixel_format: str = "yuv420p"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """What one candidate cost and gave.

    Attributes:
        candidate: What was tried.
        cpu_s_per_megapixel: CPU seconds for a million pixels of frames.
        cpu_ms_per_frame: The same for one frame of the clip.
        ram_bytes_per_pixel: Growth of the process's peak memory for each pixel of a frame.
        megabits_per_s: Size of the stream.
        bits_per_pixel: The same for one pixel of one frame.
        psnr_y_db: Mean over all frames of the squared error, in decibels.
        worst_psnr_y_db: The worst single frame.
        ssim_y: Structural similarity, 0..1 (Wang et al. 2004, Gaussian window of 1.5 pixels).
        repeatable: Whether a second run gave the same bytes; None when it was not run again.
        used_for: The qualities for which the program uses these settings.
    """

    candidate: Candidate
    cpu_s_per_megapixel: float
    cpu_ms_per_frame: float
    ram_bytes_per_pixel: float
    megabits_per_s: float
    bits_per_pixel: float
    psnr_y_db: float
    worst_psnr_y_db: float
    ssim_y: float
    repeatable: bool | None
    used_for: list[str]


def candidates() -> tuple[Candidate, ...]:
    """Everything that is tried: the program's own settings, and what they were chosen among."""
    own = [
        Candidate(
            clip=clip,
            encoder=encoder.name,
            options=dict(encoder.settings[quality].options),
            pixel_format=encoder.pixel_format,
        )
        for clip, qualities in (("photo", tuple(Quality)), ("dusk", (Quality.AUTO,)))
        for encoder in ENCODERS
        if not encoder.hardware and encoder.codec is not Codec.GIF
        for quality in qualities
    ]
    others = [
        Candidate(clip="photo", encoder=encoder, options=options)
        for encoder, choices in ALTERNATIVES.items()
        for options in choices
    ]
    unique = {json.dumps(asdict(one), sort_keys=True): one for one in [*own, *others]}
    return tuple(unique.values())


def used_for(candidate: Candidate) -> list[str]:
    """The qualities for which the program uses these very settings."""
    return [
        quality.value
        for encoder in ENCODERS
        if encoder.name == candidate.encoder
        for quality, settings in encoder.settings.items()
        if settings.options == candidate.options
    ]


def make_clip(photo: Path, clip: str, where: Path) -> NDArray[np.uint8]:
    """Render a slow diagonal pan with a zoom over a photo.

    Returns:
        ``(frame_count, height * 3 // 2, width)``, uint8, planes as ``yuv420p``, mapped from a file.
    """
    bgr = cv2.imread(str(photo))
    if bgr is None:
        sys.exit(f"cannot read {photo}")
    rgb = np.ascontiguousarray(bgr[..., ::-1])
    if clip == "dusk":
        rgb = (255 * (rgb / 255.0) ** 2.2 * 0.5).astype(np.uint8)
    base_width = round(WIDTH * PREFILTER * 1.15 / 2) * 2
    base_height = round(rgb.shape[0] * base_width / rgb.shape[1] / 2) * 2
    planes = planes_from_rgb(
        np.asarray(
            cv2.resize(rgb, (base_width, base_height), interpolation=cv2.INTER_AREA), np.uint8
        )
    )
    shape = (FRAME_COUNT, HEIGHT * 3 // 2, WIDTH)
    frames = np.memmap(where, np.uint8, "w+", shape=shape)
    for index in range(FRAME_COUNT):
        part = index / RATE
        scale = PREFILTER * 1.1 * 1.01**-part
        x = base_width * (0.47 + 0.01 * part) - scale * WIDTH / 2
        y = base_height * (0.49 + 0.005 * part) - scale * HEIGHT / 2
        for plane, half, target in zip(planes, (1, 2, 2), _views(frames[index]), strict=True):
            matrix = np.array([[scale, 0, x / half], [0, scale, y / half]])
            cv2.warpAffine(
                plane,
                matrix,
                (WIDTH // half, HEIGHT // half),
                dst=target,
                flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
                borderMode=cv2.BORDER_REPLICATE,
            )
    frames.flush()
    return frames


def _views(frame: NDArray[np.uint8]) -> tuple[NDArray[np.uint8], ...]:
    chroma = frame[HEIGHT:].reshape(2, HEIGHT // 2, WIDTH // 2)
    return (frame[:HEIGHT], chroma[0], chroma[1])


def encode(candidate: Candidate, clip: Path, output: Path) -> tuple[float, int]:
    """Encode the clip; runs in a process of its own.

    Returns:
        CPU seconds of this process, all threads together, and the bytes its peak memory grew by.
    """
    av.logging.set_level(None)
    bytes_before, start_s = peak_memory_bytes(), time.process_time()
    with clip.open("rb") as file, av.open(str(output), "w") as container:
        stream: Any = container.add_stream(
            candidate.encoder, rate=RATE, options=dict(candidate.options)
        )
        stream.width, stream.height, stream.pix_fmt = WIDTH, HEIGHT, candidate.pixel_format
        stream.codec_context.thread_count = THREADS
        for index in range(FRAME_COUNT):
            planes = np.fromfile(file, np.uint8, WIDTH * HEIGHT * 3 // 2)
            frame = av.VideoFrame.from_ndarray(planes.reshape(-1, WIDTH), format="yuv420p")
            frame.pts, frame.time_base = index, Fraction(1, RATE)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return time.process_time() - start_s, peak_memory_bytes() - bytes_before


def peak_memory_bytes() -> int:
    """Largest resident memory of this process since it started."""
    status = Path("/proc/self/status").read_text()
    return int(status.partition("VmHWM:")[2].split()[0]) * 1024


def compare(encoded: Path, frames: NDArray[np.uint8]) -> tuple[float, float, float]:
    """PSNR of all frames together, of the worst frame (dB), and mean SSIM, of luma."""
    errors: list[float] = []
    similar: list[float] = []
    with av.open(str(encoded)) as container:
        for index, frame in enumerate(container.decode(video=0)):
            luma = np.asarray(frame.to_ndarray(format="yuv420p")[:HEIGHT], np.uint8)
            difference = cv2.absdiff(luma, frames[index][:HEIGHT])
            errors.append(float(np.mean(np.square(difference, dtype=np.float32))))
            if index % SAMPLE_EVERY == 0:
                similar.append(ssim(luma, frames[index][:HEIGHT]))
    if len(errors) != FRAME_COUNT:
        sys.exit(f"{encoded} holds {len(errors)} frames instead of {FRAME_COUNT}")
    return decibels(float(np.mean(errors))), decibels(max(errors)), float(np.mean(similar))


def decibels(squared_error: float) -> float:
    """Peak signal to noise ratio of 8 bit samples."""
    return float(10 * np.log10(255**2 / max(squared_error, 1e-9)))


def ssim(first: NDArray[np.uint8], second: NDArray[np.uint8]) -> float:
    """Structural similarity (Wang et al. 2004, equation 13)."""
    a, b = first.astype(np.float32), second.astype(np.float32)

    def blur(plane: NDArray[np.float32]) -> NDArray[np.float32]:
        return np.asarray(cv2.GaussianBlur(plane, (11, 11), 1.5), np.float32)

    mean_a, mean_b = blur(a), blur(b)
    spread_a, spread_b = blur(a * a) - mean_a**2, blur(b * b) - mean_b**2
    shared = blur(a * b) - mean_a * mean_b
    c1, c2 = (0.01 * 255) ** 2, (0.03 * 255) ** 2
    value = (2 * mean_a * mean_b + c1) * (2 * shared + c2)
    value /= (mean_a**2 + mean_b**2 + c1) * (spread_a + spread_b + c2)
    return float(value.mean())


def measured(candidate: Candidate, clip: Path, frames: NDArray[np.uint8]) -> Measurement:
    """Encode in a fresh process (twice where the program uses the settings) and compare."""
    settings_used = used_for(candidate)
    with tempfile.TemporaryDirectory() as folder:
        outputs = [Path(folder) / f"{number}.mkv" for number in range(2 if settings_used else 1)]
        costs = [in_child(candidate, clip, output) for output in outputs]
        packets = [packet_bytes(output) for output in outputs]
        psnr, worst, similar = compare(outputs[0], frames)
    cpu_s, memory_bytes = (min(values) for values in zip(*costs, strict=True))
    bits = 8 * len(packets[0])
    megapixels = WIDTH * HEIGHT * FRAME_COUNT / 1e6
    return Measurement(
        candidate=candidate,
        cpu_s_per_megapixel=round(cpu_s / megapixels, 5),
        cpu_ms_per_frame=round(1000 * cpu_s / FRAME_COUNT, 1),
        ram_bytes_per_pixel=round(memory_bytes / (WIDTH * HEIGHT), 1),
        megabits_per_s=round(bits / 1e6 / (FRAME_COUNT / RATE), 3),
        bits_per_pixel=round(bits / 1e6 / megapixels, 4),
        psnr_y_db=round(psnr, 2),
        worst_psnr_y_db=round(worst, 2),
        ssim_y=round(similar, 5),
        repeatable=packets[0] == packets[1] if settings_used else None,
        used_for=settings_used,
    )


def in_child(candidate: Candidate, clip: Path, output: Path) -> tuple[float, int]:
    """`encode` in a fresh process, so that no state is left over."""
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        return pool.apply(encode, (candidate, clip, output))


def packet_bytes(path: Path) -> bytes:
    """The compressed stream alone: Matroska draws a random number for each file."""
    with av.open(str(path)) as container:
        return b"".join(bytes(packet) for packet in container.demux(video=0))


def table(rows: list[Measurement]) -> str:
    """The results as Markdown, cheapest first within each encoder."""
    lines = [
        "| clip | encoder | options | CPU ms | Mb/s | PSNR | worst | SSIM | B/px | used for |",
        "|---|---|---|---:|---:|---:|---:|---:|---:|---|",
    ]
    order = sorted(
        rows,
        key=lambda row: (
            row.candidate.clip != "photo",
            row.candidate.encoder,
            row.cpu_ms_per_frame,
        ),
    )
    for row in order:
        options = " ".join(
            f"{name}={value}"
            for name, value in row.candidate.options.items()
            if name != "x265-params"
        )
        lines.append(
            f"| {row.candidate.clip} | {row.candidate.encoder} | {options} | "
            f"{row.cpu_ms_per_frame:.1f} | {row.megabits_per_s:.2f} | {row.psnr_y_db:.2f} | "
            f"{row.worst_psnr_y_db:.2f} | {row.ssim_y:.4f} | "
            f"{row.ram_bytes_per_pixel:.0f} | {', '.join(row.used_for)} |"
        )
    return "\n".join(lines)


def plot(rows: list[Measurement], where: Path) -> None:
    """Draw quality over CPU time; the area of a disc is the size of the stream."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(9, 5.5), layout="constrained")
    axes = figure.subplots()
    for encoder in dict.fromkeys(row.candidate.encoder for row in rows):
        if encoder.startswith("prores"):
            continue
        points = [
            row
            for row in rows
            if row.candidate.encoder == encoder and row.candidate.clip == "photo"
        ]
        axes.scatter(
            [row.cpu_ms_per_frame for row in points],
            [row.psnr_y_db for row in points],
            s=[25 * row.megabits_per_s for row in points],
            alpha=0.45,
            label=encoder,
        )
    used = [row for row in rows if "auto" in row.used_for and row.candidate.clip == "photo"]
    used = [row for row in used if not row.candidate.encoder.startswith("prores")]
    axes.scatter(
        [row.cpu_ms_per_frame for row in used],
        [row.psnr_y_db for row in used],
        s=220,
        facecolors="none",
        edgecolors="black",
        label="used by default",
    )
    axes.set_xlabel("CPU milliseconds a frame (1080p)")
    axes.set_ylabel("luma PSNR, dB")
    axes.set_title("Encoders on a slow camera move over a photo; area of a disc = size of the file")
    axes.legend(loc="lower right", markerscale=0.5)
    axes.grid(alpha=0.3)
    figure.savefig(where, dpi=110)


def report(rows: list[Measurement], photo: Path) -> None:
    """Write the JSON, the table and, where matplotlib is installed, the plot."""
    machine = {
        "processor": cpu_name(),
        "system": platform.system(),
        "python": platform.python_version(),
        "av": av.__version__,
        "ffmpeg": av.ffmpeg_version_info,
        "photo": photo.name,
        "clip": f"{WIDTH}x{HEIGHT}, {RATE} frames/s, {FRAME_COUNT} frames",
        "threads": THREADS,
    }
    document = {"machine": machine, "measurements": [asdict(row) for row in rows]}
    (HERE / "encoders.json").write_text(json.dumps(document, indent=1) + "\n")
    facts = "; ".join(f"{name}: {value}" for name, value in machine.items())
    again = [row for row in rows if row.repeatable is not None]
    same = sum(bool(row.repeatable) for row in again)
    (HERE / "encoders.md").write_text(
        f"# Video encoders\n\nMade by `python benchmarks/encoders.py`. {facts}.\n\n"
        "`photo` is a slow diagonal pan with a zoom over the photo, `dusk` the same, darkened.\n"
        "PSNR and SSIM are of luma; CPU ms is for one frame; B/px is memory for each pixel of it.\n"
        f"A second run gave the same bytes for {same} of the {len(again)} settings in use.\n\n"
        f"{table(rows)}\n\n![quality over CPU time](encoders.png)\n"
    )
    try:
        plot(rows, HERE / "encoders.png")
    except ImportError:
        print("no plot: pip install matplotlib", file=sys.stderr)


def main() -> None:
    """Measure everything and write the results beside this file."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--photo", type=Path, default=HERE.parent / "assets" / "demo.jpg")
    photo: Path = parser.parse_args().photo
    rows: list[Measurement] = []
    with tempfile.TemporaryDirectory() as folder:
        clips = {
            name: (path := Path(folder) / name, make_clip(photo, name, path))
            for name in ("photo", "dusk")
        }
        for candidate in candidates():
            row = measured(candidate, *clips[candidate.clip])
            rows.append(row)
            print(table([row]).splitlines()[-1], flush=True)
    report(rows, photo)


if __name__ == "__main__":
    main()
