"""Takes what is private out of texts that strangers are to read."""

import json
import re
import shlex
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import quote

_ANYWHERE_LETTERS = 5
# A shorter word is private only where it stands alone: "ann" is in "planned".

_MEDIA = (
    "jpe?g|png|webp|avif|hei[cf]|tiff?|bmp|gif|mp3|m4a|aac|flac|wav|ogg|opus|wma|aiff?|mp4|mov|mkv|"
    "webm|avi|m4v|srt|lrc"
)
_OURS = r"(?:picture-\d+|sound|video|original|storyboard|other-\d+|file-\d+|FILE)\.\w+"
# What stands for the names of files already.

_SECRETS = re.compile(
    r"""\bBearer\s+[^\s'"]+"""
    r"|\beyJ[\w-]{8,}\.[\w-]+(?:\.[\w-]+)?"  # JSON Web Tokens (RFC 7519)
    r"|\b(?:hf|api|key|pk|sk|rk|gh[a-z]|glpat|github_pat|xox[a-z]|pypi|npm|ntn|r8|nvapi)"
    r"[_-][A-Za-z0-9_-]{6,}"
    r"|\bAKIA[A-Z0-9]{12,}",
    re.IGNORECASE,
)
_NAMED_SECRET = re.compile(
    r"""(\b[\w-]*(?:token|api[_-]?key|secret|passw(?:or)?d|authori[sz]ation|credential|cookie)\w*"""
    r"""['"]?\s*[=:]\s*)(?:Basic\s+|Token\s+)?(?:"[^"]*"|'[^']*'|[^\s,;&]+)""",
    re.IGNORECASE,
)
_URL = re.compile(r"""\b[a-z][a-z0-9+.-]*://[^\s'"<>]+""", re.IGNORECASE)
_PUBLIC = re.compile(
    r"https?://(?:[\w-]+\.)*(?:huggingface\.co|github\.com|pypi\.org|pytorch\.org|nvidia\.com)"
    r"(?:/[^\s?#'\"<>]*)?",
    re.IGNORECASE,
)
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_NETWORK = re.compile(
    r"(?<![\w.])(?:(?:10|127|192\.168|169\.254|172\.(?:1[6-9]|2\d|3[01]))(?:\.\d{1,3}){2,3})(?![\w.])"
    r"|\b(?:[0-9a-f]{2}:){5}[0-9a-f]{2}\b|\b(?:fe80|fd[0-9a-f]{2}):[0-9a-f:]+",
    re.IGNORECASE,
)
# Addresses of home networks, cards; versions of four numbers look like the others.
_COMMAND = re.compile(r"\b(aivg \d[\w.+-]*: )(.*)")
_START = r"(?:/(?!/)|(?<!:)//|[A-Za-z]:[\\/]|\\\\|~[\\/]|(?:HOME|FOLDER)[\\/])"
_QUOTED_PATHS = tuple(
    re.compile(f"{mark}({_START}[^{mark}\\n]*){mark}") for mark in ("'", '"', "`")
)
_PATH = re.compile(rf"""(?<![\w/\\.~-]){_START}[^\s'"`:,;()<>|\[\]]+""")
_QUOTED_FILES = tuple(
    re.compile(rf"{mark}[^{mark}\n]*\.({_MEDIA}){mark}", re.IGNORECASE) for mark in ("'", '"', "`")
)
_FILE = re.compile(
    rf"""(?!{_OURS})(?<![\w.-])[^\s'"`:,;()<>|\[\]/\\=]+\.({_MEDIA})\b""", re.IGNORECASE
)
_KEPT_TAIL = re.compile(
    r"(?:site-packages|dist-packages|python\d[\d.]*|ai_video_generator|snapshots)[\\/].*"
)
_SYSTEM = ("/dev/", "/proc/", "/sys/", "/usr/", "/lib/", "/opt/rocm")
# The same on every machine.

_LEFT_OUT = frozenset({"prompt", "negative_prompt", "webhook", "on_done"})
# A person's own words, and addresses that are as good as a key.


class Redactor:
    """Replaces private words by what stands for them, and all that looks private.

    Args:
        private: What is private, and what stands for it; found in any case and in the ways in
            which logs, JSON and addresses spell it.
    """

    def __init__(self, private: Mapping[str, str]) -> None:
        self._stands_for: dict[str, str] = {}
        spellings: dict[str, str] = {}
        for word, replacement in private.items():
            for spelling in _spellings(word):
                # Case-folding would turn ß into ss, which no pattern finds again.
                self._stands_for.setdefault(spelling.lower(), replacement)
                spellings.setdefault(spelling, spelling.casefold())
        longest_first = sorted(spellings, key=len, reverse=True)
        self._words = [(spellings[word], _pattern(word)) for word in longest_first]

    def text(self, text: str) -> str:
        """A text without what is private."""
        text = _COMMAND.sub(_bare_command, text)
        text = self._without_words(text)
        text = _SECRETS.sub("SECRET", text)
        text = _NAMED_SECRET.sub(r"\1SECRET", text)
        text = _URL.sub(_public_address, text)
        text = _NETWORK.sub("ADDRESS", _MAIL.sub("ADDRESS", text))
        for pattern in _QUOTED_PATHS:
            text = pattern.sub(lambda found: f"{found[0][0]}{_tail(found[1])}{found[0][0]}", text)
        text = _PATH.sub(lambda found: _tail(found[0]), text)
        for pattern in _QUOTED_FILES:
            text = pattern.sub(_nameless, text)
        return _FILE.sub(r"FILE.\1", text)

    def value(self, value: Any) -> Any:
        """A JSON value, each of its texts without what is private; a person's words are counted."""
        match value:
            case str():
                return self.text(value)
            case Mapping():
                return {
                    self._key(key): _counted(inner) if key in _LEFT_OUT else self.value(inner)
                    for key, inner in value.items()
                }
            case list() | tuple():
                return [self.value(inner) for inner in value]
        return value

    def _without_words(self, text: str) -> str:
        folded = text.casefold()
        # A pattern of all words would be tried at each letter of a long log.
        present = [pattern for word, pattern in self._words if word in folded]
        if not present:
            return text
        return re.sub("|".join(present), self._replaced, text, flags=re.IGNORECASE)

    def _key(self, key: str) -> str:
        return key if key.isidentifier() and key.isascii() else self.text(key)

    def _replaced(self, found: re.Match[str]) -> str:
        return self._stands_for.get(found[0].lower(), "PRIVATE")


def _spellings(word: str) -> Iterator[str]:
    """A word as it is, and as logs and JSON may write it."""
    for form in ("NFC", "NFD"):
        text = unicodedata.normalize(form, word)
        yield from (text, repr(text)[1:-1], ascii(text)[1:-1], json.dumps(text)[1:-1])
        yield text.encode(errors="replace").decode()
        yield text.encode(errors="backslashreplace").decode()
        yield quote(text, errors="replace")
        yield shlex.quote(text).strip("'")
        yield from (text.replace("\\", "/"), text.replace("\\", "\\\\"))


def _pattern(word: str) -> str:
    escaped = re.escape(word)
    if len(word) >= _ANYWHERE_LETTERS:
        return escaped
    return rf"(?<![^\W_]){escaped}(?![^\W_])"


def _bare_command(found: re.Match[str]) -> str:
    """A command line: the command and the names of its flags."""
    command, *rest = found[2].split(" ") or [""]
    names = [
        part.partition("=")[0] for part in rest if re.match(r"(--[a-z][a-z-]*|-[a-z])(=|$)", part)
    ]
    shown = command if re.fullmatch(r"[a-z-]+", command) else "…"
    return found[1] + " ".join([shown, *names])


def _public_address(found: re.Match[str]) -> str:
    public = _PUBLIC.match(found[0])
    return public[0] if public else "ADDRESS"


def _tail(path: str) -> str:
    """What of a path may be known: where it is in a package, or that it is the system's."""
    if path.startswith(_SYSTEM) and not _KEPT_TAIL.search(path):
        return path
    kept = _KEPT_TAIL.search(path)
    if kept:
        return f"PATH/{kept[0]}"
    ours = re.search(rf"{_OURS}$", path)
    return ours[0] if ours else "PATH"


def _nameless(found: re.Match[str]) -> str:
    mark, name = found[0][0], found[0][1:-1]
    return found[0] if re.fullmatch(_OURS, name) else f"{mark}FILE.{found[1]}{mark}"


def _counted(value: Any) -> Any:
    return f"({len(value)} letters)" if isinstance(value, str) and value else value
