"""Machines that are not this one come by name or from a file."""

import json
from pathlib import Path

import pytest
from corpus.machines import FACTS, machine

from ai_video_generator.config.machines import machine_named, typical_machines
from ai_video_generator.errors import InputError
from ai_video_generator.hardware.tiers import Tier, machine_tier


def test_there_is_a_typical_machine_of_each_tier() -> None:
    tiers = {machine_tier(machine_named(name)) for name in typical_machines()}

    assert tiers == set(Tier)


def test_a_recorded_machine_comes_back(tmp_path: Path) -> None:
    facts = machine("server_h200")
    (tmp_path / "m.json").write_bytes(FACTS.dump_json(facts))

    assert machine_named(str(tmp_path / "m.json")) == facts


def test_a_file_with_a_wrong_field_says_which(tmp_path: Path) -> None:
    told = json.loads(FACTS.dump_json(machine("server_h200")))
    told["cpu_cores"] = "many"
    (tmp_path / "m.json").write_text(json.dumps(told))

    with pytest.raises(InputError, match="describes no machine: cpu_cores: "):
        machine_named(str(tmp_path / "m.json"))


@pytest.mark.parametrize("name", ["", "none", "."])
def test_what_is_no_machine_names_those_that_are(name: str) -> None:
    with pytest.raises(InputError, match="neither a typical machine nor a file") as caught:
        machine_named(name)
    assert "rtx_4090" in caught.value.hint
