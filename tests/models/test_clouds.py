"""What the backends of clouds share: words, pictures, sounds, keys, downloads, notes."""

import io
import os
import wave
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Required, get_args, get_origin, get_type_hints

import keyring
import keyring.backend
import numpy as np
import pytest
from corpus.oddities import write_sound
from corpus.runway_server import KEY, serving
from corpus.stills import photo, picture, scene_of
from runwayml.types import image_to_video_create_params as wire

from ai_video_generator.config.cloud_profile import CloudChoice, CloudModel, middle_of
from ai_video_generator.errors import CloudError, CredentialsMissingError
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models._cloud_book import KEPT_S, Book, Entry
from ai_video_generator.models._cloud_clip import still
from ai_video_generator.models._cloud_download import fetch
from ai_video_generator.models._cloud_order import Order
from ai_video_generator.models._cloud_sound import part_of_sound
from ai_video_generator.models._cloud_words import cut, words
from ai_video_generator.models._credentials import credential
from ai_video_generator.models.base_model import Purse, Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.models.runway import Runway
from ai_video_generator.storyboard.storyboard import Framing, Storyboard

_MODEL = CloudModel(
    name="gen4.5",
    durations_s=(2,),
    ratios=(Resolution(128, 96),),
    usd_per_second=0.01,
    source="this test",
    date="today",
)


assert Runway.spec.cloud is not None
_OFFERED = Runway.spec.cloud.models


def _scene(size: tuple[int, int] = (128, 64), **shot: object) -> Scene:
    scene, _ = scene_of([picture(photo(400, 300))], size=size, seconds=1.0)
    first = replace(scene.storyboard.shots[0], start_frame=0, frame_count=24, **shot)  # type: ignore[arg-type]  # any of its fields
    return replace(scene, storyboard=Storyboard(frame_count=24, shots=(first,)))


def test_words_are_the_shots_then_the_videos_then_the_cameras() -> None:
    scene = replace(
        _scene(
            prompt="rain falls.",
            framing_start=Framing(zoom=1.0, center_x=0.5),
            framing_end=Framing(zoom=1.3, center_x=0.6),
            motion=0.9,
        ),
        prompt="rain falls.",
        whole_prompt="a harbour at night",
    )

    assert words(scene, 1000) == (
        "rain falls. a harbour at night. The camera slowly pushes in and moves right. "
        "Much moves, lively"
    )


def test_words_are_cut_to_what_is_allowed_by_whole_letters() -> None:
    assert cut("ab\U0001f327c", 3) == "ab"
    assert cut("ab\U0001f327c", 4) == "ab\U0001f327"


@pytest.mark.parametrize("size", [(128, 64), (64, 96), (96, 96), (128, 96)])
def test_the_middle_of_what_is_sent_is_what_the_camera_sees(size: tuple[int, int]) -> None:
    scene, frame = _scene(size), Resolution(128, 96)

    sent = still(scene, frame)

    assert sent.shape == (96, 128, 3)
    middle = middle_of(frame, scene.size)
    assert middle.aspect == pytest.approx(scene.size.aspect, rel=0.05)
    left, top = (128 - middle.width_px) // 2, (96 - middle.height_px) // 2
    seen = next(KenBurns().generate(replace(scene, size=middle, frames=range(1)))).to_rgb()
    cut_out = sent[top : top + middle.height_px, left : left + middle.width_px]
    assert np.array_equal(cut_out, seen)
    if top:
        # Mirrored outwards: no bar that a model would go on painting.
        assert np.array_equal(sent[top - 1, left : left + middle.width_px], seen[1])


def test_a_pass_that_goes_on_begins_with_the_last_frame() -> None:
    scene = _scene((128, 96))
    last = next(KenBurns().generate(replace(scene, frames=range(20, 21))))

    sent = still(replace(scene, continues=last, frames=range(20, 24)), Resolution(128, 96))

    assert np.array_equal(sent, last.to_rgb())


def test_the_part_of_a_sound_is_that_part(tmp_path: Path) -> None:
    song = write_sound(tmp_path / "song.wav", 2.0)

    part = part_of_sound(song, Fraction(1), Fraction(3, 2))

    with wave.open(io.BytesIO(part)) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (1, 32_000)
        samples = np.frombuffer(sound.readframes(48_000), "<i2")
    assert len(samples) == 48_000
    assert samples[:32_000].any()
    assert not samples[33_000:].any(), "silence where the sound has ended"


def test_a_key_is_found_in_the_environment_first(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SKY_KEY", " from-the-environment\n")

    assert credential("SKY_KEY", "Sky") == "from-the-environment"


class _Ring(keyring.backend.KeyringBackend):
    priority = 1

    def get_password(self, service: str, username: str) -> str | None:
        return f"{service}/{username}" if username == "SKY_KEY" else None

    def set_password(self, service: str, username: str, password: str) -> None:
        raise NotImplementedError

    def delete_password(self, service: str, username: str) -> None:
        raise NotImplementedError


def test_a_key_is_found_in_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SKY_KEY", raising=False)
    before = keyring.get_keyring()
    keyring.set_keyring(_Ring())  # type: ignore[no-untyped-call]  # the package's own
    try:
        assert credential("SKY_KEY", "Sky") == "aivg/SKY_KEY"
        with pytest.raises(CredentialsMissingError, match="Sea needs a key") as raised:
            credential("SEA_KEY", "Sea")
    finally:
        keyring.set_keyring(before)
    assert "keyring set aivg SEA_KEY" in raised.value.hint


def test_the_purse_refuses_what_goes_beyond_the_limit() -> None:
    purse = Purse(0.10)
    purse.promise(0.05)
    purse.promise(0.05)
    with pytest.raises(CloudError, match="allowed"):
        purse.promise(0.01)

    purse.settle(0.05, 0.0)
    purse.promise(0.05)

    assert purse.spent_usd == 0


def test_a_request_is_known_by_all_that_decides_its_result() -> None:
    values = {
        "service": "Sky",
        "model": _MODEL,
        "frame": Resolution(128, 96),
        "duration_s": 2,
        "picture": b"png",
        "picture_digest": "00",
        "prompt": "rain",
        "seed": 1,
    }
    one = Order(**values)  # type: ignore[arg-type]  # its fields

    assert one.digest == Order(**{**values, "picture": b"packed otherwise"}).digest  # type: ignore[arg-type]
    for change in ({"prompt": "snow"}, {"seed": 2}, {"sound": b"wav"}, {"picture_digest": "01"}):
        assert one.digest != Order(**{**values, **change}).digest  # type: ignore[arg-type]


def test_notes_are_kept_as_long_as_finished_passes(tmp_path: Path) -> None:
    book = Book(tmp_path)
    for digest in ("old", "new"):
        book.write(digest, Entry(task=f"task-{digest}", usd=0.1))
        book.clip(digest).touch()
    for path in tmp_path.glob("old.*"):
        age = path.stat().st_mtime - KEPT_S - 60
        os.utime(path, (age, age))

    book.tidy()

    assert book.entry("old") is None
    assert book.entry("new") == Entry(task="task-new", usd=0.1)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new.json", "new.mp4"]


def test_a_note_that_cannot_be_read_is_none(tmp_path: Path) -> None:
    (tmp_path / "cut.json").write_text('{"task": "t')

    assert Book(tmp_path).entry("cut") is None


def test_a_result_is_fetched_from_the_web_alone(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="no web address"):
        fetch("file:///etc/passwd", tmp_path / "part", lambda: None)


def test_a_picture_too_large_for_the_request_is_uploaded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RUNWAYML_API_SECRET", KEY)
    large = os.urandom(5_000_000)
    asked = CloudChoice(service="Runway", model=_MODEL, frame=Resolution(128, 96))
    order = Order(
        service="Runway",
        model=_MODEL,
        frame=asked.frame,
        duration_s=2,
        picture=large,
        picture_digest="00",
        prompt="rain",
        seed=1,
    )
    with serving() as server:
        client = Runway().connected(asked, server.url)
        task = client.create(order)
        client.close()

    body = server.tasks[task]["body"]
    assert body["promptImage"].startswith("runway://upload-0-picture.png")
    assert server.picture(body) == large
    assert (body["model"], body["ratio"], body["duration"]) == ("gen4.5", "128:96", 2)


@pytest.mark.parametrize("model", _OFFERED, ids=lambda model: model.name)
def test_the_table_agrees_with_the_types_of_runways_own_package(model: CloudModel) -> None:
    kind = {"gen4_turbo": wire.Gen4Turbo, "gen4.5": wire.Gen4_5, "seedance2": wire.Seedance2}
    fields = get_type_hints(kind[model.name])

    assert get_args(fields["model"]) == (model.name,)
    sizes = {f"{one.width_px}:{one.height_px}" for one in model.ratios}
    assert sizes <= set(get_args(fields["ratio"]))
    assert model.takes_seed is ("seed" in fields)
    assert bool(model.sound_limit_s) is ("reference_audio" in fields)
    assert {name for name, _ in model.extra} <= fields.keys()
    whole = get_type_hints(kind[model.name], include_extras=True)
    assert model.needs_prompt is (get_origin(whole["prompt_text"]) is Required)
    assert model.source
    assert model.date
