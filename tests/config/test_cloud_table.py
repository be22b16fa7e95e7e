"""A person's own table of cloud models."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from ai_video_generator.config.cloud_table import read_cloud_models
from ai_video_generator.errors import SettingsError
from ai_video_generator.media.resolution import Resolution

_ENTRY: dict[str, Any] = {
    "name": "gen5",
    "durations_s": [10, 5],
    "ratios": ["1280:720"],
    "usd_per_second": 0.2,
    "source": "a price list",
    "date": "a day",
}


def _written(folder: Path, **changes: Any) -> Path:
    path = folder / "models.json"
    path.write_text(json.dumps({"runway": [{**_ENTRY, **changes}]}))
    return path


def test_a_model_is_read_with_its_units(tmp_path: Path) -> None:
    table = read_cloud_models(_written(tmp_path, frame_rate="30000/1001", extra={"audio": False}))

    (model,) = table["runway"]
    assert model.durations_s == (5, 10)
    assert model.ratios == (Resolution(1280, 720),)
    assert model.frame_rate == Fraction(30_000, 1001)
    assert model.extra == (("audio", False),)
    assert model.takes_seed


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"usd_per_second": 0}, "usd_per_second"),
        ({"ratios": ["wide"]}, "ratios.0"),
        ({"durations_s": []}, "durations_s"),
        ({"colour": "red"}, "colour"),
        ({"source": ""}, "source"),
    ],
)
def test_what_is_wrong_is_told_with_its_place(
    tmp_path: Path, change: dict[str, Any], where: str
) -> None:
    with pytest.raises(SettingsError, match=rf"wrong at runway\.0\.{where}"):
        read_cloud_models(_written(tmp_path, **change))


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="cannot be read"):
        read_cloud_models(tmp_path / "none.json")
