"""Odd names, places and files, given to the command that people run."""

import hashlib
import os
import shutil
import stat
import struct
import subprocess
import sys
import wave
import zlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from tempfile import TemporaryFile

import numpy as np
from corpus import finished, pictures
from corpus.worker import HANG_S, answered
from PIL import Image

PROGRAM = (sys.executable, "-m", "ai_video_generator")
SMALL = ("--size", "64x36", "--fps", "15")
SOUND_S = Fraction(1, 2)
RATE_HZ = 8_000
LONGEST_NAME_BYTES = 255

MADE, REFUSED = 0, 3
# Exit codes: a video, and an input error.


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a process ended.

    Attributes:
        code: Exit code; negative for the signal that killed it.
        answer: What it wrote on stdout.
        told: What it wrote on stderr.
        faults: What no ending may show.
    """

    code: int
    answer: str
    told: str
    faults: tuple[str, ...] = ()


def rights_dropped() -> tuple[str, ...] | None:
    """What to put before a command so that file permissions hold for it; None where nothing does.

    They do not hold for the administrator of a Unix system, until two capabilities are taken away.
    """
    if os.name == "nt":
        return None
    if os.getuid() != 0:
        return ()
    if (setpriv := shutil.which("setpriv")) is None:
        return None
    return (setpriv, "--bounding-set", "-dac_override,-dac_read_search")


def run_program(*arguments: str | Path, folder: Path, prefix: tuple[str, ...] = ()) -> Ended:
    """Run one command line to its end.

    Args:
        arguments: The command line.
        folder: Where it runs; beside it lies the home of the process.
        prefix: What is put before the program.
    """
    home = folder.with_name(folder.name + "-home")
    home.mkdir(exist_ok=True)
    variables = {"HOME": str(home), "XDG_CACHE_HOME": str(home), "XDG_STATE_HOME": str(home)}
    with TemporaryFile() as out, TemporaryFile() as err:
        process = subprocess.Popen(
            [*prefix, *PROGRAM, *map(str, arguments)],
            cwd=folder,
            env=os.environ | variables,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
        )
        hung = not answered(process.pid, lambda wait_s: _has_ended(process, wait_s), HANG_S)
        if hung:
            process.kill()
            process.wait()
        out.seek(0)
        err.seek(0)
        answer, told = os.fsdecode(out.read()), err.read().decode(errors="replace")
    faults = (f"a hang of {HANG_S} s",) if hung else _ending_faults(process.returncode, told)
    return Ended(code=process.returncode, answer=answer, told=told, faults=faults)


def _has_ended(process: "subprocess.Popen[bytes]", wait_s: float) -> bool:
    with suppress(subprocess.TimeoutExpired):
        process.wait(wait_s)
    return process.returncode is not None


def _ending_faults(code: int, told: str) -> tuple[str, ...]:
    faults = [f"says {word!r}: {told}" for word in ("Traceback", "unexpected") if word in told]
    if code < 0 or code == 1:
        faults.append(f"ended with {code}: {told}")
    if code and "error: " not in told:
        faults.append("an error without a word")
    return tuple(faults)


@dataclass(frozen=True, slots=True, kw_only=True)
class Oddity:
    """One command line in a folder with ``photo.png`` and ``song.wav``.

    Attributes:
        name: What is odd.
        prepare: Makes what else is needed in the folder; gives what follows ``aivg make``.
        code: The exit code that is right.
        duration_s: Length of the sound, where a video is made.
        needs_rights: Whether file permissions must hold, which they do not for an administrator.
    """

    name: str
    prepare: Callable[[Path], tuple[str, ...]]
    code: int = REFUSED
    duration_s: Fraction = SOUND_S
    needs_rights: bool = False


def meet(oddity: Oddity, folder: Path) -> tuple[int, list[str]]:
    """Run an oddity in an empty folder.

    Returns:
        The exit code, and all that is wrong; nothing when nothing is.
    """
    write_picture(folder / "photo.png")
    write_sound(folder / "song.wav")
    arguments = oddity.prepare(folder)
    before = _contents(folder)
    prefix = (rights_dropped() or ()) if oddity.needs_rights else ()
    ended = run_program("make", *SMALL, *arguments, folder=folder, prefix=prefix)
    faults = list(ended.faults)
    if ended.code != oddity.code:
        faults.append(f"ended with {ended.code} instead of {oddity.code}: {ended.told}")
    after = _contents(folder)
    video = ended.answer.removesuffix("\n")
    if ended.code == MADE:
        faults += _video_faults(folder / video, oddity.duration_s)
        before.pop(video, None)
        if after.pop(video, None) is None:
            faults.append(f"there is no file of the name it answered: {video!r}")
    faults += [f"changed: {name!r}" for name in before.keys() ^ after.keys()]
    faults += [f"changed: {name!r}" for name, was in before.items() if after.get(name, was) != was]
    return ended.code, faults


def _video_faults(path: Path, duration_s: Fraction) -> list[str]:
    rate = Fraction(15)
    seen = finished.read_back(path, rate)
    return finished.length_faults(seen, frame_rate=rate, duration_s=duration_s)


def _contents(folder: Path) -> dict[str, str]:
    """What lies in a folder and below it, and a digest of each file."""
    found = {}
    for path in sorted(folder.rglob("*")):
        mode = path.lstat().st_mode
        small = stat.S_ISREG(mode) and path.stat().st_size < 1 << 26
        content = hashlib.sha256(path.read_bytes()).hexdigest() if small else ""
        found[str(path.relative_to(folder))] = f"{stat.S_IFMT(mode):o} {content}"
    return found


def write_sound(path: Path, seconds: float = float(SOUND_S), *, amplitude: int = 8_000) -> Path:
    """Write a tone as WAV."""
    times_s = np.arange(round(seconds * RATE_HZ)) / RATE_HZ
    samples = (np.sin(times_s * 440 * 2 * np.pi) * amplitude).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(samples.tobytes())
    return path


def write_picture(path: Path, width: int = 96, height: int = 64) -> Path:
    """Write the test card."""
    Image.fromarray(pictures.card(width, height)).save(path)
    return path


def _png_chunk(kind: bytes, content: bytes) -> bytes:
    checksum = struct.pack(">I", zlib.crc32(kind + content))
    return struct.pack(">I", len(content)) + kind + content + checksum


def _png(width: int, height: int) -> bytes:
    header = _png_chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0))
    pixels = _png_chunk(b"IDAT", zlib.compress(bytes(100)))
    return b"\x89PNG\r\n\x1a\n" + header + pixels + _png_chunk(b"IEND", b"")


def _wav(channels: int, rate_hz: int, bits: int, data_bytes: int = 4_000) -> bytes:
    block = channels * bits // 8
    form = struct.pack(
        "<HHIIHH", 1, channels, rate_hz, rate_hz * block % 2**32, block % 65_536, bits
    )
    data = b"data" + struct.pack("<I", data_bytes) + bytes(data_bytes)
    return (
        b"RIFF"
        + struct.pack("<I", 28 + len(data))
        + b"WAVEfmt "
        + struct.pack("<I", 16)
        + form
        + data
    )


def _gif(width: int, height: int) -> bytes:
    screen = b"GIF89a" + struct.pack("<HH", width, height) + b"\x80\0\0" + bytes(6)
    return screen + b"," + struct.pack("<HHHH", 0, 0, width, height) + b"\0\x02\x02L\x01\0;"


def _bmp(width: int, height: int) -> bytes:
    info = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, 0, 0, 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", 54, 0, 0, 54) + info


ABSURD_PICTURES = {
    "30000x30000.png": _png(30_000, 30_000),
    "100000x100000.png": _png(100_000, 100_000),
    "2147483647x1.png": _png(2_147_483_647, 1),
    "0x0.png": _png(0, 0),
    "65535x65535.gif": _gif(65_535, 65_535),
    "2147483647x2147483647.bmp": _bmp(2_147_483_647, 2_147_483_647),
    "0x0.bmp": _bmp(0, 0),
    "30000x-30000.bmp": _bmp(30_000, -30_000),
    "100000x100000.ppm": b"P6 100000 100000 255\n" + bytes(300),
    "99999x99999.qoi": b"qoif" + struct.pack(">IIBB", 99_999, 99_999, 3, 0) + bytes(100),
    "page.jpg": b"<!DOCTYPE html><html><body>404</body></html>",
    "text.png": b"not a picture at all\n",
}
"""Pictures whose headers lie, or that are none, by file name."""

ABSURD_SOUNDS = {
    "no-rate.wav": _wav(1, 0, 16),
    "4GHz.wav": _wav(1, 4_000_000_000, 16),
    "no-channels.wav": _wav(0, 8_000, 16),
    "65535-channels.wav": _wav(65_535, 8_000, 16),
    "no-bits.wav": _wav(1, 8_000, 0),
    "65535-bits.wav": _wav(1, 8_000, 65_535),
    "no-samples.wav": _wav(1, 8_000, 16, data_bytes=0),
    "text.mp3": b"not a sound at all\n" * 100,
    "list.m3u8": b"#EXTM3U\n#EXTINF:1,\nhttp://localhost:9/a.ts\n#EXT-X-ENDLIST\n",
    "list.ffconcat": b"ffconcat version 1.0\nfile /etc/passwd\n",
    "drawing.svg": b"<svg xmlns='http://www.w3.org/2000/svg'/>",
}
"""Sounds whose headers lie, or that are none, by file name."""
