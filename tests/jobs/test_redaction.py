"""What strangers may read: nothing that names a person, and still all that explains a failure."""

from pathlib import Path

import pytest
from corpus.ended_jobs import asked

from ai_video_generator.jobs.job import JobRequest
from ai_video_generator.jobs.private_words import Owner, private_words
from ai_video_generator.jobs.redaction import Redactor

_OWNER = Owner(
    home=Path("/home/jule42"), names=("jule42", "Jule Morgenstern"), computer="turmfalke.fritz.box"
)
_REQUEST = JobRequest(
    pictures=(Path("/home/jule42/Bilder/Tanja & Uwe/Kuß am Zürichsee.JPG"), Path("/b/Mum's.png")),
    sound=Path("/mnt/Tonband/Unser Lied.mp3"),
    output=Path("/home/jule42/Videos/Hochzeit.mp4"),
    options={"storyboard": "/home/jule42/Ablauf.json", "prompt": "Tanja lacht"},
)


def clean(text: str) -> str:
    return Redactor(private_words(_OWNER, _REQUEST, [asked("Taufe Emil")])).text(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("'/home/jule42/Bilder/Tanja & Uwe/Kuß am Zürichsee.JPG' is broken", "'picture-1.jpg' is"),
        ("nothing is known of Kuß am Zürichsee.JPG: no", "nothing is known of picture-1.jpg: no"),
        ("Ku\\u00df am Z\\u00fcrichsee.JPG", "picture-1.jpg"),
        ("Ku\\xdf am Z\\xfcrichsee.JPG", "picture-1.jpg"),
        ("Ku%C3%9F%20am%20Z%C3%BCrichsee.JPG", "picture-1.jpg"),
        ("Kuß am Zu\u0308richsee.JPG", "picture-1.jpg"),
        ("KUSS? kuß am zürichsee.jpg", "KUSS? picture-1.jpg"),
        ('"/b/Mum\'s.png" is the other', '"picture-2.png" is the other'),
        ("Unser Lied_draft.mp4 is", "FILE.mp4 is"),
        ("Taufe Emil.mp4 fails", "other-3.mp4 fails"),
        ("the folder /home/jule42/Bilder/Tanja & Uwe is full", "the folder FOLDER is full"),
        ("hochzeit of jule42 on turmfalke", "video of USER on COMPUTER"),
        ("by Jule Morgenstern", "by USER"),
        ("it was asked: Tanja lacht", "it was asked: WORDS"),
    ],
)
def test_what_is_known_gets_a_name_that_says_nothing(text: str, shown: str) -> None:
    assert shown in clean(text)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("hf_abcdefghIJKLmnop was refused", "SECRET was refused"),
        ("Authorization: Bearer abc.def-123", "Authorization: SECRET"),
        ("key_0123456789abcdef", "SECRET"),
        ("api_key=zzz, next", "api_key=SECRET, next"),
        ('{"password": "a b c"}', '{"password": SECRET}'),
        ("https://me:pw@hooks.test/T0/B0?x=1 answers", "ADDRESS answers"),
        ("https://huggingface.co/a/b?token=1", "https://huggingface.co/a/b"),
        ("192.168.178.21:80 and 10.0.0.7 answer", "ADDRESS:80 and ADDRESS answer"),
        ("card 01:23:45:67:89:ab at fe80::1", "card ADDRESS at ADDRESS"),
        ("mail me@fritz.test now", "mail ADDRESS now"),
        ("in '/srv/Geheime Sachen/a b.txt'", "in 'PATH'"),
        ("in C:\\Users\\Uwe\\x.txt, and", "in PATH, and"),
        ("'Omas Geburtstag.jpg' and Opa.mp3", "'FILE.jpg' and FILE.mp3"),
        ("aivg 0.1.0: make Opa.jpg My Song.mp3 --size 720p -o x.mp4", "aivg 0.1.0: make --size -o"),
    ],
)
def test_what_looks_private_goes_too(text: str, shown: str) -> None:
    assert clean(text).startswith(shown)


@pytest.mark.parametrize(
    "text",
    [
        "svd_xt on cuda:0 needs 3.1 GB of 2.2 GB",
        "picture-1.jpg, sound.mp3 and video.mp4",
        "no access to /dev/dri/renderD128",
        "1/2 of 30000/1001, about 10:30",
        "unet/diffusion_pytorch_model.fp16.safetensors",
        "benchmarks/speed.json",
        "opencv 5.0.0.93, driver 32.0.15.6094, cuDNN 9.10.2.21",
    ],
)
def test_what_explains_a_failure_stays(text: str) -> None:
    assert clean(text) == text


def test_a_traceback_tells_where_in_the_program() -> None:
    line = '  File "/home/jule42/env/lib/python3.11/site-packages/av/codec.py", line 12, in open'
    assert clean(line) == '  File "PATH/python3.11/site-packages/av/codec.py", line 12, in open'


def test_words_of_a_person_are_counted_and_keys_are_looked_at() -> None:
    redactor = Redactor({"Tanja": "USER"})
    value = {"prompt": "Tanja", "seed": 1, "Tanja ": [{"note": "for Tanja"}], "webhook": ""}
    assert redactor.value(value) == {
        "prompt": "(5 letters)",
        "seed": 1,
        "USER ": [{"note": "for USER"}],
        "webhook": "",
    }


def test_short_names_are_private_where_they_stand_alone() -> None:
    owner = Owner(home=Path("/home/ann"), names=("ann",), computer="box")
    words = private_words(owner, asked())
    assert (
        Redactor(words).text("ann planned it on box, boxed") == "USER planned it on COMPUTER, boxed"
    )
