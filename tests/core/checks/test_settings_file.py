"""Settings that cannot be read are found, and variables that are none."""

from pathlib import Path

import pytest

from ai_video_generator.core.checks.check import State
from ai_video_generator.core.checks.settings_file import settings_check


def test_no_settings_are_well() -> None:
    (check,) = settings_check({})

    assert (check.state, check.said) == (State.OK, "none, so defaults are taken")


def test_a_legal_file_and_legal_variables_are_well(tmp_path: Path) -> None:
    file = tmp_path / "settings.toml"
    file.write_text('size = "1080p"\n')

    (check,) = settings_check({"AIVG_FPS": "30", "HOME": "/"}, file)

    assert check.state is State.OK
    assert str(file) in check.said
    assert "1 set by variables" in check.said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('size = "huge"', "size cannot be 'huge'"),
        ("size = ", "is not TOML"),
        ("sise = 1", "'sise' is not a setting"),
    ],
)
def test_a_file_that_cannot_be_used_is_broken(tmp_path: Path, text: str, said: str) -> None:
    file = tmp_path / "settings.toml"
    file.write_text(text)

    (check,) = settings_check({}, file)

    assert check.state is State.BROKEN
    assert said in check.said
    assert check.mend


def test_a_file_that_is_named_and_missing_is_broken(tmp_path: Path) -> None:
    (check,) = settings_check({"AIVG_SETTINGS": str(tmp_path / "none.toml")})

    assert check.state is State.BROKEN
    assert "cannot be read" in check.said


def test_a_variable_with_an_illegal_value_is_broken() -> None:
    (check,) = settings_check({"AIVG_QUALITY": "splendid"})

    assert check.state is State.BROKEN
    assert "environment AIVG_QUALITY" in check.said


def test_a_variable_that_is_no_setting_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    near, far = settings_check({"AIVG_SISE": "4k", "AIVG_XYZZYX": "1", "HF_HOME": "x"})

    assert (near.state, near.mend) == (State.WARNING, "did you mean AIVG_SIZE?")
    assert far.mend == "`unset AIVG_XYZZYX`"
    assert not caplog.records  # told once, not twice
