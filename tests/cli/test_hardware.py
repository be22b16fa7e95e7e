"""``aivg hardware`` tells what the machine is, to people and to programs."""

from corpus.machines import FACTS
from program import aivg

from ai_video_generator.hardware.hardware_detector import HardwareDetector


def test_the_json_is_the_facts_of_this_machine() -> None:
    done = aivg("hardware", "--json")

    facts = FACTS.validate_json(done.stdout)

    assert done.returncode == 0
    here = HardwareDetector().detect()
    assert (facts.cpu_name, facts.cpu_cores, facts.ram_total_bytes) == (
        here.cpu_name,
        here.cpu_cores,
        here.ram_total_bytes,
    )
    assert "libx264" in facts.video_encoders


def test_the_table_names_processor_encoders_and_tier() -> None:
    done = aivg("hardware", COLUMNS="200")

    here = HardwareDetector()
    assert done.returncode == 0
    assert done.stderr == ""
    assert here.detect().cpu_name in done.stdout
    assert "libx264" in done.stdout
    assert f"{here.get_hardware_tier()}: at least" in done.stdout
    for sentence in here.detect().notes:
        assert sentence in done.stdout
