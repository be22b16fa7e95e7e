"""Jobs that are stopped, killed, or run out of room in the middle."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from corpus import oddities
from corpus.oddities import PROGRAM

_STOPPED, _DISK_FULL = 130, 4
# Exit codes.

_BEGINS_S = 60.0
_ENDS_S = 30.0

_ROOM_BYTES = 256 << 20
# More than the margin that the program keeps free, so that it begins.

_SOUND_S = 120.0
_FLAGS = ("--size", "720p", "--fps", "30", "-o", "video.mp4")


def write_inputs(folder: Path) -> None:
    """A picture and a sound that keep the program busy for a while."""
    oddities.write_picture(folder / "photo.png")
    oddities.write_sound(folder / "long.wav", _SOUND_S)


def all_stops() -> dict[str, Callable[[Path], list[str]]]:
    """What can be tried here, by name; each takes an empty folder and gives all that is wrong."""
    stops: dict[str, Callable[[Path], list[str]]] = {}
    if os.name != "nt":
        stops["SIGINT"] = lambda folder: stopped(folder, signal.SIGINT)
        stops["SIGTERM"] = lambda folder: stopped(folder, signal.SIGTERM)
        stops["SIGHUP"] = lambda folder: stopped(folder, signal.SIGHUP)
        stops["SIGKILL, and again"] = killed
    if can_mount():
        stops["disk nearly full before"] = full_before
        stops["disk full midway"] = full_midway
    return stops


def can_mount() -> bool:
    """Whether a small disk can be made: an administrator's right on Linux."""
    return os.name != "nt" and os.getuid() == 0 and Path("/proc/mounts").exists()


def stopped(folder: Path, number: signal.Signals) -> list[str]:
    """Stop a job by a signal while it renders."""
    write_inputs(folder)
    before = set(folder.iterdir())
    process = _begun(folder, folder)
    process.send_signal(number)
    code, told = _ended(process)
    faults = [] if code == _STOPPED else [f"ended with {code}: {told}"]
    faults += ["a traceback"] if "Traceback" in told else []
    left = sorted(path.name for path in set(folder.iterdir()) ^ before)
    return [*faults, f"left {left}"] if left else faults


def killed(folder: Path) -> list[str]:
    """Kill a job; then the same command, let run a moment, must begin and stop as ever.

    Nobody can tidy up after a SIGKILL: the hidden unfinished file stays, and nothing under the
    output's name.
    """
    write_inputs(folder)
    before = {path.name for path in folder.iterdir()}
    process = _begun(folder, folder)
    process.kill()
    _ended(process)
    left = {path.name for path in folder.iterdir()} - before
    faults = [f"left {name}" for name in left if not name.startswith(".")]
    for name in left:
        (folder / name).unlink()
    again = _begun(folder, folder)
    again.terminate()
    code, told = _ended(again)
    return faults if code == _STOPPED else [*faults, f"the next run ended with {code}: {told}"]


def full_before(folder: Path) -> list[str]:
    """Ask for a video on a disk of one megabyte."""
    write_inputs(folder)
    with _small_disk(folder / "disk", 1 << 20) as disk:
        output = disk / "video.mp4"
        ended = oddities.run_program(
            "make", "photo.png", "long.wav", *_FLAGS[:-1], output, folder=folder
        )
        faults = list(ended.faults)
        faults += [f"left {path.name}" for path in disk.iterdir()]
        if ended.code != _DISK_FULL:
            faults.append(f"ended with {ended.code}: {ended.told}")
    return faults


def full_midway(folder: Path) -> list[str]:
    """Let another program fill the disk while the video is written."""
    write_inputs(folder)
    with _small_disk(folder / "disk", _ROOM_BYTES) as disk:
        process = _begun(folder, disk)
        with (disk / "other").open("wb") as other:
            _fill(other.fileno())
        code, told = _ended(process)
        faults = [] if code == _DISK_FULL else [f"ended with {code}: {told}"]
        faults += ["a traceback"] if "Traceback" in told else []
        faults += [f"left {path.name}" for path in disk.iterdir() if path.name != "other"]
    return faults


def _fill(handle: int) -> None:
    block = bytes(1 << 20)
    try:
        while True:
            os.write(handle, block)
    except OSError:
        return


@contextmanager
def _small_disk(at: Path, size_bytes: int) -> Iterator[Path]:
    at.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={size_bytes}", "none", str(at)]
    subprocess.run(command, check=True)
    try:
        yield at
    finally:
        subprocess.run(["umount", str(at)], check=True)


def _begun(folder: Path, output_folder: Path) -> "subprocess.Popen[bytes]":
    """Start a long job, and wait until its unfinished file has begun to grow."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)  # a child inherits "ignored"
    try:
        process = subprocess.Popen(
            [*PROGRAM, "make", "photo.png", "long.wav", *_FLAGS[:-1], output_folder / "video.mp4"],
            cwd=folder,
            env=os.environ | {"HOME": str(folder.parent), "XDG_CACHE_HOME": str(folder.parent)},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
        )
    finally:
        signal.signal(signal.SIGINT, handler)
    give_up_s = time.monotonic() + _BEGINS_S
    while time.monotonic() < give_up_s and process.poll() is None:
        if any(path.stat().st_size for path in output_folder.glob(".*")):
            return process
        time.sleep(0.05)
    code, told = _ended(process)
    raise RuntimeError(f"rendering never began, ended with {code}: {told}")


def _ended(process: "subprocess.Popen[bytes]") -> tuple[int, str]:
    try:
        told = process.communicate(timeout=_ENDS_S)[1].decode(errors="replace")
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return -1, f"a hang of {_ENDS_S} s"
    return process.returncode, told
