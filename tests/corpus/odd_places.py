"""The list of odd names, places and files; `corpus.oddities` runs them."""

import os
from collections.abc import Callable, Iterator
from fractions import Fraction
from pathlib import Path

from corpus import oddities
from corpus.oddities import MADE, Oddity

_SILENT_S = Fraction(1, 2)

_NAMES = {
    "spaces": "my  photo ",
    "Unicode": "f\u00f8t\u00f8 \u6b4c \u2764\ufe0f",
    "letters and their accents apart": "e\u0301\u0300",
    "writing from right to left": "\u05e9\u05d9\u05e8 \u202eabc",
    "leading dash": "-rf",
    "leading dashes": "--size",
    "newline": "two\nlines\r",
    "quotes and signs": "'\"`$(x) %d %s {0} [bold] *?;|&<>\\",
    "protocol": "http:",
    "list protocol": "concat:a|b",
    "number pattern": "img%03d",
    "leading dots": "..hidden",
}
"""Stems of file names."""


def all_oddities() -> list[Oddity]:
    """All that this system can have."""
    everywhere = [*_names(), *_lengths(), *_kinds(), *_sizes(), *_lies()]
    if os.name == "nt":
        return everywhere
    places = _places() if oddities.rights_dropped() is not None else ()
    return [*everywhere, *places, *_devices(), *_equals()]


def _arguments(*files: str, output: str = "video.mp4", overwrite: bool = False) -> tuple[str, ...]:
    allowed = ("--overwrite",) if overwrite else ()
    return (*allowed, f"--output={output}", "--", *files)


def _given(*files: str, output: str = "video.mp4") -> Callable[[Path], tuple[str, ...]]:
    return lambda _folder: _arguments(*files, output=output)


def _renamed(picture: str, sound: str, output: str) -> Callable[[Path], tuple[str, ...]]:
    def prepare(folder: Path) -> tuple[str, ...]:
        (folder / "photo.png").rename(folder / picture)
        (folder / "song.wav").rename(folder / sound)
        return _arguments(picture, sound, output=output)

    return prepare


def _written(name: str, data: bytes, *, picture: bool) -> Callable[[Path], tuple[str, ...]]:
    def prepare(folder: Path) -> tuple[str, ...]:
        (folder / name).write_bytes(data)
        return _arguments(name, "song.wav") if picture else _arguments("photo.png", name)

    return prepare


def _names() -> Iterator[Oddity]:
    for what, stem in _NAMES.items():
        prepare = _renamed(f"{stem}.png", f"{stem}.wav", f"{stem}.mp4")
        yield Oddity(name=f"names: {what}", prepare=prepare, code=MADE)


def _lengths() -> Iterator[Oddity]:
    stem = "n" * (oddities.LONGEST_NAME_BYTES - 4)
    wide = "\u6b4c" * 83 + "nn"
    for what, longest in (("letters", stem), ("wide letters", wide)):
        prepare = _renamed(f"{longest}.png", f"{longest}.wav", f"{longest}.mp4")
        yield Oddity(name=f"names: 255 bytes of {what}", prepare=prepare, code=MADE)
    for what, prepare in (
        ("output", _given("photo.png", "song.wav", output=f"{stem}n.mp4")),
        ("picture", _given(f"{stem}n.png", "song.wav")),
        ("sound", _given("photo.png", f"{stem}n.wav")),
    ):
        yield Oddity(name=f"names: 256 bytes, {what}", prepare=prepare)


def _kinds() -> Iterator[Oddity]:
    missing = (("picture", "none.png", "song.wav"), ("sound", "photo.png", "none.wav"))
    for use, picture, sound in missing:
        yield Oddity(name=f"missing {use}", prepare=_given(picture, sound))
        yield Oddity(
            name=f"empty {use}",
            prepare=_written(picture if use == "picture" else sound, b"", picture=use == "picture"),
        )
    yield Oddity(name="folder as the picture", prepare=_folder("photo.jpg", "song.wav"))
    yield Oddity(name="folder as the sound", prepare=_folder("photo.png", "song.mp3"))
    yield Oddity(name="folder as the output", prepare=_folder("photo.png", "song.wav"))
    yield Oddity(
        name="no folder for the output",
        prepare=_given("photo.png", "song.wav", output="none/video.mp4"),
    )
    yield Oddity(name="picture as the sound", prepare=_given("photo.png", "photo.png"))
    yield Oddity(name="sound as the picture", prepare=_given("song.wav", "song.wav"))


def _folder(picture: str, sound: str) -> Callable[[Path], tuple[str, ...]]:
    def prepare(folder: Path) -> tuple[str, ...]:
        for name in {picture, sound, "video.mp4"} - {"photo.png", "song.wav"}:
            (folder / name).mkdir()
        inputs_are_files = (picture, sound) == ("photo.png", "song.wav")
        return _arguments(picture, sound, output="video.mp4" if inputs_are_files else "other.mp4")

    return prepare


def _sizes() -> Iterator[Oddity]:
    for width, height in ((1, 1), (1, 3_000), (3_000, 1), (30_000, 30), (30, 30_000)):

        def prepare(folder: Path, width: int = width, height: int = height) -> tuple[str, ...]:
            oddities.write_picture(folder / "odd.png", width, height)
            return _arguments("odd.png", "song.wav")

        yield Oddity(name=f"picture of {width}x{height}", prepare=prepare, code=MADE)

    def silence(folder: Path) -> tuple[str, ...]:
        oddities.write_sound(folder / "silence.wav", float(_SILENT_S), amplitude=0)
        return _arguments("photo.png", "silence.wav")

    yield Oddity(name="silence", prepare=silence, code=MADE, duration_s=_SILENT_S)

    def blink(folder: Path) -> tuple[str, ...]:
        oddities.write_sound(folder / "blink.wav", 1 / oddities.RATE_HZ)
        return _arguments("photo.png", "blink.wav")

    single = Fraction(1, oddities.RATE_HZ)
    yield Oddity(name="a sound of one sample", prepare=blink, code=MADE, duration_s=single)


def _lies() -> Iterator[Oddity]:
    for name, data in oddities.ABSURD_PICTURES.items():
        yield Oddity(name=f"absurd {name}", prepare=_written(name, data, picture=True))
    for name, data in oddities.ABSURD_SOUNDS.items():
        yield Oddity(name=f"absurd {name}", prepare=_written(name, data, picture=False))


def _places() -> Iterator[Oddity]:
    def read_only(folder: Path) -> tuple[str, ...]:
        (folder / "shut").mkdir(mode=0o555)
        return _arguments("photo.png", "song.wav", output="shut/video.mp4")

    yield Oddity(name="read-only output folder", prepare=read_only, needs_rights=True)

    def unreadable(name: str) -> Callable[[Path], tuple[str, ...]]:
        def prepare(folder: Path) -> tuple[str, ...]:
            (folder / name).chmod(0)
            (folder / "open").mkdir()
            (folder / "open").chmod(0o777)
            return _arguments("photo.png", "song.wav", output="open/video.mp4")

        return prepare

    for name in ("photo.png", "song.wav"):
        yield Oddity(name=f"{name} may not be read", prepare=unreadable(name), needs_rights=True)


def _devices() -> Iterator[Oddity]:
    for device in ("/dev/null", "/dev/zero", "/proc/version"):
        if Path(device).exists():
            yield Oddity(name=f"{device} as the picture", prepare=_given(device, "song.wav"))
            yield Oddity(name=f"{device} as the sound", prepare=_given("photo.png", device))

    def pipe(*files: str, output: str = "other.mp4") -> Callable[[Path], tuple[str, ...]]:
        def prepare(folder: Path) -> tuple[str, ...]:
            os.mkfifo(folder / "pipe.mp4")
            return _arguments(*files, output=output, overwrite=True)

        return prepare

    yield Oddity(name="FIFO as the picture", prepare=pipe("pipe.mp4", "song.wav"))
    yield Oddity(name="FIFO as the sound", prepare=pipe("photo.png", "pipe.mp4"))
    yield Oddity(
        name="FIFO as the output", prepare=pipe("photo.png", "song.wav", output="pipe.mp4")
    )

    def sparse(name: str) -> Callable[[Path], tuple[str, ...]]:
        def prepare(folder: Path) -> tuple[str, ...]:
            with (folder / name).open("wb") as file:
                file.truncate(1 << 30)
            picture = name.endswith("jpg")
            return _arguments(name, "song.wav") if picture else _arguments("photo.png", name)

        return prepare

    for name in ("zeros.jpg", "zeros.mp3", "zeros.aac", "zeros.bin"):
        yield Oddity(name=f"1 GiB of {name}", prepare=sparse(name))


def _equals() -> Iterator[Oddity]:
    def linked(
        make: Callable[[Path, Path], None], source: str
    ) -> Callable[[Path], tuple[str, ...]]:
        def prepare(folder: Path) -> tuple[str, ...]:
            make(folder / "link.mp4", folder / source)
            return _arguments("photo.png", "song.wav", output="link.mp4", overwrite=True)

        return prepare

    for source in ("photo.png", "song.wav"):
        yield Oddity(name=f"output is a link to {source}", prepare=linked(Path.symlink_to, source))
        yield Oddity(
            name=f"output is a hard link to {source}", prepare=linked(Path.hardlink_to, source)
        )

    def same(name: str) -> Callable[[Path], tuple[str, ...]]:
        def prepare(folder: Path) -> tuple[str, ...]:
            (folder / name).rename(folder / "one.mp4")
            files = ("one.mp4", "song.wav") if name == "photo.png" else ("photo.png", "one.mp4")
            return _arguments(*files, output="./one.mp4", overwrite=True)

        return prepare

    for name in ("photo.png", "song.wav"):
        yield Oddity(name=f"output is {name}", prepare=same(name))

    def dangling(folder: Path) -> tuple[str, ...]:
        (folder / "link.mp4").symlink_to(folder / "nothing.mp4")
        return _arguments("photo.png", "song.wav", output="link.mp4")

    yield Oddity(name="output is a link to nothing", prepare=dangling)
