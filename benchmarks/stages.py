"""What each stage of a job costs: CPU seconds of parts of the program, run alone.

    python -m benchmarks.stages photo.jpg sound.mp3        # prints JSON; benchmarks.speed uses it

Encoding is measured in a process of its own on the very frames of the job, with its encoder
settings: 120 frames at a time are drawn into a file mapped into memory, then encoded while nothing
is drawn. Reading them costs nothing, as their pages are already in memory.
"""

import json
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Generator
from dataclasses import dataclass, replace
from itertools import islice
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import numpy as np

from ai_video_generator import VideoGenerator
from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.directing import directed
from ai_video_generator.core.picture_shelf import PictureShelf
from ai_video_generator.encoding.video_encoder import write_video
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.image_file import picture_info
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.planning.plan import Plan
from ai_video_generator.post.output_gate import OutputGate
from ai_video_generator.storyboard.storyboard_file import laid

_CHUNK_FRAMES = 120
VERYFAST = {"preset": "veryfast", "crf": "18"}
# What a person would ask of libx264 who has not measured; beside it the ratios can be judged.
ASKED: dict[str, Any] = {"size": "1080p", "fps": "30", "software_encoding": True}


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """A planned job, ready to be drawn."""

    plan: Plan
    scene: Scene

    def encoded_with(self, options: dict[str, str]) -> "Work":
        """The same job with other encoder options."""
        encoder = replace(self.plan.encoder, options=options)
        return replace(self, plan=replace(self.plan, encoder=encoder))

    def drawn(self) -> FrameStream:
        """All frames."""
        return KenBurns().generate(self.scene)

    def checked(self) -> FrameStream:
        """All frames, through the gate."""
        gate = OutputGate(
            self.scene.pictures,
            self.scene.storyboard,
            size=self.scene.size,
            fit=self.scene.fit,
            timeline=self.plan.timeline,
        )
        return gate.checked(self.drawn())


def own_seconds(frames: FrameStream) -> float:
    """CPU seconds of this thread while it takes all frames."""
    start_s = time.thread_time()
    for _ in frames:
        pass
    return time.thread_time() - start_s


class Watch:
    """CPU seconds of this process, by stage."""

    def __init__(self) -> None:
        self.stages: dict[str, float] = {}
        self._since = time.process_time()

    def lap(self, name: str) -> None:
        """Book everything since the last lap under a name."""
        now = time.process_time()
        self.stages[name] = self.stages.get(name, 0.0) + now - self._since
        self._since = now


def planned(photo: Path, sound: Path, watch: Watch) -> Work:
    """Plan a job as the command line would, and read its picture."""
    plan = VideoGenerator().plan(photo, sound, **ASKED)
    info = picture_info(photo)
    storyboard = laid(directed((info,), plan, load_settings({}).values), plan.timeline)
    watch.lap("read headers and sound, detect, plan")
    needed = Resolution(plan.output_size.width_px * 9 // 5, plan.output_size.height_px * 9 // 5)
    shelf = PictureShelf([photo], needed=needed)
    _ = shelf[0]
    watch.lap("read the picture")
    scene = Scene(
        pictures=shelf,
        storyboard=storyboard,
        size=plan.output_size,
        fit=plan.fit,
        worker_count=plan.worker_count,
    )
    return Work(plan=plan, scene=scene)


def encode_received(plan: Plan, store: str, output: str, wire: Connection) -> None:
    """Encode frames as they are announced; answers the CPU seconds. Runs in its own process."""
    size = plan.output_size
    shape = (_CHUNK_FRAMES, size.height_px * 3 // 2, size.width_px)
    frames = np.memmap(store, np.uint8, "r", shape=shape)
    # Every page is touched once, so that mapping them is not counted.
    wire.send(int(frames.reshape(-1)[::4096].sum(dtype=np.int64)))

    def received() -> Generator[Frame, None, None]:
        while count := wire.recv():
            for planes in frames[:count]:
                yield Frame(np.asarray(planes))
            wire.send(None)

    start_s = time.process_time()
    write_video(
        Path(output),
        received(),
        size=size,
        timeline=plan.timeline,
        encoder=plan.encoder,
        container="mp4",
        sound=None,
        sound_choice=None,
        tags={},
    )
    wire.send(time.process_time() - start_s)


def encode_alone(work: Work, folder: Path) -> float:
    """CPU seconds of encoding the frames of a job, and nothing else."""
    size, store = work.scene.size, folder / "frames.raw"
    shape = (_CHUNK_FRAMES, size.height_px * 3 // 2, size.width_px)
    frames = np.memmap(store, np.uint8, "w+", shape=shape)
    frames[:] = 128
    context = multiprocessing.get_context("spawn")
    wire, other = context.Pipe()
    encoder = context.Process(
        target=encode_received, args=(work.plan, str(store), str(folder / "alone.mp4"), other)
    )
    encoder.start()
    wire.recv()
    stream = work.drawn()
    while chunk := list(islice(stream, _CHUNK_FRAMES)):
        for place, frame in zip(frames, chunk, strict=False):
            place[:] = frame.buffer
        wire.send(len(chunk))
        wire.recv()
    wire.send(0)
    seconds: float = wire.recv()
    encoder.join()
    return seconds


def main() -> None:
    """Measure all stages."""
    photo, sound = map(Path, sys.argv[1:3])
    watch = Watch()
    work = planned(photo, sound, watch)
    frame_count = work.plan.timeline.frame_count
    stream = work.drawn()
    next(stream)
    watch.lap("make plates")
    handed_over_s = own_seconds(stream)
    watch.lap("draw frames")
    # Frames are drawn by other threads; what this one spends more is the gate's.
    checked = work.checked()
    next(checked)
    watch.stages["check frames"] = own_seconds(checked) - handed_over_s
    encoder = work.plan.encoder
    with tempfile.TemporaryDirectory() as folder:
        watch.stages["encode, alone"] = encode_alone(work, Path(folder))
        usual = encode_alone(work.encoded_with(VERYFAST), Path(folder))
    result = {
        "frame_count": frame_count,
        "encoder": encoder.name,
        "encoder_options": encoder.options,
        "encoder_threads": encoder.threads,
        "stages_cpu_s": watch.stages,
        "encode_veryfast_cpu_s": usual,
    }
    print(json.dumps(result))


if __name__ == "__main__":
    main()
