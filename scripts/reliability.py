"""Runs the reliability campaign, and publishes what it finds in benchmarks/.

python scripts/reliability.py                     # all of it, some three quarters of an hour
python scripts/reliability.py --only bad-input    # or another part
python scripts/reliability.py --sample 50         # so many cases of each; only printed

Each part has its own page; benchmarks/reliability.md has a line of each.
"""

import argparse
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
PARTS = {
    "lengths": "benchmarks.lengths",
    "bad-input": "benchmarks.bad_input",
    "kills": "benchmarks.kills",
    "faults": "benchmarks.faults",
    "soak": "benchmarks.soak",
}
COLLECTED = "benchmarks.reliability"

parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
parser.add_argument("--only", choices=PARTS, help="one part alone")
parser.add_argument("--sample", type=int, help="so many cases of each part; publishes nothing")
chosen = parser.parse_args()

flags = [] if chosen.sample is None else ["--sample", str(chosen.sample)]
environment = os.environ | {"PYTHONPATH": str(ROOT / "tests")}
worst = 0
modules = [PARTS[chosen.only]] if chosen.only else list(PARTS.values())
if chosen.sample is None:
    modules.append(COLLECTED)
for module in modules:
    command = [sys.executable, "-m", module, *(flags if module != COLLECTED else [])]
    worst |= subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode  # our own
sys.exit(worst)
