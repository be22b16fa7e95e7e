"""``aivg listen`` prints and draws what was measured."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from corpus import songs, sounds
from PIL import Image
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


def _song(folder: Path) -> Path:
    plan = replace(songs.song_forms()[0], seconds=30.0)
    return songs.write(songs.make(plan).samples, folder / "song.wav")


def test_listen_tells_tempo_beats_bars_and_sections(tmp_path: Path) -> None:
    path = _song(tmp_path)

    shown = aivg("listen", path)
    told = json.loads(aivg("listen", path, "--json").stdout)

    lines = dict(line.strip().split(maxsplit=1) for line in shown.stdout.splitlines())
    assert lines["kind"] == "music"
    assert lines["tempo"] == "120.0 beats a minute"
    assert lines["metre"].startswith("4 to a bar, ")
    assert lines["beats"].startswith(str(len(told["rhythm"]["beat_times_s"])))
    assert [section["label"] for section in told["sections"]] == ["A", "B"]
    assert "section A  0:00.000 to 0:16.3" in shown.stdout
    assert told["kind"] == "music"
    assert len(told["curves"]["loudness"]) == 300


def test_listen_draws_what_it_hears(tmp_path: Path) -> None:
    song, plot = _song(tmp_path), tmp_path / "plot.png"

    drawn = aivg("listen", song, "-o", plot)

    assert drawn.returncode == 0
    assert f"drawn into {plot}" in drawn.stderr
    with Image.open(plot) as image:
        assert image.size == (1600, 760)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["plot.png", "song.wav"]


def test_listen_overwrites_nothing_unless_told(tmp_path: Path) -> None:
    song, plot = _song(tmp_path), tmp_path / "plot.svg"
    plot.write_text("mine")

    refused = aivg("listen", song, "-o", plot)
    kept = plot.read_text()
    allowed = aivg("listen", song, "-o", plot, "--overwrite")

    assert refused.returncode == 3
    assert "is already there" in refused.stderr
    assert kept == "mine"
    assert allowed.returncode == 0
    assert plot.read_text().startswith("<svg")


@pytest.mark.parametrize(
    ("name", "said"),
    [("plot.jpg", "no drawing is saved as '.jpg'"), ("missing/plot.png", "there is no folder")],
)
def test_listen_refuses_a_drawing_before_it_listens(name: str, said: str, tmp_path: Path) -> None:
    refused = aivg("listen", tmp_path / "missing.mp3", "-o", tmp_path / name)

    assert refused.returncode == 3
    assert said in refused.stderr


def test_listen_refuses_what_is_no_sound(tmp_path: Path) -> None:
    path = tmp_path / "letter.mp3"
    path.write_text("dear reader\n" * 99)

    refused = aivg("listen", path)

    assert refused.returncode == 3
    assert "letter.mp3 is not a sound" in refused.stderr
    assert "Traceback" not in refused.stderr
