"""One measurement of the GPU matrix, in a process of its own; see `benchmarks.gpu_matrix`.

    python -m benchmarks.gpu_child ours stable_video_diffusion --card-gib 8 --folder /tmp/weights

Prints one line of JSON. A full memory is a result like any other.
"""

import argparse
import json
from collections.abc import Callable
from contextlib import closing
from dataclasses import asdict, dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

import torch

from benchmarks.common import ROOT  # noqa: F401 - first: it is what the next rest on
from benchmarks.gpu_meter import Meter, first_call, is_out_of_memory, resident_bytes
from benchmarks.gpu_plain import plain_pass
from benchmarks.gpu_plans import GIB, plan_for, toy_plan
from benchmarks.gpu_weights import full_weights

from corpus.stills import photo, picture, scene_of  # isort: skip - found by gpu_weights
from corpus.toy_weights import ToyWeights  # isort: skip

from ai_video_generator.models._diffusers import DiffusersModel, torch_device
from ai_video_generator.models.base_model import BACKENDS, Scene, StepReport, Supplies
from ai_video_generator.planning.plan import Plan

_PICTURE = (1600, 900)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """What to measure.

    Attributes:
        kind: "weights", "ours" or "plain".
        model: Name of the backend.
        card_gib: The card whose plan is run.
        capped: Whether the process may use no more than the card has.
        steps: Denoising steps.
        folder: Where weights are kept.
        toy: Whether toy networks run on the processor.
    """

    kind: str
    model: str
    card_gib: float
    capped: bool
    steps: int
    folder: Path
    toy: bool


def main() -> None:
    """Measure, and print what came out."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=("weights", "ours", "plain"))
    parser.add_argument("model")
    parser.add_argument("--card-gib", type=float, default=24.0)
    parser.add_argument("--capped", action="store_true")
    parser.add_argument("--steps", type=int, default=3)
    parser.add_argument("--folder", type=Path, required=True)
    parser.add_argument("--toy", action="store_true")
    task = Task(**vars(parser.parse_args()))
    torch.manual_seed(0)
    print(json.dumps(done(task)), flush=True)


def done(task: Task) -> dict[str, Any]:
    """Do one task; what it measured, or why it did not."""
    weights = weights_of(task)
    if task.kind == "weights":
        return {name: str(path) for name, path in weights.items()}
    plan = planned(task)
    meter = Meter(device=torch_device(plan.device))
    meter.warm_up()
    if task.capped:
        meter.cap(round(task.card_gib * GIB))
    run: Callable[[], int] = partial(_ours, task, plan, weights, meter)
    if task.kind == "plain":
        run = partial(
            plain_pass,
            task.model,
            scene_for(plan),
            plan,
            weights=weights,
            meter=meter,
            steps=task.steps,
        )
    problem, frames, fits = "", 0, None
    try:
        frames, fits = run(), True
    except Exception as error:  # noqa: BLE001 - whatever it is, it is a result
        is_full = is_out_of_memory(error)
        fits = False if is_full else None
        meter.stage("out of memory" if is_full else "failure")
        problem = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    return {
        "device": _device_name(meter),
        "frames": frames,
        "fits": fits,
        "problem": problem,
        "out_of_memory": any(one.name == "out of memory" for one in meter.stages),
        "context_bytes": meter.context_bytes,
        "peak_bytes": meter.peak_bytes(),
        "allocated_bytes": meter.allocated_bytes(),
        "resident_bytes": resident_bytes(),
        "step_s": meter.step_seconds(),
        "decoding_s": meter.seconds_of("decoding"),
        "stages": [asdict(stage) for stage in meter.stages],
    }


def planned(task: Task) -> Plan:
    """The planner's plan for the task's card.

    Raises:
        ValueError: When there is none.
    """
    plan = plan_for(task.model, task.card_gib)
    if plan is None:
        raise ValueError(f"no plan for {task.model} in {task.card_gib} GiB")
    return toy_plan(plan) if task.toy else plan


def weights_of(task: Task) -> dict[str, Path]:
    """The model's weights, made where they are not there yet."""
    if not task.toy:
        device = "cuda" if torch.cuda.is_available() else "cpu"
        return full_weights(task.folder, task.model, device)
    torch.set_num_threads(1)
    # Each process makes its own: they are small, and the library makes each part once.
    folder = task.folder / f"toy_{task.kind}_{task.model}_{task.card_gib:g}_{task.capped}"
    return ToyWeights(folder).of(task.model)


def scene_for(plan: Plan) -> Scene:
    """One shot as long as a pass of the plan."""
    count = plan.frames_per_pass or 1
    size = (plan.render_size.width_px, plan.render_size.height_px)
    scene, _ = scene_of([picture(photo(*_PICTURE))], size=size, seconds=10)
    shot = replace(scene.storyboard.shots[0], start_frame=0, frame_count=count)
    board = replace(scene.storyboard, frame_count=count, shots=(shot,))
    return replace(
        scene, storyboard=board, frames=range(count), frame_rate=plan.render_rate, seed=5
    )


def _ours(task: Task, plan: Plan, weights: dict[str, Path], meter: Meter) -> int:
    """One pass by our backend, as a job runs it; returns the frames it gave."""
    model = BACKENDS.load(task.model)()
    if not isinstance(model, DiffusersModel):
        raise TypeError(f"{task.model} runs no network")
    scene = scene_for(plan)
    total = 0

    def heard(report: StepReport) -> None:
        meter.step()
        if report.done == report.total:
            meter.stage("steps")

    with closing(model):
        model.load(plan, Supplies(weights=weights, options={"steps": task.steps}))
        meter.stage("loading")
        first_call(model.pipeline.unet, partial(meter.stage, "encoding"))
        model.on_step = heard
        for _ in model.generate(scene):
            total += 1
        meter.stage("decoding")
    return total


def _device_name(meter: Meter) -> str:
    return torch.cuda.get_device_name() if meter.on_gpu else "processor"


if __name__ == "__main__":
    main()
