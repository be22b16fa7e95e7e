"""``aivg listen`` prints what was measured."""

import json
from pathlib import Path

from corpus import sounds
from program import aivg


def test_listen_shows_the_facts_of_a_sound(tmp_path: Path) -> None:
    odd = next(odd for odd in sounds.odd_sounds() if odd.suffix == "flac")
    path = sounds.make(odd, tmp_path)

    shown = aivg("listen", path)
    told = json.loads(aivg("listen", path, "--json").stdout)

    assert shown.returncode == 0
    assert f"0:00.250 ({odd.sample_count:,} samples)" in shown.stdout
    assert "flac in flac" in shown.stdout
    assert told["sample_count"] == odd.sample_count
    assert told["loudness"]["true_peak_dbtp"] < 0


def test_listen_refuses_what_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp3"
    path.write_text("dear reader\n" * 99)

    refused = aivg("listen", path)

    assert refused.returncode == 3
    assert "letter.mp3 is not a sound" in refused.stderr
    assert "Traceback" not in refused.stderr
