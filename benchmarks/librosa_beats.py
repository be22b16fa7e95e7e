"""Beats by librosa, for comparison: one tempo for all (its default), and a tempo that varies.

python benchmarks/librosa_beats.py fixed|varying one.wav two.wav …    # any Python that has librosa

Prints one JSON object: beats in seconds of each file.
"""

import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

librosa: Any = import_module("librosa")
# Installed in another Python, so the type checker cannot see it.

_RATE_HZ = 22_050
# librosa's own default.


def beats(path: Path, *, varying: bool) -> list[float]:
    """Beats of one file in seconds."""
    samples, rate_hz = librosa.load(path, sr=_RATE_HZ)
    onset = librosa.onset.onset_strength(y=samples, sr=rate_hz)
    tempo = (
        librosa.feature.tempo(onset_envelope=onset, sr=rate_hz, aggregate=None, std_bpm=1.0)
        if varying
        else None
    )
    return list(
        librosa.beat.beat_track(onset_envelope=onset, sr=rate_hz, bpm=tempo, units="time")[1]
    )


def main() -> None:
    """Find the beats of the files on the command line."""
    varying = sys.argv[1] == "varying"
    found = {name: beats(Path(name), varying=varying) for name in sys.argv[2:]}
    json.dump(found, sys.stdout)


if __name__ == "__main__":
    main()
