"""Lists and folders of jobs: what is asked for, and every mistake with its line."""

import json
import random
import string
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ai_video_generator.config.choices import Codec
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.batch_folder import PICTURE_SUFFIXES, SOUND_SUFFIXES, paired
from ai_video_generator.core.batch_list import BatchJob, read_batch
from ai_video_generator.errors import InputError

NAMES = ("a.jpg", "b.jpg", "a.mp3", "b.mp3", "odd; name.jpg")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with pictures and sounds, empty: planning a batch opens none of them."""
    for name in NAMES:
        (tmp_path / name).touch()
    return tmp_path


def jobs(
    folder: Path, name: str, text: str | bytes, picture: Path | None = None
) -> tuple[BatchJob, ...]:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return read_batch([path], Settings(), picture=picture).jobs


def refusal(folder: Path, name: str, text: str | bytes) -> str:
    with pytest.raises(InputError) as caught:
        jobs(folder, name, text)
    assert caught.value.exit_code == 3
    return str(caught.value)


def test_a_row_names_pictures_sound_output_and_options(folder: Path) -> None:
    (one,) = jobs(
        folder,
        "songs.csv",
        "Picture,Sound,Output,Size,Negative prompt,sound-mode\n"
        "a.jpg;b.jpg,a.mp3,film.mkv,720p,rain,copy\n",
    )
    assert one.pictures == (folder / "a.jpg", folder / "b.jpg")
    assert (one.sound, one.output) == (folder / "a.mp3", folder / "film.mkv")
    assert one.options == {"size": "720p", "negative_prompt": "rain", "sound": "copy"}
    assert one.place == "songs.csv, line 2"


ROWS = (("a.jpg", "a.mp3"), ("b.jpg", "b.mp3"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("l.csv", "picture,sound\na.jpg,a.mp3\nb.jpg,b.mp3\n"),
        ("l.csv", "\ufeffpicture;sound\r\na.jpg;a.mp3\r\nb.jpg;b.mp3\r\n"),
        ("l.csv", "sep=;\r\npicture;sound\r\na.jpg;a.mp3\r\n\r\n;\r\nb.jpg;b.mp3"),
        ("l.tsv", "image\taudio\na.jpg\ta.mp3\nb.jpg\tb.mp3\n"),
        ("l.csv", '"sound","picture"\n"a.mp3","a.jpg"\n"b.mp3","b.jpg"'),
        ("l.json", json.dumps([{"image": p, "audio": s} for p, s in ROWS])),
        ("l.json", "\ufeff" + json.dumps([{"pictures": [p], "sound": s} for p, s in ROWS])),
        ("l.jsonl", '{"picture":"a.jpg","sound":"a.mp3"}\n\n{"picture":"b.jpg","sound":"b.mp3"}'),
    ],
)
def test_all_kinds_of_lists_say_the_same(folder: Path, name: str, text: str) -> None:
    found = jobs(folder, name, text)
    assert [(one.pictures[0].name, one.sound.name) for one in found] == list(ROWS)


def test_a_name_may_hold_a_semicolon(folder: Path) -> None:
    (one,) = jobs(folder, "l.csv", "picture,sound\nodd; name.jpg,a.mp3\n")
    assert one.pictures == (folder / "odd; name.jpg",)


@pytest.mark.parametrize(
    ("name", "text", "told"),
    [
        ("l.csv", "picture,sound,sise\na.jpg,a.mp3,\n", "line 1: there is no column 'sise'; did"),
        ("l.csv", "picture,sound\na.jpg,a.mp3\nc.jpg,b.mp3\n", "line 3: there is no file"),
        ("l.csv", "picture,sound\n,a.mp3\n", "line 2: names no picture"),
        ("l.csv", "picture,sound\na.jpg,\n", "line 2: names no sound"),
        ("l.csv", "picture,sound\na.jpg,a.mp3,720p\n", "line 2: '720p' stands below no column"),
        ("l.csv", "picture,image,sound\na.jpg,b.jpg,a.mp3\n", "line 2: 'picture' and 'image' mean"),
        ("l.csv", "picture,picture,sound\na.jpg,b.jpg,a.mp3\n", "line 1: the column 'picture' is"),
        ("l.csv", "a.jpg,a.mp3\nb.jpg,b.mp3\n", "line 1: names no column"),
        ("l.csv", 'picture,sound\n"a\n.jpg",a.mp3\nb.jpg,"b.mp3\n', "line 4: is no CSV"),
        ("l.csv", "picture,sound,size\na.jpg,a.mp3,huge\n", "line 2: size cannot be 'huge'"),
        ("l.csv", "picture,sound,output\na.jpg,a.mp3,v.txt\n", "line 2: the ending '.txt'"),
        ("l.csv", "picture,sound,output\na.jpg,a.mp3,v.mp4\nb.jpg,b.mp3,./v.mp4\n", "line 3: make"),
        ("l.csv", "picture,sound,output\na.jpg,a.mp3,b.jpg\nb.jpg,b.mp3,\n", "'b.jpg' names no"),
        ("l.csv", "", "the list is empty"),
        ("l.csv", b"picture,sound\na.jpg,a.mp3\nb\xe9.jpg,b.mp3\n", "line 3: is not UTF-8"),
        ("l.csv", "picture,sound\n".encode("utf-16"), "line 1: is UTF-16"),
        ("l.json", '[\n {"picture": "a.jpg", "sound": "a.mp3"},\n "b"]', "line 3: is no object"),
        ("l.json", '[{"picture": "a.jpg",\n "sound": }]', "line 2: is no JSON"),
        ("l.json", '{"picture": "a.jpg"}', "line 1: is no list"),
        ("l.json", "[]", "the list is empty"),
        ("l.json", '[{"picture": 3, "sound": "a.mp3"}]', "line 1: 3 is no picture's path"),
        ("l.json", '[{"picture": "a.jpg", "sound": ["a.mp3"]}]', "line 1: ['a.mp3'] is no path"),
        ("l.json", '[{"picture":"a.jpg","sound":"a.mp3","Picture":"b.jpg"}]', "'picture' is there"),
        ("l.json", '[{"picture":"a.jpg","sound":"a.mp3","prompt":{"a":1}}]', "prompt takes one"),
        ("l.json", '[{"picture":"a.jpg","sound":"a.mp3","sise":1}]', "line 1: there is no column"),
        ("l.json", '[{"picture":"a\\u0000.jpg","sound":"a.mp3"}]', "line 1: there is no file"),
        ("l.json", "[" * 100_000, "is nested too deep"),
        ("l.jsonl", '{"picture":"a.jpg","sound":"a.mp3"}\n{"picture":\n', "line 2: is no JSON"),
        ("l.jsonl", '\n["a.jpg"]\n', "line 2: is no object"),
    ],
)
def test_a_mistake_is_told_with_its_line(
    folder: Path, name: str, text: str | bytes, told: str
) -> None:
    assert told in refusal(folder, name, text)


def test_an_output_may_be_no_input_of_any_row(folder: Path) -> None:
    (folder / "b.mp4").touch()
    text = "picture,sound,output\na.jpg,b.mp4,\na.jpg,a.mp3,b.mp4\n"
    told = refusal(folder, "l.csv", text)
    assert "line 3: the output" in told
    assert "is an input" in told


def test_all_mistakes_are_told_together_up_to_twenty(folder: Path) -> None:
    told = refusal(folder, "l.csv", "picture,sound\n" + "none.jpg,a.mp3\n" * 15)
    # 15 pictures are not there, and 14 outputs are made before.
    assert told.startswith("29 things are wrong")
    assert told.count("there is no file") == 15
    assert told.splitlines()[-1].strip() == "and 9 more"
    assert len(told.splitlines()) == 22


def test_a_list_that_is_not_there_or_of_no_kind_is_refused(folder: Path) -> None:
    with pytest.raises(InputError, match="cannot be read"):
        read_batch([folder / "none.csv"], Settings())
    with pytest.raises(InputError, match="neither a folder nor a list"):
        read_batch([folder / "a.mp3"], Settings())


def test_videos_go_where_they_are_sent_and_bear_the_name_of_the_pattern(folder: Path) -> None:
    made = read_batch(
        [folder], Settings(), folder=folder / "out", name="{folder}/{number}-{picture}-{stem}.mkv"
    )
    assert [one.output for one in made.jobs] == [
        folder / "out" / folder.name / "1-a-a.mkv",
        folder / "out" / folder.name / "2-b-b.mkv",
    ]


def test_videos_go_beside_their_sounds_with_the_ending_of_their_codec(folder: Path) -> None:
    made = read_batch([folder], Settings(codec=Codec.PRORES)).jobs
    assert [one.output for one in made] == [folder / "a.mov", folder / "b.mov"]


@pytest.mark.parametrize("pattern", ["{title}.mp4", "{}.mp4", "{stem}", "{stem}.txt"])
def test_a_pattern_that_says_nothing_is_refused(folder: Path, pattern: str) -> None:
    with pytest.raises(InputError):
        read_batch([folder], Settings(), name=pattern)


def test_a_stem_in_braces_is_not_read_as_a_pattern(tmp_path: Path) -> None:
    for name in ("cover.jpg", "{number}.mp3"):
        (tmp_path / name).touch()
    (one,) = read_batch([tmp_path], Settings(), name="{stem}.mp4").jobs
    assert one.output == tmp_path / "{number}.mp4"


def test_a_picture_for_all_serves_rows_and_folders(folder: Path) -> None:
    cover = folder / "b.jpg"
    (one,) = jobs(folder, "l.csv", "sound\na.mp3\n", picture=cover)
    assert one.pictures == (cover,)
    both = read_batch([folder], Settings(), picture=cover).jobs
    assert [two.pictures for two in both] == [(cover,), (cover,)]


def album(folder: Path, *names: str) -> Path:
    place = folder / "album"
    place.mkdir()
    for name in names:
        (place / name).touch()
    return place


@pytest.mark.parametrize(
    ("names", "shown"),
    [
        (("song.jpg", "song.mp3", "cover.jpg"), "song.jpg"),
        (("SONG.JPG", "song.mp3"), "SONG.JPG"),
        (("cover.png", "folder.jpg", "song.mp3"), "cover.png"),
        (("Folder.jpg", "other.jpg", "song.mp3"), "Folder.jpg"),
        (("song.jpg", "._song.jpg", ".cover.jpg", "song.mp3"), "song.jpg"),
        (("so\u0308ng.jpg", "s\u00f6ng.mp3"), "so\u0308ng.jpg"),
    ],
)
def test_the_picture_of_a_sound_is_found(
    tmp_path: Path, names: tuple[str, ...], shown: str
) -> None:
    (one,) = read_batch([album(tmp_path, *names)], Settings()).jobs
    assert [path.name for path in one.pictures] == [shown]


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (("other.jpg", "song.mp3"), "no picture bears its name"),
        (("song.jpg", "song.png", "song.mp3"), "may both be its picture"),
        (("cover.jpg", "song.mp3", "song.wav"), "as does"),
        (("cover.jpg", "notes.txt"), "no sound in this folder"),
    ],
)
def test_a_folder_that_does_not_say_what_is_meant_is_refused(
    tmp_path: Path, names: tuple[str, ...], told: str
) -> None:
    with pytest.raises(InputError, match=told):
        read_batch([album(tmp_path, *names)], Settings())


def test_pictures_without_a_sound_are_told(tmp_path: Path) -> None:
    place = album(tmp_path, "cover.jpg", "song.mp3", "holiday.jpg")
    assert read_batch([place], Settings()).unused == (place / "holiday.jpg",)


def test_videos_of_an_earlier_run_are_no_sounds(tmp_path: Path) -> None:
    place = album(tmp_path, "cover.jpg", "song.mp3", "song.mp4")
    assert [one.sound.name for one in read_batch([place], Settings()).jobs] == ["song.mp3"]


STEMS = st.lists(
    st.text(
        string.ascii_letters + string.digits + " _-'\u00e9\u00f8\u6b4c", min_size=1, max_size=8
    ),
    min_size=1,
    max_size=12,
    unique_by=lambda stem: stem.casefold(),
)


def no_covers(stems: list[str]) -> bool:
    return not {"cover", "folder"} & {stem.casefold() for stem in stems}


@given(
    stems=STEMS.filter(no_covers),
    picture=st.sampled_from(PICTURE_SUFFIXES),
    sound=st.sampled_from(SOUND_SUFFIXES),
    shuffle=st.randoms(use_true_random=False),
    lone=st.integers(0, 12),
)
@settings(max_examples=200, deadline=None)
def test_each_sound_gets_the_picture_of_its_name_else_the_cover(
    stems: list[str], picture: str, sound: str, shuffle: random.Random, lone: int
) -> None:
    home = Path("album")
    with_picture = stems[: len(stems) - min(lone, len(stems))]
    files = [home / f"{stem}{sound}" for stem in stems]
    files += [home / f"{stem.upper()}{picture.upper()}" for stem in with_picture]
    files.append(home / f"cover{picture}")
    shuffle.shuffle(files)

    pairs, unused = paired(files)

    assert not unused
    assert {pair.sound.stem for pair in pairs} == set(stems)
    for pair in pairs:
        assert pair.picture is not None
        assert not pair.others
        own = pair.sound.stem in with_picture
        assert pair.picture.stem == (pair.sound.stem.upper() if own else "cover")
