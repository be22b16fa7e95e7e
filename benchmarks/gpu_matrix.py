"""Memory and time of the diffusion models on GPUs of 4 to 24 GB, all measured on one large GPU.

Each plan that the planner makes for a card is run by our backend in a process that may use no more
than the card has; plain diffusers runs beside it; and a job on a card smaller than was told comes
down to what fits. Networks of full size with random weights are made on the spot: nothing is
downloaded. One GPU of 48 GB or more is needed, 25 GB of RAM, and 12 GB of disk.

    python -m benchmarks.gpu_matrix                  # writes gpu_matrix.json and gpu_matrix.md
    python -m benchmarks.gpu_matrix --toy OUT        # toy networks on the processor, into OUT
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from ai_video_generator.models.base_model import BACKENDS
from benchmarks.common import ROOT, publish, surroundings
from benchmarks.gpu_ladder import MODEL as LADDER_MODEL
from benchmarks.gpu_plans import CARDS_GIB, MODELS, Run, runs, without_plan
from benchmarks.gpu_verdicts import Measured, output_second_s, page, verdicts

_STEPS = 3
# Enough for the time of a step: the first, which warms up, is left out.
_LEAST_S = {"ours": 25.0, "plain": 30.0, "ladder": 60.0}
# What must be left of the time before one more is begun; each is ended when the time is up.
_LARGEST_GIB = 24
_TOY_MODELS, _TOY_CARDS_GIB = ("stable_video_diffusion",), (24,)
_TITLE = "Diffusion models on GPUs of every size"


@dataclass(slots=True)
class Bench:
    """Starts children while there is time, and says what they do.

    Attributes:
        folder: Where weights are kept.
        limit_s: Seconds for everything.
        toy: Whether toy networks run on the processor.
        steps: Denoising steps of a measured pass.
        device: What was computed on; empty until a child has said so.
    """

    folder: Path
    limit_s: float
    toy: bool
    steps: int = _STEPS
    device: str = ""
    _began_s: float = field(default_factory=time.monotonic)

    @property
    def left_s(self) -> float:
        """Seconds that are left."""
        return self.limit_s - (time.monotonic() - self._began_s)

    def say(self, text: str) -> None:
        """Print a line with the time since the beginning."""
        print(f"{self.limit_s - self.left_s:6.1f} s  {text}", flush=True)

    def has_time(self, kind: str) -> bool:
        """Whether one more of a kind may begin."""
        return self.left_s >= (0.0 if self.toy else _LEAST_S[kind])

    def child(self, kind: str, model: str, *, card_gib: float, capped: bool) -> dict[str, Any]:
        """What one child measured; where it failed or took too long, only ``problem``."""
        command = ["benchmarks.gpu_child", kind, model]
        command += ["--card-gib", str(card_gib), "--steps", str(self.steps)]
        command += ["--folder", str(self.folder)]
        command += ["--capped"] * capped
        limit = f", held to {card_gib:g} GiB" if capped else ""
        self.say(f"{kind} {model}{limit}")
        return self.answer(command)

    def answer(self, module: Sequence[str]) -> dict[str, Any]:
        """What a module printed; where it failed or took too long, only ``problem``."""
        command = [sys.executable, "-m", *module, *["--toy"] * self.toy]
        try:
            answer = subprocess.run(
                command,
                cwd=ROOT,
                env=_environment(),
                capture_output=True,
                text=True,
                timeout=max(1.0, self.left_s),
                check=False,
            )
        except subprocess.TimeoutExpired:
            return {"problem": "not finished: the time was up"}
        lines = answer.stdout.strip().splitlines()
        if answer.returncode or not lines:
            said = answer.stderr.strip().splitlines() or [f"exit code {answer.returncode}"]
            self.say(f"  failed: {said[-1]}")
            return {"problem": f"failed: {said[-1]}"}
        found: dict[str, Any] = json.loads(lines[-1])
        self.device = found.get("device", self.device)
        return found


def main(arguments: Sequence[str] | None = None) -> None:
    """Measure everything there is time for, and write what was found."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--limit-s", type=float, default=540.0)
    parser.add_argument("--folder", type=Path, help="where weights are kept; else they are removed")
    parser.add_argument("--models", nargs="+", choices=MODELS)
    parser.add_argument("--cards", nargs="+", type=int, choices=CARDS_GIB)
    parser.add_argument("--toy", type=Path, metavar="OUT", help="toy networks, results into OUT")
    asked = parser.parse_args(arguments)
    toy = asked.toy is not None
    if not toy and not _has_gpu():
        parser.error("no GPU that PyTorch can use was found; --toy OUT runs without one")
    models = asked.models or (_TOY_MODELS if toy else MODELS)
    cards = asked.cards or (_TOY_CARDS_GIB if toy else CARDS_GIB)
    with tempfile.TemporaryDirectory(prefix="gpu_matrix_") as passing:
        bench = Bench(folder=asked.folder or Path(passing), limit_s=asked.limit_s, toy=toy)
        report = measured(bench, models, cards, work=Path(passing) / "job")
        bench.say("finished")
    found = verdicts(report["ours"], report["plain"], report["without_plan"])
    text = page(
        report,
        found,
        device=_device(bench),
        steps=bench.steps,
    )
    results = {
        **report,
        "verdicts": found,
        "device": _device(bench),
    }
    settings = {"limit_s": asked.limit_s, "steps": bench.steps, "cards_gib": list(cards)}
    if toy:
        _write_toy(asked.toy, settings, results, text)
        return
    publish("gpu_matrix", title=_TITLE, settings=settings, results=_plain(results), text=text)


def measured(
    bench: Bench, models: Sequence[str], cards: Sequence[int], *, work: Path
) -> dict[str, Any]:
    """All that there is time for: what the verdicts ask for first.

    Args:
        bench: Starts the children.
        models: Names of backends.
        cards: Sizes of cards, GiB.
        work: Folder for the job that comes down.
    """
    weights = _made_weights(bench, models)
    queue = runs(models, cards)
    largest: dict[str, Run] = {}
    for run in sorted(queue, key=lambda run: run.offload != "none"):
        largest.setdefault(run.model, run)
    ours = {run.way: _ours(bench, run) for run in queue[: len(queue) // 2]}
    plain = [_plain_run(bench, run) for run in list(largest.values())[:1]]
    down = _descent(bench, weights.get(LADDER_MODEL), work)
    ours |= {run.way: _ours(bench, run) for run in queue if run.way not in ours}
    plain += [_plain_run(bench, run) for run in list(largest.values())[1:]]
    return {
        "ours": sorted(ours.values(), key=lambda one: (MODELS.index(one.model), one.card_gib)),
        "plain": plain,
        "descent": down,
        "without_plan": without_plan(models, cards),
    }


def _made_weights(bench: Bench, models: Sequence[str]) -> dict[str, dict[str, Any]]:
    """The weights of each model and of the job's, made once by children.

    Stable Video Diffusion has the same networks in all its sizes; toys are made as they are run.
    """
    others = [model for model in models if not model.startswith("stable")]
    wanted = [LADDER_MODEL, *(() if bench.toy else others)]
    return {
        model: bench.child("weights", model, card_gib=_LARGEST_GIB, capped=False)
        for model in wanted
    }


def _ours(bench: Bench, run: Run) -> Measured:
    """One plan by our backend; where it does not fit, once more without a limit."""
    empty = Measured(**asdict(run))
    if not bench.has_time("ours"):
        return replace(empty, problem="not run: the time was up")
    found = bench.child("ours", run.model, card_gib=run.card_gib, capped=True)
    if found.get("out_of_memory") and bench.has_time("ours"):
        # How much it takes is worth knowing, too.
        free = bench.child("ours", run.model, card_gib=run.card_gib, capped=False)
        found = {**free, "fits": False, "problem": found["problem"]}
    return _filled(empty, found)


def _plain_run(bench: Bench, run: Run) -> Measured:
    """The same frames by plain diffusers."""
    values = {**asdict(run), "cards_gib": (), "offload": "none", "decode_frames": 0}
    empty = Measured(**{**values, "predicted_bytes": 0})
    if not bench.has_time("plain"):
        return replace(empty, problem="not run: the time was up")
    return _filled(empty, bench.child("plain", run.model, card_gib=run.card_gib, capped=False))


def _filled(empty: Measured, found: dict[str, Any]) -> Measured:
    names = ("fits", "peak_bytes", "allocated_bytes", "step_s", "decoding_s", "problem", "stages")
    spec = BACKENDS.load(empty.model).spec
    options: Any = BACKENDS.load(empty.model).options_class()
    seconds = output_second_s(
        found.get("step_s"),
        found.get("decoding_s"),
        steps=options.steps,
        frames=found.get("frames") or empty.frames,
        rate=float(spec.native_frame_rate or 1),
    )
    given = {name: found[name] for name in (*names, "resident_bytes") if name in found}
    return replace(empty, output_second_s=seconds, **given)


def _descent(bench: Bench, weights: dict[str, Any] | None, work: Path) -> dict[str, Any] | None:
    """The job that comes down; None where there was no time."""
    if not bench.has_time("ladder"):
        return None
    if not weights or "problem" in weights:
        return {"problem": (weights or {}).get("problem", "no weights")}
    bench.say("a job on a card that is smaller than was told")
    return bench.answer(["benchmarks.gpu_ladder", json.dumps(weights), str(work)])


def _environment() -> dict[str, str]:
    """For children: nothing is asked of the hub, and GPUs have the driver's order."""
    path = os.pathsep.join(filter(None, [str(ROOT), os.environ.get("PYTHONPATH")]))
    return {
        **os.environ,
        "PYTHONPATH": path,
        "HF_HUB_OFFLINE": "1",
        "CUDA_DEVICE_ORDER": "PCI_BUS_ID",
    }


def _has_gpu() -> bool:
    """Whether PyTorch can use a GPU; asked in a child, so that this process takes none of it."""
    code = "import torch; raise SystemExit(not torch.cuda.is_available())"
    return subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def _device(bench: Bench) -> str:
    if bench.toy:
        return "the processor, TOY NETWORKS: no figure here says anything of a GPU"
    return bench.device or "nothing"


def _write_toy(folder: Path, settings: Any, results: dict[str, Any], text: str) -> None:
    """Write what a toy run found; never where the measured figures are kept."""
    folder.mkdir(parents=True, exist_ok=True)
    report = {**surroundings(), "settings": settings, "results": _plain(results)}
    (folder / "gpu_matrix.json").write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")
    (folder / "gpu_matrix.md").write_text(f"# {_TITLE}\n\n{text}\n", encoding="utf-8")
    print(f"{_TITLE}\n\n{text}\n")


def _plain(results: dict[str, Any]) -> dict[str, Any]:
    """Dataclasses as mappings, with the ratios that they know."""
    found = dict(results)
    for name in ("ours", "plain"):
        found[name] = [{**asdict(one), "ratio": one.ratio} for one in results[name]]
    found["verdicts"] = [asdict(one) for one in results["verdicts"]]
    return found


if __name__ == "__main__":
    main()
