"""Whole videos by the diffusion backends: real pipelines at toy size, in a process of their own."""

from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from corpus.toy_weights import ToyWeights
from corpus.toys import Toys

from ai_video_generator.core.recipe import read_recipe
from ai_video_generator.errors import CancelledError, DeviceMemoryError
from ai_video_generator.media.files import sha256
from ai_video_generator.media.video_file import video_info
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker


@pytest.fixture
def toys(tmp_path: Path, toy_weights: ToyWeights, monkeypatch: pytest.MonkeyPatch) -> Toys:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("OMP_NUM_THREADS", "1")
    return Toys(tmp_path, toy_weights)


def _passes(lines: Sequence[str]) -> list[tuple[int, int, bool, str]]:
    import ast

    return [ast.literal_eval(line[5:]) for line in lines if line.startswith("pass ")]


@pytest.mark.slow
@pytest.mark.parametrize("base", ["stable_video_diffusion", "animate_diff_fast"])
def test_a_model_makes_a_whole_video_exactly_on_length(toys: Toys, base: str) -> None:
    toys.write(base, frames=16 if base.startswith("animate") else 8)
    result = toys.make(model=base)
    assert [attempt.error for attempt in result.attempts] == [None]
    assert result.attempts[-1].plan.model == base
    info = video_info(result.path)
    assert info.frame_count == 77
    assert info.sound_duration_s is not None
    assert abs(info.sound_duration_s - Fraction("3.2")) < Fraction(1, 24)
    assert toys.log(base)[0] == "load [('steps', '2')]"


@pytest.mark.slow
def test_a_shot_begins_from_the_still_and_its_passes_go_on(toys: Toys) -> None:
    toys.write("stable_video_diffusion")
    result = toys.make(model="stable_video_diffusion")
    passes = _passes(toys.log("stable_video_diffusion"))
    for (start, stop, continues, _), following in pairwise([*passes, (0, 0, False, "")]):
        assert 2 <= stop - start <= 8
        assert continues is (start > 0)
        assert following[0] in (0, stop - 1)
    shots = len(result.recipe.storyboard.shots)
    assert shots >= 2
    assert [start for start, *_ in passes].count(0) == shots


@pytest.mark.slow
def test_a_shot_has_its_own_words(toys: Toys) -> None:
    toys.write("animate_diff_fast", frames=16)
    board = toys.generator().storyboard(
        [toys.folder / "job" / "photo.png"], toys.folder / "job" / "song.wav", style="energetic"
    )
    first, *rest = board.shots
    file = board.model_copy(
        update={"shots": (first.model_copy(update={"prompt": "a storm"}), *rest)}
    )
    path = toys.folder / "board.json"
    path.write_text(file.model_dump_json())
    toys.make(model="animate_diff_fast", storyboard=path, prompt="calm sea")
    words = [prompt for *_, prompt in _passes(toys.log("animate_diff_fast"))]
    assert words[0] == "a storm"
    assert set(words[1:]) == {"calm sea"}


@pytest.mark.slow
def test_a_smaller_plan_goes_on_with_the_shots_that_are_finished(toys: Toys) -> None:
    once = (
        "mark = Path(__file__).with_suffix('.struck'); passes = log.read_text().count('pass ')\n"
        "        if passes == 2 and not mark.exists():\n"
        "            mark.touch()\n"
        "            raise torch.OutOfMemoryError('CUDA out of memory.')"
    )
    toys.write("stable_video_diffusion", before=once)
    result = toys.make(model="stable_video_diffusion")
    assert [type(attempt.error).__name__ for attempt in result.attempts] == [
        "DeviceMemoryError",
        "NoneType",
    ]
    assert result.attempts[1].plan.model == "stable_video_diffusion"
    passes = _passes(toys.log("stable_video_diffusion"))
    assert passes[1] == passes[2]
    assert len(set(passes)) == len(passes) - 1 or passes.count(passes[0]) >= 1
    assert video_info(result.path).frame_count == 77


@pytest.mark.slow
def test_steps_and_previews_are_told(toys: Toys) -> None:
    reports: list[ProgressReport] = []
    toys.write("stable_video_diffusion")
    toys.make(model="stable_video_diffusion", progress=ProgressTracker(reports.append))
    noted = [report for report in reports if report.note]
    assert {report.note for report in noted} >= {"step 2 of 2"}
    assert any(report.preview is not None for report in noted)
    assert any(report.part > 0 for report in noted)


@pytest.mark.slow
def test_a_stop_ends_the_pass_within_a_step(toys: Toys) -> None:
    tracker = ProgressTracker()
    toys.write("stable_video_diffusion")
    steps: list[str] = []

    def stop(report: ProgressReport) -> None:
        if report.note:
            steps.append(report.note)
            tracker.stop()

    tracker._listener = stop
    with pytest.raises(CancelledError):
        toys.make(model="stable_video_diffusion", progress=tracker, model_options="steps=50")
    assert steps == ["step 1 of 50"]
    assert not (toys.folder / "job" / "video.mp4").exists()


@pytest.mark.slow
def test_a_job_whose_model_is_killed_goes_on_to_the_same_video(
    toys: Toys, caplog: pytest.LogCaptureFixture
) -> None:
    base = "stable_video_diffusion"
    toys.write(base)
    # x264 compresses small noisy frames differently now and then; ProRes does not.
    undisturbed = toys.make("calm.mov", model=base, codec="prores", resume=False)
    whole = _passes(toys.log(base))
    assert len(whole) > 4
    # What a job taught stands as an estimate in the recipe of the next.
    (toys.folder / "cache" / "jobs.json").unlink(missing_ok=True)

    def kill(report: ProgressReport) -> None:
        if report.note and len(_passes(toys.log(base))) == len(whole) + 4:
            for child in psutil.Process().children():
                child.kill()

    kill_it = ProgressTracker(kill)
    with pytest.raises(DeviceMemoryError, match="ended by the system"):
        toys.make("video.mov", model=base, codec="prores", fallback=False, progress=kill_it)
    result = toys.make("video.mov", model=base, codec="prores")

    assert f"going on: 3 of {len(whole)} passes are already made" in caplog.messages
    assert _passes(toys.log(base))[len(whole) :] == [*whole[:4], *whole[3:]]
    assert result.path is not None
    assert undisturbed.path is not None
    assert sha256(result.path) == sha256(undisturbed.path)


@pytest.mark.slow
def test_the_recipe_has_all_that_decides(toys: Toys) -> None:
    toys.write("animate_diff_fast", frames=16)
    # x264 compresses small noisy frames differently now and then; ProRes does not.
    words = {"prompt": "a cat", "negative_prompt": "rain"}
    result = toys.make("video.mov", model="animate_diff_fast", codec="prores", **words)
    recipe = read_recipe(result.path)
    assert (recipe.prompt, recipe.negative_prompt) == ("a cat", "rain")
    assert recipe.model_options == {"steps": "2"}
    assert {"torch", "diffusers"} <= recipe.libraries.keys()
    assert result.path is not None
    again = toys.generator().reproduce(result.path)
    assert again.path is not None
    assert sha256(again.path) == sha256(result.path)
