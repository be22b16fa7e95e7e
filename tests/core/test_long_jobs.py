"""A long job is a short one for longer: the same memory, and cuts where they were planned."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from typing import Any

import av
import numpy as np
import pytest
from corpus.long_job import FRAMES_PER_S, NAME, TELL_PEAK
from corpus.oddities import write_sound
from corpus.toy_weights import ToyWeights
from corpus.toys import Toys
from PIL import Image

SCRIPT = Path(__file__).parent.parent / "corpus" / "long_job.py"
SHORT_S, LONG_S = 10, 60
MOST_GROWTH = 1.05


def job(folder: Path, seconds: float) -> dict[str, Any]:
    """What a job of so many seconds cost, in a process that did nothing else."""
    done = subprocess.run(
        [sys.executable, SCRIPT, folder, str(seconds)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ | {"OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-3000:]
    found: dict[str, Any] = json.loads(done.stdout)
    return found


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows tells no peak of a process that has ended")
def test_a_minute_takes_the_memory_of_ten_seconds(
    tmp_path: Path, toy_weights: ToyWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    Toys(tmp_path, toy_weights).write(NAME, frames=14, before=TELL_PEAK)
    short, long = job(tmp_path, SHORT_S), job(tmp_path, LONG_S)

    assert (short["frame_count"], long["frame_count"]) == (
        SHORT_S * FRAMES_PER_S,
        LONG_S * FRAMES_PER_S,
    )
    assert long["pass_count"] > 4 * short["pass_count"]
    assert short["failed_attempt_count"] == long["failed_attempt_count"] == 0
    # The job's peak is that of looking at the picture; what it holds while frames flow is less, and
    # frames that were kept would add 13 MB to it in a minute.
    assert not long["has_torch"]
    for where in ("job_bytes", "rendering_bytes", "model_bytes"):
        assert long[where] < MOST_GROWTH * short[where], where


FILMED = (
    "from ai_video_generator.models.ken_burns import KenBurns\n"
    "        yield from KenBurns().generate(replace(scene, continues=None))\n"
    "        return"
)
"""Makes a toy film its picture, pass by pass, so that what is seen can be told."""


def stripes(path: Path, *, upright: bool) -> None:
    wave = (np.sin(np.arange(200) / 3) * 60 + 128).astype(np.uint8)
    plane = np.tile(wave, (200, 1))
    Image.fromarray(plane if upright else np.ascontiguousarray(plane.T)).convert("RGB").save(path)


def upright_frames(path: Path) -> list[bool]:
    """Whether each frame shows upright stripes."""
    found = []
    with av.open(str(path)) as file:
        for frame in file.decode(video=0):
            light = frame.to_ndarray(format="gray").astype(int)
            across, down = (np.abs(np.diff(light, axis=axis)).mean() for axis in (1, 0))
            found.append(bool(across > down))
    return found


@pytest.mark.slow
def test_every_cut_of_a_model_that_makes_passes_is_where_it_was_planned(
    tmp_path: Path, toy_weights: ToyWeights, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    toys = Toys(tmp_path, toy_weights)
    toys.write(NAME, frames=8, before=FILMED)
    folder = tmp_path / "job"
    write_sound(folder / "song.wav", 30)
    pictures = [folder / f"{number}.png" for number in range(8)]
    for number, path in enumerate(pictures):
        stripes(path, upright=number % 2 == 0)
    generator = toys.generator()
    board = generator.storyboard(pictures, folder / "song.wav", style="calm")
    starts_s = [shot.start_s for shot in board.shots]
    hard = [
        shot.model_copy(update={"end_s": end_s})
        for shot, end_s in zip(board.shots, [*starts_s[1:], board.shots[-1].end_s], strict=True)
    ]
    file = tmp_path / "board.json"
    file.write_text(board.model_copy(update={"shots": tuple(hard)}).model_dump_json())

    made = generator.generate(
        pictures, folder / "song.wav", folder / "cuts.mp4", model=NAME, storyboard=file
    )

    assert made.path is not None
    seen = upright_frames(made.path)
    cuts = [index for index, (one, other) in enumerate(pairwise(seen), 1) if one is not other]
    planned = [
        after.start_s * FRAMES_PER_S
        for before, after in pairwise(hard)
        if before.picture % 2 != after.picture % 2
    ]
    assert len(planned) >= 6
    assert len(cuts) == len(planned)
    assert max(abs(cut - plan) for cut, plan in zip(cuts, planned, strict=True)) < 1
