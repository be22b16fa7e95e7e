"""Pairs the pictures and sounds of a folder: by name, or one cover for all."""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

PICTURE_SUFFIXES = (
    *(".jpg", ".jpeg", ".jpe", ".jfif", ".mpo", ".png", ".apng", ".webp", ".avif", ".heic"),
    *(".heif", ".tif", ".tiff", ".bmp", ".dib", ".gif", ".jp2", ".j2k", ".jpx", ".ppm", ".pgm"),
    *(".pbm", ".pnm", ".qoi"),
)
"""Endings of pictures that are looked for in a folder: those of all formats that are read."""

SOUND_SUFFIXES = (
    *(".mp3", ".wav", ".flac", ".ogg", ".oga", ".opus", ".m4a", ".m4b", ".aac", ".aif", ".aiff"),
    *(".aifc", ".wma", ".ac3", ".eac3", ".mp2", ".mka", ".caf", ".amr", ".au", ".wv", ".ape"),
)
"""Endings of sounds that are looked for in a folder. Videos are not: they may be our own."""

_COVERS = ("cover", "folder")
# What players and shops call the picture of an album, the more usual first.


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A sound of a folder and what belongs to it.

    Attributes:
        sound: The sound.
        picture: Its picture; None where none is found.
        others: Pictures that might as well be meant; empty where it is clear.
    """

    sound: Path
    picture: Path | None
    others: tuple[Path, ...] = ()


def paired(files: Iterable[Path], *, cover: Path | None = None) -> tuple[list[Pair], list[Path]]:
    """Give each sound its picture; files that are hidden or neither are left alone.

    The picture of a sound bears its name (``song.jpg`` and ``song.mp3``, whatever their case);
    where there is none, it is ``cover.*``, then ``folder.*``.

    Args:
        files: The files of one folder.
        cover: The picture of every sound, whatever lies in the folder.

    Returns:
        A pair for each sound, by name; and the pictures that belong to none.
    """
    seen = sorted((path for path in files if not path.name.startswith(".")), key=_order)
    pictures = [path for path in seen if path.suffix.lower() in PICTURE_SUFFIXES]
    sounds = [path for path in seen if path.suffix.lower() in SOUND_SUFFIXES]
    covers: Sequence[Path] = next(filter(None, (_named(one, pictures) for one in _COVERS)), ())
    pairs = []
    for sound in sounds:
        if cover is not None:
            pairs.append(Pair(sound=sound, picture=cover))
            continue
        found = _named(sound.stem, pictures) or covers
        first = found[0] if found else None
        pairs.append(Pair(sound=sound, picture=first, others=tuple(found[1:])))
    used = {pair.picture for pair in pairs} | set(covers)
    used |= {other for pair in pairs for other in pair.others}
    return pairs, [] if cover else [path for path in pictures if path not in used]


def _named(stem: str, pictures: Iterable[Path]) -> list[Path]:
    """The pictures of a name: those of its very letters, else of any case."""
    alike = [path for path in pictures if _plain(path.stem) == _plain(stem)]
    return [path for path in alike if path.stem == stem] or alike


def _plain(text: str) -> str:
    """Without case, and accents in one way: macOS takes letters and accents apart."""
    return unicodedata.normalize("NFC", text).casefold()


def _order(path: Path) -> tuple[str, str]:
    return _plain(path.name), path.name
