"""The public API, with real pictures, sounds and files."""

import json
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from math import ceil
from pathlib import Path

import pytest
from corpus.oddities import write_picture, write_sound

from ai_video_generator import VideoGenerator
from ai_video_generator.config.choices import SoundMode
from ai_video_generator.config.settings import load_settings
from ai_video_generator.core.cache_book import CacheBook
from ai_video_generator.core.directing import directed
from ai_video_generator.core.recipe import read_recipe, recipe_for
from ai_video_generator.core.rendering import Job, check_file
from ai_video_generator.core.room import check_room
from ai_video_generator.errors import (
    CancelledError,
    DiskFullError,
    EncodingError,
    ImageUnreadableError,
    InputError,
    OutputPathError,
    SettingsError,
)
from ai_video_generator.media.audio_processor import AudioProcessor
from ai_video_generator.media.files import sha256
from ai_video_generator.media.image_file import picture_info
from ai_video_generator.media.video_file import video_info
from ai_video_generator.planning.history import JobRecord
from ai_video_generator.planning.plan import Plan
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

SMALL = {"size": "96x64", "fps": "24"}


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    return write_picture(tmp_path / "photo.png", 300, 200)


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    return write_sound(tmp_path / "song.wav", 1.3)


def test_a_video_covers_its_sound_by_less_than_a_frame(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    made = VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)

    info, heard = video_info(Path(made)), AudioProcessor().probe(sound)
    assert info.frame_count == ceil(heard.duration_s * 24)
    assert info.sound_duration_s == heard.duration_s


def test_paths_may_be_text_and_pictures_may_be_several(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    other = write_picture(tmp_path / "other.png", 64, 96)
    made = VideoGenerator().generate_video(
        [str(picture), str(other)], str(sound), str(tmp_path / "v.mkv"), **SMALL
    )
    assert made == str(tmp_path / "v.mkv")
    assert [entry.name for entry in read_recipe(Path(made)).pictures] == ["photo.png", "other.png"]


def test_an_option_that_is_none_of_ours_is_refused(picture: Path, sound: Path) -> None:
    with pytest.raises(SettingsError) as caught:
        VideoGenerator().plan(picture, sound, sizes="720p")
    assert "did you mean size" in caught.value.hint


def test_preferences_given_to_the_class_hold_for_its_jobs(picture: Path, sound: Path) -> None:
    plan = VideoGenerator(hardware_tier="medium", model_preference="ken_burns").plan(picture, sound)
    assert (plan.tier, plan.model) == ("medium", "ken_burns")


def test_nothing_is_overwritten_unless_allowed(picture: Path, sound: Path, tmp_path: Path) -> None:
    output = tmp_path / "v.mp4"
    output.write_bytes(b"precious")
    with pytest.raises(OutputPathError):
        VideoGenerator().generate_video(picture, sound, output, **SMALL)
    assert output.read_bytes() == b"precious"
    VideoGenerator().generate_video(picture, sound, output, overwrite=True, **SMALL)
    assert output.stat().st_size > 1000


def test_a_batch_goes_on_after_a_failure(picture: Path, sound: Path, tmp_path: Path) -> None:
    results = VideoGenerator().generate_batch(
        [
            {"image": picture, "audio": sound, "output": tmp_path / "1.mp4", **SMALL},
            {"image": tmp_path / "none.png", "audio": sound, "output": tmp_path / "2.mp4"},
            {"audio": sound},
            {"image": [picture], "audio": sound, "output": tmp_path / "4.mp4", **SMALL},
        ]
    )
    assert [result.path for result in results] == [
        tmp_path / "1.mp4",
        None,
        None,
        tmp_path / "4.mp4",
    ]
    assert isinstance(results[1].error, ImageUnreadableError)
    assert "image" in str(results[2].error)
    assert results[0].plan is not None
    assert results[1].plan is None


def test_the_estimated_time_grows_with_the_sound_and_learns_from_jobs(tmp_path: Path) -> None:
    settings = load_settings({"cache_folder": tmp_path, "size": "720p", "fps": "30"}).values
    generator = VideoGenerator(settings=settings)
    first = generator.get_estimated_time(60)
    assert generator.get_estimated_time(120) == pytest.approx(2 * first, rel=0.01)
    plan_key = "ken_burns/libx264"
    CacheBook(tmp_path).record_job(plan_key, JobRecord(megapixels=100.0, seconds=100.0))
    assert generator.get_estimated_time(60) == pytest.approx(1280 * 720 * 1800 / 1e6, rel=0.01)


@pytest.mark.parametrize("duration", [0, -1, float("nan")])
def test_a_time_cannot_be_estimated_for_no_length(duration: float) -> None:
    with pytest.raises(InputError):
        VideoGenerator().get_estimated_time(duration)


def test_a_stop_leaves_no_file(picture: Path, sound: Path, tmp_path: Path) -> None:
    reports: list[ProgressReport] = []

    def listen(report: ProgressReport) -> None:
        reports.append(report)
        if report.stage == "rendering":
            tracker.stop()

    tracker = ProgressTracker(listen)
    with pytest.raises(CancelledError):
        VideoGenerator(progress=tracker).generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["photo.png", "song.wav"]
    assert "listening to the sound" in {report.stage for report in reports}


def test_a_stop_ends_a_batch(picture: Path, sound: Path, tmp_path: Path) -> None:
    tracker = ProgressTracker()
    tracker.stop()
    with pytest.raises(CancelledError):
        VideoGenerator(progress=tracker).generate_batch(
            [{"image": picture, "audio": sound, "output": tmp_path / "v.mp4"}]
        )


def test_a_video_is_reproduced_bit_for_bit(picture: Path, sound: Path, tmp_path: Path) -> None:
    generator = VideoGenerator()
    # x264 compresses the same small noisy frames differently now and then.
    first = generator.generate(
        [picture], sound, tmp_path / "v.mov", seed=5, codec="prores", **SMALL
    )
    again = generator.reproduce(tmp_path / "v.mov")
    assert again.path == tmp_path / "v-again.mov"
    assert sha256(again.path) == sha256(tmp_path / "v.mov")
    assert again.recipe == first.recipe


def test_another_seed_gives_another_video(picture: Path, tmp_path: Path) -> None:
    long = write_sound(tmp_path / "long.wav", 9)
    for seed in (1, 2):
        VideoGenerator().generate(
            [picture], long, tmp_path / f"{seed}.mp4", seed=seed, size="96x64", fps="5"
        )
    assert (tmp_path / "1.mp4").read_bytes() != (tmp_path / "2.mp4").read_bytes()


def test_inputs_are_found_where_they_were_last_seen(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    VideoGenerator().generate_video(picture, sound, elsewhere / "v.mp4", **SMALL)
    again = VideoGenerator().reproduce(elsewhere / "v.mp4", elsewhere / "w.mp4")
    assert again.path == elsewhere / "w.mp4"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (lambda path: path.unlink(), "is not found"),
        (lambda path: path.write_bytes(path.read_bytes() + b"x"), "is not the file"),
    ],
)
def test_a_missing_or_changed_input_is_named(
    picture: Path, sound: Path, tmp_path: Path, change: Callable[[Path], object], message: str
) -> None:
    VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    change(picture)
    with pytest.raises(InputError, match=message) as caught:
        VideoGenerator().reproduce(tmp_path / "v.mp4")
    assert "--picture" in caught.value.hint


def test_a_recipe_names_no_folder(picture: Path, sound: Path, tmp_path: Path) -> None:
    VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    recipe = read_recipe(tmp_path / "v.mp4")
    assert recipe.differences() == []
    assert tmp_path.name not in recipe.model_dump_json()
    assert tmp_path.name.encode() not in (tmp_path / "v.mp4").read_bytes()
    assert json.loads(recipe.model_dump_json())["plan"]["timeline"]["frame_rate"] == "24"


def test_a_video_of_another_program_has_no_recipe(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    data = (tmp_path / "v.mp4").read_bytes().replace(b'"format":2', b'"format":x')
    (tmp_path / "w.mp4").write_bytes(data)
    with pytest.raises(InputError, match="no recipe"):
        read_recipe(tmp_path / "w.mp4")


def test_a_recipe_of_another_format_says_so(picture: Path, sound: Path, tmp_path: Path) -> None:
    VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    data = (tmp_path / "v.mp4").read_bytes().replace(b'"format":2', b'"format":1')
    (tmp_path / "w.mp4").write_bytes(data)
    with pytest.raises(InputError, match="has format 1") as caught:
        read_recipe(tmp_path / "w.mp4")
    assert "an older version" in caught.value.hint


def _job(picture: Path, sound: Path, output: Path, change: Callable[[Plan], Plan]) -> Job:
    info = AudioProcessor().probe(sound)
    pictures = (picture_info(picture),)
    plan = change(VideoGenerator().plan(picture, sound, output, **SMALL))
    settings = load_settings({}).values
    board = directed(pictures, plan, settings)
    recipe = recipe_for(pictures, info, plan, board, settings)
    return Job(
        pictures=pictures,
        sound=info,
        output=output,
        overwrite=False,
        recipe=recipe,
        sound_mode=SoundMode.AUTO,
    )


def test_a_disk_that_is_too_small_is_found_before_the_work(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    plan = VideoGenerator().plan(picture, sound, **SMALL)
    check_room(plan, tmp_path / "v.mp4", plan.estimate.disk_bytes + 2**30)
    with pytest.raises(DiskFullError):
        check_room(plan, tmp_path / "v.mp4", plan.estimate.disk_bytes)


def test_a_file_that_is_not_what_was_planned_is_found_out(
    picture: Path, sound: Path, tmp_path: Path
) -> None:
    job = _job(picture, sound, tmp_path / "v.mp4", lambda plan: plan)
    VideoGenerator().generate_video(picture, sound, tmp_path / "v.mp4", **SMALL)
    check_file(tmp_path / "v.mp4", job)

    def longer(plan: Plan) -> Plan:
        line = replace(plan.timeline, frame_count=plan.timeline.frame_count + 1)
        return replace(plan, timeline=line)

    def slower(plan: Plan) -> Plan:
        return replace(plan, timeline=replace(plan.timeline, frame_rate=Fraction(12)))

    for change in (longer, slower):
        with pytest.raises(EncodingError):
            check_file(tmp_path / "v.mp4", _job(picture, sound, tmp_path / "w.mp4", change))


def test_a_batch_leaves_out_what_is_made_already_and_sees_a_cover_once(
    picture: Path, tmp_path: Path
) -> None:
    stages: list[str] = []
    tracker = ProgressTracker(lambda report: stages.append(report.stage))
    sounds = [write_sound(tmp_path / f"{number}.wav", 0.5) for number in range(3)]
    inputs = [
        {"image": picture, "audio": one, "output": one.with_suffix(".mp4"), **SMALL}
        for one in sounds
    ]
    made = VideoGenerator(progress=tracker).generate_batch(inputs)
    assert [result.was_there for result in made] == [False] * 3
    looked = [
        stage
        for stage, before in zip(stages, ["", *stages], strict=False)
        if stage == "looking at the pictures" != before
    ]
    assert len(looked) == 1

    inputs[1]["seed"] = 5
    again = VideoGenerator().generate_batch(inputs)

    assert [result.was_there for result in again] == [True, False, True]
    assert again[0].plan == made[0].plan
    assert isinstance(again[1].error, OutputPathError)
    assert "another seed" in str(again[1].error)
