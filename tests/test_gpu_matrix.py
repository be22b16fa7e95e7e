"""The GPU matrix: what it concludes from figures, and a whole run with toy networks."""

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import pytest
import torch

from ai_video_generator.config.weights_table import (
    MOTION_ADAPTER,
    STABLE_DIFFUSION_15,
    STABLE_VIDEO_DIFFUSION_XT,
)
from benchmarks import gpu_matrix, gpu_weights
from benchmarks.gpu_plans import CARDS_GIB, GIB, MODELS, Run, plan_for, runs, without_plan
from benchmarks.gpu_verdicts import Measured, Verdict, output_second_s, page, verdicts

ROOT = Path(__file__).parents[1]
XT, SMALL = "stable_video_diffusion", "stable_video_diffusion_14"
_HEADERS_SHARE = 0.005
# Names and shapes in the files, and an estimate of one file's size in the table.


def measured(**changes: Any) -> Measured:
    """SVD-XT on the card of 8 GB as the bar wants it."""
    values: dict[str, Any] = {
        "model": XT,
        "card_gib": 6,
        "cards_gib": (6, 8),
        "precision": "fp16",
        "offload": "by layer",
        "size": "1024x576",
        "frames": 25,
        "decode_frames": 2,
        "predicted_bytes": 6 * 10**9,
        "fits": True,
        "peak_bytes": 6 * 10**9,
        "step_s": 1.0,
        "decoding_s": 5.0,
    }
    return Measured(**{**values, **changes})


def plain(**changes: Any) -> Measured:
    return measured(offload="none", cards_gib=(), predicted_bytes=0, **changes)


def _one(found: list[Verdict], words: str) -> Verdict:
    (verdict,) = [one for one in found if words in one.claim]
    return verdict


def test_a_model_that_ran_within_the_card_fits() -> None:
    verdict = _one(verdicts([measured()], []), "fit 8 GB")
    assert verdict.holds is True
    assert verdict.figures == "5.59 GiB, held to 6 GiB"


def test_one_that_needed_more_than_a_smaller_card_may_still_fit_the_claimed_one() -> None:
    found = {"fits": False, "problem": "OutOfMemoryError: CUDA out of memory."}
    within = measured(peak_bytes=7 * GIB, **found)
    beyond = measured(peak_bytes=8 * GIB + 1, **found)
    assert _one(verdicts([within], []), "fit 8 GB").holds is True
    assert _one(verdicts([beyond], []), "fit 8 GB").holds is False


def test_one_that_ran_full_on_the_claimed_card_itself_does_not_fit() -> None:
    run = measured(card_gib=8, cards_gib=(8,), fits=False, peak_bytes=7 * GIB)
    assert _one(verdicts([run], []), "fit 8 GB").holds is False


def test_one_that_failed_for_another_reason_is_no_verdict() -> None:
    run = measured(fits=None, peak_bytes=GIB, problem="RuntimeError: of another kind")
    verdict = _one(verdicts([run], []), "fit 8 GB")
    assert (verdict.holds, verdict.figures) == (None, "RuntimeError: of another kind")


def test_fewer_frames_than_claimed_do_not_count() -> None:
    verdict = _one(verdicts([measured(frames=12)], []), "fit 8 GB")
    assert (verdict.holds, verdict.figures) == (False, "planned are 12 frames of 1024x576")


def test_what_was_not_run_is_no_verdict_and_what_cannot_be_planned_is_one() -> None:
    late = measured(fits=None, peak_bytes=None, problem="not run: the time was up")
    found = verdicts([late], [], [(SMALL, 6)])
    assert _one(found, "fit 8 GB").holds is None
    assert _one(found, "fit 6 GB").holds is False
    assert _one(verdicts([late], []), "fit 6 GB").holds is None


@pytest.mark.parametrize(
    ("share", "holds"),
    [(0.94, False), (0.951, True), (1.0, True), (1.149, True), (1.16, False)],
)
def test_a_prediction_may_be_a_little_above_and_hardly_below(share: float, holds: bool) -> None:
    run = measured(predicted_bytes=round(share * 6 * 10**9))
    assert _one(verdicts([run], []), "as predicted").holds is holds


def test_without_a_gpu_nothing_is_said_of_memory() -> None:
    found = verdicts([measured(peak_bytes=None)], [])
    assert {one.holds for one in found} == {None}


def test_speed_is_compared_with_all_weights_on_the_device() -> None:
    ours = [measured(step_s=9.0), measured(offload="none", step_s=1.0)]
    assert _one(verdicts(ours, [plain(step_s=1.0)]), "no slower").holds is True
    slower = _one(verdicts(ours, [plain(step_s=0.9)]), "no slower")
    assert (slower.holds, slower.figures) == (False, "1.00 s, plain 0.90 s: 0.90 of its speed")


def test_speed_of_other_frames_is_not_compared() -> None:
    ours = [measured(offload="none")]
    assert _one(verdicts(ours, [plain(frames=14)]), "no slower").holds is None
    assert _one(verdicts([], [plain()]), "no slower").holds is None


def test_a_second_of_output_is_reckoned_with_the_steps_of_a_job() -> None:
    assert output_second_s(2.0, 5.0, steps=25, frames=25, rate=7.0) == pytest.approx(15.4)
    assert output_second_s(None, 5.0, steps=25, frames=25, rate=7.0) is None


def test_each_way_is_run_once_at_its_smallest_card() -> None:
    found = runs()
    assert len({run.way for run in found}) == len(found)
    covered = {(run.model, gib) for run in found for gib in run.cards_gib}
    assert covered | set(without_plan()) == {(model, gib) for model in MODELS for gib in CARDS_GIB}
    for run in found:
        assert run.card_gib == min(run.cards_gib)
        for gib in run.cards_gib:
            plan = plan_for(run.model, gib)
            assert plan is not None
            assert plan.estimate.device_bytes == run.predicted_bytes < gib * GIB


def test_what_the_bar_asks_for_is_run_first() -> None:
    first = runs()[:4]
    assert any(run.model == XT and 8 in run.cards_gib for run in first)
    assert any(run.model == SMALL and 6 in run.cards_gib for run in first)
    assert any(run.model == XT and run.offload == "none" for run in first)


@pytest.mark.slow
def test_full_size_networks_are_as_large_as_the_published_ones() -> None:
    video = gpu_weights.built(gpu_weights.video_model, "meta")
    still = gpu_weights.built(gpu_weights.still_model, "meta")
    motion = gpu_weights.built(gpu_weights.motion_module, "meta")
    published = STABLE_VIDEO_DIFFUSION_XT.size_bytes
    assert _bytes(video.unet, video.vae, video.image_encoder) == _near(published)
    assert _bytes(still.unet, still.vae, still.text_encoder) == _near(
        sum(f.size_bytes for f in STABLE_DIFFUSION_15.files if f.path.endswith("safetensors"))
    )
    assert _bytes(motion) == _near(MOTION_ADAPTER.size_bytes)
    assert torch.get_default_dtype() is torch.float32


def _bytes(*modules: Any) -> int:
    return sum(
        value.numel() * value.element_size() for part in modules for value in part.parameters()
    )


def _near(size_bytes: int) -> Any:
    return pytest.approx(size_bytes, rel=_HEADERS_SHARE)


class _Children(gpu_matrix.Bench):
    """Answers for children, and notes what was asked of them."""

    def child(self, kind: str, model: str, *, card_gib: float, capped: bool) -> dict[str, Any]:
        asked.append((kind, model, capped))
        if kind == "weights":
            return {"problem": "no disk"}
        if capped:
            return {"out_of_memory": True, "fits": False, "problem": "OutOfMemoryError: full"}
        return {"fits": True, "peak_bytes": 9 * GIB, "step_s": 1.0, "decoding_s": 1.0, "frames": 25}


asked: list[tuple[str, str, bool]] = []


def test_what_does_not_fit_is_measured_again_without_a_limit(tmp_path: Path) -> None:
    asked.clear()
    bench = _Children(folder=tmp_path, limit_s=1000, toy=False)
    report = gpu_matrix.measured(bench, [XT], [12], work=tmp_path / "job")
    assert asked == [
        ("weights", XT, False),
        ("plain", XT, False),
        ("ours", XT, True),
        ("ours", XT, False),
    ]
    (run,) = report["ours"]
    assert (run.fits, run.peak_bytes, run.problem) == (False, 9 * GIB, "OutOfMemoryError: full")
    assert run.output_second_s == pytest.approx((25 + 1) / 25 * 7)
    assert report["descent"] == {"problem": "no disk"}


def test_what_there_is_no_time_for_is_told_as_that(tmp_path: Path) -> None:
    asked.clear()
    bench = _Children(folder=tmp_path, limit_s=1, toy=False)
    report = gpu_matrix.measured(bench, [XT], [8, 12], work=tmp_path / "job")
    assert {kind for kind, *_ in asked} == {"weights"}
    assert report["descent"] is None
    text = page(report, verdicts(report["ours"], report["plain"]), device="a GPU", steps=3)
    assert text.count("not run: the time was up") >= 3
    assert "Not run: the time was up." in text
    assert "| yes |" not in text


def test_a_run_knows_all_that_a_measurement_tells() -> None:
    assert set(asdict(runs([XT], [8])[0])) <= set(asdict(measured()))
    assert isinstance(runs([XT], [8])[0], Run)


@pytest.mark.slow
@pytest.mark.skipif(torch.cuda.is_available(), reason="there is a GPU")
def test_without_a_gpu_it_refuses_and_writes_nothing() -> None:
    before = _results()
    done = _started("--limit-s", "1")
    assert done.returncode == 2
    assert "no GPU that PyTorch can use was found" in done.stderr
    assert _results() == before


@pytest.mark.slow
def test_a_toy_run_measures_everything_and_leaves_the_results_alone(tmp_path: Path) -> None:
    before = _results()
    done = _started("--toy", str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert _results() == before
    text = (tmp_path / "gpu_matrix.md").read_text()
    assert "TOY NETWORKS" in text
    found = json.loads((tmp_path / "gpu_matrix.json").read_text())["results"]
    (ours,), (other,) = found["ours"], found["plain"]
    for run in (ours, other):
        assert (run["fits"], run["problem"], run["peak_bytes"]) == (True, "", None)
        assert run["step_s"] > 0
        assert run["decoding_s"] > 0
        names = [stage["name"] for stage in run["stages"]]
        assert names == ["loading", "encoding", "steps", "decoding"]
    down = found["descent"]
    assert down["pretended"] is True
    assert [one["error"] for one in down["attempts"]] == ["DeviceMemoryError", ""]
    assert (down["finished"], down["frame_count"]) == (True, 58)
    speed = [one for one in found["verdicts"] if "no slower" in one["claim"]]
    assert [one["holds"] is None for one in speed] == [False]


def _started(*arguments: str) -> "subprocess.CompletedProcess[str]":
    path = os.pathsep.join(filter(None, [str(ROOT / "src"), os.environ.get("PYTHONPATH")]))
    return subprocess.run(
        [sys.executable, "-m", "benchmarks.gpu_matrix", *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


def _results() -> list[bytes]:
    paths = sorted((ROOT / "benchmarks").glob("gpu_matrix.[jm]*"))
    return [path.read_bytes() for path in paths]
