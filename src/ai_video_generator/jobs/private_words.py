"""What is private in what is known of a job: names of files, folders, the person, the computer."""

import getpass
import os
import re
import socket
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path, PurePath

from ai_video_generator.config.options import named_values
from ai_video_generator.errors import SettingsError
from ai_video_generator.jobs.job import JobRequest

_ORDINARY = frozenset(
    re.findall(
        r"\w+",
        "root user admin localhost home users tmp temp mnt media var usr opt data work src srv run "
        "volumes private desktop documents downloads music pictures videos movies bilder musik "
        "dokumente images image picture photo photos song songs sound sounds audio video cover "
        "output out draft test demo frame frames assets cache share local config state log logs "
        "aivg main model models storyboard ubuntu content workspace",
    )
)
# Names that say nothing of anybody; without them, half of the words of a log would be replaced.

_LEAST_LETTERS, _YEAR_LETTERS = 3, 4
# Shorter names, and numbers as long as a year, are in everything.

_SUFFIX = re.compile(r"\.[A-Za-z0-9]{1,5}")

_FILES = ("checkpoint", "lora")
_WEIGHT = re.compile(r":-?[\d.]+$")
# Options of models that name files of a person's own, and how much each of these counts.

_SECRET_VARIABLE = re.compile(r"token|key|secret|passw|credential|cookie", re.IGNORECASE)
_LEAST_SECRET_LETTERS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Owner:
    """Whose machine it is.

    Attributes:
        home: The home folder.
        names: User name and real name.
        computer: Its name in the network.
        secrets: Values that look like keys in the environment of this process.
    """

    home: Path
    names: tuple[str, ...]
    computer: str
    secrets: tuple[str, ...] = ()


def this_owner(environment: Mapping[str, str] = os.environ) -> Owner:
    """Whose machine this is."""
    names = [*_user_names()]
    secrets = [
        value
        for name, value in environment.items()
        if _SECRET_VARIABLE.search(name) and len(value) >= _LEAST_SECRET_LETTERS
    ]
    return Owner(
        home=Path.home(),
        names=tuple(names),
        computer=socket.gethostname(),
        secrets=tuple(secrets),
    )


def private_words(
    owner: Owner,
    request: JobRequest,
    others: Iterable[JobRequest] = (),
    folders: Iterable[Path] = (),
) -> dict[str, str]:
    """What is private, and what stands for it.

    Args:
        owner: Whose machine it is.
        request: What was asked for; its files get names that tell them apart.
        others: Other requests, whose files may be in the log.
        folders: Folders of this program, by their whole paths alone.
    """
    files = _files(request, others)
    pairs = chain(
        ((secret, "SECRET") for secret in owner.secrets),
        _of_files(files),
        _of_owner(owner),
        _of_folders(files, folders),
        ((request.options.get(name, ""), "WORDS") for name in ("prompt", "negative_prompt")),
    )
    words: dict[str, str] = {}
    for word, replacement in pairs:
        if word.strip("/\\"):
            words.setdefault(word, replacement)
    return words


def _files(request: JobRequest, others: Iterable[JobRequest]) -> dict[Path, str]:
    """All files, and what stands for each."""
    known = dict(_own_files(request))
    foreign = [path for other in others for path, _ in _own_files(other) if path not in known]
    for number, path in enumerate(dict.fromkeys(foreign), start=1):
        known[path] = f"other-{number}{_ending(path)}"
    return known


def _of_files(files: Mapping[Path, str]) -> Iterator[tuple[str, str]]:
    for path, replacement in files.items():
        yield str(path), replacement
        yield path.name, replacement
        if _tells(path.stem):
            yield path.stem, PurePath(replacement).stem


def _of_owner(owner: Owner) -> Iterator[tuple[str, str]]:
    yield str(owner.home), "HOME"
    yield os.path.realpath(owner.home), "HOME"
    for name in filter(_tells, (*owner.names, owner.home.name)):
        yield name, "USER"
    for name in filter(_tells, (owner.computer, owner.computer.partition(".")[0])):
        yield name, "COMPUTER"


def _of_folders(files: Iterable[Path], folders: Iterable[Path]) -> Iterator[tuple[str, str]]:
    for folder in (folder for path in files for folder in path.parents if _tells(folder.name)):
        yield str(folder), "FOLDER"
        yield folder.name, "FOLDER"
    for folder in folders:
        if _tells(folder.name):
            yield str(folder), "FOLDER"


def _own_files(request: JobRequest) -> Iterator[tuple[Path, str]]:
    """The files of a request, and what stands for each."""
    for number, picture in enumerate(request.pictures, start=1):
        yield picture, f"picture-{number}{_ending(picture)}"
    if request.sound is not None:
        yield request.sound, f"sound{_ending(request.sound)}"
    if request.video is not None:
        yield request.video, f"original{_ending(request.video)}"
    yield request.output, f"video{_ending(request.output)}"
    storyboard = request.options.get("storyboard")
    if storyboard:
        yield Path(storyboard), "storyboard.json"
    own = own_weights(request.options.get("model_options", ""))
    for number, path in enumerate(own, start=1):
        yield path, f"file-{number}{_ending(path)}"


def own_weights(model_options: str) -> list[Path]:
    """Weights of a person's own among the options of a model, by path or name."""
    try:
        given = named_values(model_options)
    except SettingsError:
        return []
    found = []
    for name, value in given.items():
        if name in _FILES or "/" in value or "\\" in value:
            found += [Path(_WEIGHT.sub("", part.strip())) for part in value.split("+")]
    return [path for path in found if path.name]


def _ending(path: Path) -> str:
    return path.suffix.lower() if _SUFFIX.fullmatch(path.suffix) else ""


def _tells(name: str) -> bool:
    """Whether a name may say something of somebody."""
    is_year = name.isdigit() and len(name) <= _YEAR_LETTERS
    return len(name) >= _LEAST_LETTERS and not is_year and name.casefold() not in _ORDINARY


def _user_names() -> Iterator[str]:
    try:
        yield getpass.getuser()
    except (OSError, KeyError, ImportError):
        return  # a container may run under a number that has no name
    if os.name == "nt":
        return
    import pwd

    try:
        full = pwd.getpwuid(os.getuid()).pw_gecos.split(",")[0]
    except KeyError:
        return
    yield from (full, *full.split())
