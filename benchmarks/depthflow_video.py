"""A picture and its depth become frames by DepthFlow, in an environment that has it.

    python benchmarks/depthflow_video.py job.json

The job names the picture, its depth (near is 255), the size, and for each frame the scene's state
and whether the frame is kept; the frames go to a file of NumPy beside it, and what they cost to
standard output. This file imports nothing of the program: it runs in DepthFlow's environment, on
Mesa's software OpenGL where there is no GPU.
"""

import json
import os
import sys
import time
from pathlib import Path

os.environ.setdefault("WINDOW_BACKEND", "headless")

import numpy as np
from depthflow.scene import DepthScene  # type: ignore[import-not-found]


class Filming(DepthScene):  # type: ignore[misc]  # an untyped package
    """Shows the states of a job, a frame each."""

    job: dict = {}  # type: ignore[type-arg]  # noqa: RUF012 - as JSON has it
    kept: list = []  # type: ignore[type-arg]  # noqa: RUF012 - filled once in this process
    costs_ms: list = []  # type: ignore[type-arg]  # noqa: RUF012 - the same
    shown = 0

    def update(self) -> None:
        """Set what the shader is told of this frame."""
        frames = type(self).job["frames"]
        state = frames[min(type(self).shown, len(frames) - 1)]["state"]
        for name, value in state.items():
            setattr(self.state, name, tuple(value) if isinstance(value, list) else value)

    def next(self, dt: float = 0.0) -> None:
        """Draw a frame and read it back, as whoever encodes it must."""
        kind = type(self)
        start_s = time.process_time()
        super().next(dt)
        seen = self.screenshot()
        kind.costs_ms.append(1000 * (time.process_time() - start_s))
        if kind.shown < len(kind.job["frames"]) and kind.job["frames"][kind.shown]["keep"]:
            kind.kept.append(np.array(seen[..., :3]))
        kind.shown += 1


def main() -> None:
    """Draw the frames of a job."""
    path = Path(sys.argv[1])
    Filming.job = json.loads(path.read_text())
    folder = path.parent
    scene = Filming()
    scene.input(folder / Filming.job["picture"], folder / Filming.job["depth"])
    width, height = Filming.job["size"]
    scene.main(
        width=width,
        height=height,
        fps=30.0,
        time=len(Filming.job["frames"]) / 30,
        quality=Filming.job["quality"],
        ssaa=Filming.job["ssaa"],
        freewheel=True,
    )
    np.save(folder / "frames.npy", np.stack(Filming.kept))
    renderer = scene.opengl.info["GL_RENDERER"]
    print(json.dumps({"costs_ms": Filming.costs_ms, "renderer": renderer}))


if __name__ == "__main__":
    main()
