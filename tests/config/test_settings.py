import logging
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

import pytest

from ai_video_generator.config.choices import Codec, Fit, Tier
from ai_video_generator.config.option_field import allowed_text, choices, value_text
from ai_video_generator.config.options import Settings
from ai_video_generator.config.settings import changed_settings, load_settings, settings_path
from ai_video_generator.errors import SettingsError
from ai_video_generator.media.resolution import Resolution

NO_VARIABLES: Mapping[str, str] = {}


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "settings.toml"


def test_without_layers_every_value_is_its_default() -> None:
    loaded = load_settings(environment=NO_VARIABLES)
    assert loaded.values == Settings()
    assert set(loaded.sources.values()) == {"default"}


def test_each_layer_wins_over_the_one_below_and_says_so(file: Path) -> None:
    file.write_text('size = "480p"\nfps = 25\nseed = 1\nfit = "blur"\n')
    loaded = load_settings(
        {"size": "4k", "threads": None},
        environment={"AIVG_SIZE": "720p", "AIVG_FPS": "30"},
        file=file,
        overrides_are_flags=True,
    )
    assert (loaded.values.size, loaded.values.fps, loaded.values.seed) == ("3840x2160", "30", 1)
    assert loaded.sources["size"] == "flag --size"
    assert loaded.sources["fps"] == "environment AIVG_FPS"
    assert loaded.sources["seed"] == f"file {file}"
    assert loaded.sources["threads"] == "default"


def test_auto_in_a_higher_layer_undoes_a_choice_below(file: Path) -> None:
    file.write_text('codec = "av1"\ntier = "ultra"\nsilence_limit = 3\n')
    overrides = {"codec": "auto", "tier": "AUTO", "silence_limit": "auto"}
    values = load_settings(overrides, environment=NO_VARIABLES, file=file).values
    assert (values.codec, values.tier, values.silence_limit) == (None, None, None)


@pytest.mark.parametrize(
    ("written", "exact"),
    [("24", 24), ("23.976", Fraction(24000, 1001)), (29.97, Fraction(30000, 1001)), (50, 50)],
)
def test_a_frame_rate_is_exact_however_it_is_written(written: object, exact: Fraction) -> None:
    assert (
        load_settings({"fps": written}, environment=NO_VARIABLES).values.asked_frame_rate == exact
    )
    assert load_settings({"fps": exact}, environment=NO_VARIABLES).values.asked_frame_rate == exact


def test_a_size_is_kept_as_pixels() -> None:
    values = load_settings({"size": "Portrait"}, environment=NO_VARIABLES).values
    assert values.asked_size == Resolution(1080, 1920)
    assert Settings().asked_size is None


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("size", "33x3"),
        ("size", True),
        ("fps", "0"),
        ("fps", "fast"),
        ("fit", "wide"),
        ("quality", "best"),
        ("codec", "h263"),
        ("sound", "loud"),
        ("seed", -1),
        ("seed", 2**32),
        ("seed", "1.5"),
        ("tier", "huge"),
        ("model", ""),
        ("silence_limit", 0),
        ("silence_limit", "nan"),
        ("silence_limit", float("inf")),
        ("time_limit", "0"),
        ("time_limit", "soon"),
        ("time_limit", "2x3"),
        ("reserve_vram", "much"),
        ("reserve_vram", "-1GB"),
        ("gpu", "rtx 4090"),
        ("max_temperature", 20),
        ("cpu", "never"),
        ("threads", -1),
        ("overwrite", "perhaps"),
        ("log_format", "xml"),
    ],
)
def test_a_bad_value_is_told_with_name_value_source_and_what_is_allowed(
    name: str, value: object
) -> None:
    with pytest.raises(SettingsError) as caught:
        load_settings({name: value}, environment=NO_VARIABLES)
    assert str(caught.value) == f"{name} cannot be {str(value)!r} (option {name})"
    assert caught.value.hint == f"allowed: {allowed_text(Settings.model_fields[name])}"


def test_a_bad_value_in_a_file_is_told_with_its_line(file: Path) -> None:
    file.write_text('# mine\nseed = 3\n\n size = "33x3"\n')
    with pytest.raises(SettingsError, match=r"settings\.toml, line 4\)"):
        load_settings(environment=NO_VARIABLES, file=file)


def test_an_unknown_key_is_told_with_the_nearest_setting(file: Path) -> None:
    file.write_text("time-limit = 2\n")
    with pytest.raises(SettingsError, match="'time-limit' is not a setting") as caught:
        load_settings(environment=NO_VARIABLES, file=file)
    assert caught.value.hint == "did you mean time_limit?"


def test_an_unknown_option_is_refused() -> None:
    with pytest.raises(SettingsError, match="'sise' is not a setting") as caught:
        load_settings({"sise": "4k"}, environment=NO_VARIABLES)
    assert caught.value.hint == "did you mean size?"


def test_an_unknown_variable_is_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.WARNING):
        load_settings(environment={"AIVG_SISE": "4k", "AIVG_SETTINGS": ""})
    assert caplog.messages == ["the variable AIVG_SISE is not a setting; did you mean AIVG_SIZE?"]


def test_an_empty_variable_is_not_set() -> None:
    assert load_settings(environment={"AIVG_SIZE": ""}).sources["size"] == "default"


@pytest.mark.parametrize("content", [b"size\n", b"seed = 1\nseed = 2\n", b"\xff\xfe"])
def test_a_damaged_file_is_one_of_our_errors(file: Path, content: bytes) -> None:
    file.write_bytes(content)
    with pytest.raises(SettingsError, match="settings file"):
        load_settings(environment=NO_VARIABLES, file=file)


def test_a_named_file_must_exist_and_the_usual_one_need_not(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="No such file"):
        load_settings(environment={"AIVG_SETTINGS": str(tmp_path / "none.toml")})
    with pytest.raises(SettingsError, match="directory"):
        load_settings(environment=NO_VARIABLES, file=tmp_path)
    assert not settings_path(NO_VARIABLES).exists()


def test_a_folder_may_begin_with_a_tilde(own_folders: Path) -> None:
    values = load_settings({"cache_folder": "~/cache", "log_folder": ""}, environment={}).values
    assert values.cache_folder == own_folders / "cache"
    assert values.log_folder is None


def test_keywords_replace_settings_and_none_sets_one_back() -> None:
    settings = Settings(seed=5, codec=Codec.AV1, threads=2)
    values = changed_settings(settings, {"fit": "blur", "seed": None, "codec": None})
    assert (values.fit, values.seed, values.codec, values.threads) == (Fit.BLUR, 0, None, 2)
    with pytest.raises(SettingsError, match="fps cannot be '0'"):
        changed_settings(Settings(), {"fps": 0})
    with pytest.raises(SettingsError, match="'size_px' is not a setting"):
        changed_settings(Settings(), {"size_px": 0})


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_setting_says_what_it_means_and_takes(name: str) -> None:
    field = Settings.model_fields[name]
    assert field.description is not None
    assert field.description.endswith(".")
    assert allowed_text(field)


@pytest.mark.parametrize("name", Settings.model_fields)
def test_every_default_can_be_written_down_and_read_back(name: str) -> None:
    shown = value_text(getattr(Settings(), name))
    assert load_settings({name: shown}, environment=NO_VARIABLES).values == Settings()


def test_choices_offer_auto_where_the_default_is_left_open() -> None:
    assert choices(Settings.model_fields["tier"]) == ("auto", *(tier.value for tier in Tier))
    assert choices(Settings.model_fields["seed"]) == ()
