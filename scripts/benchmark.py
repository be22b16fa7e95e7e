"""Measures this program beside others, all in one go, into benchmarks/.

python scripts/benchmark.py              # a quarter of an hour; what `make bench` runs
python scripts/benchmark.py --quick      # a few minutes, shorter videos: figures to look at only
"""

import argparse
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
RESULTS = ROOT / "benchmarks"

_QUICK = {
    "startup": ("--repeats", "3"),
    "smoothness": ("--frames", "45"),
    "speed": ("--seconds", "10"),
    "memory": ("--seconds", "5", "--long", "300"),
}
_OURS, _OTHERS = "#1f6feb", "#9aa4b2"


def results_of(name: str) -> Any:
    """What a benchmark published."""
    return json.loads((RESULTS / f"{name}.json").read_text(encoding="utf-8"))["results"]


def plot(path: Path) -> None:
    """Draw CPU time, stages, shaking and memory in one picture."""
    import matplotlib as mpl

    mpl.use("Agg")
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(2, 2, figsize=(13, 8), layout="constrained")
    speed, smooth, memory = (results_of(name) for name in ("speed", "smoothness", "memory"))
    bars(axes[0][0], speed["cpu_s"], "CPU seconds for the same video (log)", log=True)
    bars(axes[0][1], speed["stages_cpu_s"], "CPU seconds of this program, by stage")
    shaking = {
        one["program"]: one["acceleration_rms_px"]
        for one in smooth["moves"]
        if one["move"] == "zoom, linear"
    }
    bars(axes[1][0], shaking, "Shaking: error of acceleration, pixels RMS (log)", log=True)
    peaks = {f"{one['size']}": one["peak_bytes"] / 1e6 for one in memory["by_size"]}
    bars(axes[1][1], peaks, "Peak memory by size of the video, MB")
    figure.savefig(path, dpi=110)


def bars(axes: Any, values: dict[str, float], title: str, *, log: bool = False) -> None:
    """One bar for each value, the longest at the bottom."""
    ordered = sorted(values.items(), key=lambda entry: entry[1])
    names = [name for name, _ in ordered]
    colours = [_OURS if name == "this program" else _OTHERS for name in names]
    drawn = axes.barh(names, [value for _, value in ordered], color=colours, log=log)
    axes.bar_label(drawn, fmt="%.3g", padding=3)
    axes.invert_yaxis()
    axes.margins(x=0.15)
    axes.set_title(title, loc="left")
    axes.spines[["top", "right"]].set_visible(False)


def main() -> None:
    """Run every benchmark, then draw the plot and say the ratios."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--quick", action="store_true", help="shorter videos")
    quick = parser.parse_args().quick
    for name, shorter in _QUICK.items():
        command = [sys.executable, "-m", f"benchmarks.{name}", *(shorter if quick else ())]
        subprocess.run(command, cwd=ROOT, check=True)
    try:
        plot(RESULTS / "benchmark.png")
    except ModuleNotFoundError as error:
        print(f"no plot is drawn: {error}; pip install -e '.[bench]'", file=sys.stderr)
    cpu_s = results_of("speed")["cpu_s"]
    for name, spent in cpu_s.items():
        if name != "this program":
            print(f"this program / {name}: {cpu_s['this program'] / spent:.2f}")


if __name__ == "__main__":
    main()
