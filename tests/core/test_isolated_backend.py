"""A backend in a process of its own: the same frames, and no trouble of its own in the job."""

import logging
import os
import subprocess
import sys
import textwrap
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import numpy as np
import psutil  # type: ignore[import-untyped]  # it ships no types
import pytest
from corpus.plans import small_plan
from corpus.stills import photo, picture, scene_of
from PIL import Image

from ai_video_generator.core import model_process
from ai_video_generator.core.isolated_backend import IsolatedBackend
from ai_video_generator.core.picture_shelf import PictureShelf
from ai_video_generator.errors import (
    CancelledError,
    DependencyMissingError,
    DeviceLostError,
    DeviceMemoryError,
    InputError,
    NumericalError,
    RenderError,
)
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import BACKENDS, BaseModel, Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.registry import Registry

PLAN = replace(small_plan(), device="cuda:0")

MIDDLE = 7

_PATIENT_S = 60.0

_MODULE = """
import ctypes, os, re, signal, subprocess, sys, time
from pathlib import Path
import numpy as np
from ai_video_generator import errors
from ai_video_generator.models.ken_burns import KenBurns

class Made(KenBurns):
    def load(self, plan, supplies=None):
        {load}

    def generate(self, scene):
        for index, frame in enumerate(super().generate(scene)):
            if index == {at}:
                {trouble}
            yield frame

    def close(self):
        {close}

BACKEND = Made
"""


class Made:
    """A folder of backends made of a few lines, which this process could import."""

    def __init__(self, folder: Path) -> None:
        self._package = folder / "backends_to_isolate"
        self._package.mkdir()
        (self._package / "__init__.py").write_text("")
        self.registry: Registry[type[BaseModel]] = Registry(
            package=self._package.name, attribute="BACKEND"
        )

    def backend(
        self,
        trouble: str = "pass",
        *,
        load: str = "pass",
        close: str = "pass",
        at: int = MIDDLE,
        check: Callable[[], None] = lambda: None,
        silence_limit_s: float = _PATIENT_S,
    ) -> IsolatedBackend:
        """An isolated Ken Burns camera that runs these statements at its stages."""
        text = _MODULE.format(trouble=trouble, load=load, close=close, at=at)
        (self._package / "made.py").write_text(text)
        return IsolatedBackend(self.registry, "made", check=check, silence_limit_s=silence_limit_s)

    def troubled(
        self,
        stage: str,
        trouble: str,
        *,
        check: Callable[[], None] = lambda: None,
        silence_limit_s: float = _PATIENT_S,
    ) -> IsolatedBackend:
        """One with trouble in "load" or in the "middle" of its frames."""
        load, middle = (trouble, "pass") if stage == "load" else ("pass", trouble)
        return self.backend(middle, load=load, check=check, silence_limit_s=silence_limit_s)


@pytest.fixture
def made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Made:
    monkeypatch.syspath_prepend(str(tmp_path))
    return Made(tmp_path)


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """Fail a test after which a process runs on or a file is still open."""
    before = _open_files()
    yield
    assert psutil.Process().children(recursive=True) == []
    assert _open_files() == before


def _open_files() -> int:
    return int(psutil.Process().num_fds()) if os.name != "nt" else 0


def small_scene(frame_count: int = 15) -> Scene:
    pictures = [picture(photo(200, 150, seed=1)), picture(photo(150, 200, seed=2))]
    scene, _ = scene_of(
        pictures, size=(64, 48), seconds=(frame_count - 0.5) / 10, frame_rate=Fraction(10)
    )
    return scene


def _children() -> list[int]:
    return [child.pid for child in psutil.Process().children()]


def _run(backend: IsolatedBackend, scene: Scene | None = None) -> int:
    """Load, make all frames and close; the number of frames that came."""
    count = 0
    with closing(backend):
        backend.load(PLAN)
        for _ in backend.generate(scene or small_scene()):
            count += 1
    return count


def _same_frames(backend: IsolatedBackend, scene: Scene) -> bool:
    pairs = zip(KenBurns().generate(scene), backend.generate(scene), strict=True)
    return [np.array_equal(one.buffer, other.buffer) for one, other in pairs].count(False) == 0


# Frames.


def test_frames_are_the_same_bit_for_bit() -> None:
    backend = IsolatedBackend(BACKENDS, "ken_burns", check=lambda: None, silence_limit_s=_PATIENT_S)
    with closing(backend):
        backend.load(PLAN)
        assert _same_frames(backend, small_scene())
        large, _ = scene_of([picture(photo())], size=(1280, 720), seconds=0.3)
        assert _same_frames(backend, large)


def test_pictures_are_read_over_there(tmp_path: Path) -> None:
    paths = [tmp_path / "one.png", tmp_path / "two.png"]
    for seed, path in enumerate(paths):
        Image.fromarray(photo(300, 200, seed)).save(path)
    shelf = PictureShelf(paths, needed=Resolution(200, 100))
    scene, _ = scene_of(shelf, size=(64, 48), seconds=1.0)
    backend = IsolatedBackend(BACKENDS, "ken_burns", check=lambda: None, silence_limit_s=_PATIENT_S)
    with closing(backend):
        backend.load(PLAN)
        assert _same_frames(backend, scene)


def test_frames_are_not_overwritten_by_later_ones_and_can_be_written_to(made: Made) -> None:
    with closing(made.backend()) as backend:
        backend.load(PLAN)
        first, *rest = backend.generate(small_scene())
        assert first.buffer.flags.c_contiguous
        assert first.buffer.flags.writeable
        assert not any(np.shares_memory(first.buffer, frame.buffer) for frame in rest)


def test_one_process_makes_one_scene_after_another(made: Made) -> None:
    with closing(made.backend()) as backend:
        backend.load(PLAN)
        process = _children()
        for frame_count in (15, 1, 8):
            assert len(list(backend.generate(small_scene(frame_count)))) == frame_count
        assert _children() == process


def test_a_stream_closed_early_ends_its_work_and_another_can_begin(made: Made) -> None:
    with closing(made.backend("pass\n            time.sleep(0.01)")) as backend:
        backend.load(PLAN)
        process = _children()
        stream = backend.generate(small_scene(600))
        next(stream)
        stream.close()
        assert len(list(backend.generate(small_scene()))) == 15
        assert _children() == process


def test_a_stream_that_was_never_begun_costs_nothing(made: Made) -> None:
    with closing(made.backend()) as backend:
        backend.load(PLAN)
        backend.generate(small_scene()).close()
        assert len(list(backend.generate(small_scene()))) == 15


@pytest.mark.slow
def test_frames_are_not_made_far_ahead(made: Made, tmp_path: Path) -> None:
    made_count = tmp_path / "made"
    backend = made.backend(f"Path({str(made_count)!r}).touch()", at=4)
    scene, _ = scene_of([picture(photo())], size=(1920, 1080), seconds=0.4)
    with closing(backend):
        backend.load(PLAN)
        stream = backend.generate(scene)
        next(stream)
        time.sleep(1)
        assert not made_count.exists()
        list(stream)
        assert made_count.exists()


def test_what_a_backend_prints_goes_nowhere(
    made: Made, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    printing = (
        "print('chatter', flush=True); os.write(1, b'noise' * 50_000); "
        "subprocess.run(['echo', 'more']); print('a warning', file=sys.stderr)"
    )
    assert _run(made.backend(printing)) == 15
    assert capfd.readouterr() == ("", "")
    assert "a warning" in caplog.text
    assert "chatter" not in caplog.text


# Silence.

_ASLEEP = "time.sleep(3600)"
_BUSY = "re.match('(a+)+$', 'a' * 60 + 'b')"
# The expression engine takes years for this, and holds the interpreter's lock.
_HALTED = "os.kill(os.getpid(), signal.SIGSTOP)"


@pytest.mark.slow
@pytest.mark.parametrize("hang", [_ASLEEP, _BUSY, _HALTED], ids=["asleep", "busy", "halted"])
@pytest.mark.parametrize("stage", ["load", "middle"])
def test_a_hang_ends_with_the_time_limit(made: Made, hang: str, stage: str) -> None:
    backend = made.troubled(stage, hang, silence_limit_s=1.0)
    started_s = time.monotonic()
    with pytest.raises(DeviceLostError, match="gave no sign of life for 1 s") as error:
        _run(backend)
    assert time.monotonic() - started_s < 4
    assert error.value.hint


@pytest.mark.slow
def test_a_slow_backend_is_not_taken_for_a_hanging_one(made: Made) -> None:
    backend = made.backend("pass\n            time.sleep(0.2)", silence_limit_s=2.0)
    assert _run(backend) == 15


@pytest.mark.slow
def test_a_slow_job_is_not_taken_for_a_hanging_backend(made: Made) -> None:
    backend = made.backend(silence_limit_s=2.0)
    with closing(backend):
        backend.load(PLAN)
        stream = backend.generate(small_scene())
        next(stream)
        time.sleep(2.3)
        assert len(list(stream)) == 14


class _StoppedAfter:
    """A person who stops the job after a while."""

    def __init__(self, seconds: float) -> None:
        self._at_s = time.monotonic() + seconds

    def __call__(self) -> None:
        if time.monotonic() >= self._at_s:
            raise CancelledError("stopped on request")

    @property
    def late_s(self) -> float:
        return time.monotonic() - self._at_s


@pytest.mark.slow
@pytest.mark.parametrize("hang", [_ASLEEP, _BUSY], ids=["asleep", "busy"])
@pytest.mark.parametrize("stage", ["load", "middle"])
def test_a_stop_while_the_backend_hangs_is_obeyed_within_a_second(
    made: Made, hang: str, stage: str
) -> None:
    stop = _StoppedAfter(1.5)
    backend = made.troubled(stage, hang, check=stop)
    with pytest.raises(CancelledError):
        _run(backend)
    assert stop.late_s < 1


def test_a_stream_closed_while_the_next_frame_takes_long_ends_the_process(made: Made) -> None:
    with closing(made.backend(_ASLEEP, at=1)) as backend:
        backend.load(PLAN)
        stream = backend.generate(small_scene())
        next(stream)
        time.sleep(0.3)
        started_s = time.monotonic()
        stream.close()
        assert time.monotonic() - started_s < 1
        assert _children() == []
        with pytest.raises(RenderError, match="made is not loaded"):
            next(backend.generate(small_scene()))


def test_a_backend_that_will_not_close_is_ended(
    made: Made, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(model_process, "_CLOSING_LIMIT_S", 0.3)
    monkeypatch.setattr(model_process, "_ENDING_LIMIT_S", 0.3)
    closing_began = tmp_path / "closing"
    stubborn = "signal.signal(signal.SIGTERM, signal.SIG_IGN)"
    backend = made.backend(
        load=stubborn, close=f"Path({str(closing_began)!r}).touch(); time.sleep(3600)"
    )
    started_s = time.monotonic()
    assert _run(backend) == 15
    assert closing_began.exists()
    assert time.monotonic() - started_s < 5


# Crashes.


@pytest.mark.parametrize(
    ("trouble", "kind", "said"),
    [
        ("os._exit(3)", RenderError, "the model's process crashed (exit code 3)"),
        ("os._exit(0)", RenderError, "the model's process crashed (exit code 0)"),
        ("ctypes.string_at(0)", RenderError, "the model's process crashed (SIGSEGV)"),
        ("os.abort()", RenderError, "the model's process crashed (SIGABRT)"),
        (
            "os.kill(os.getpid(), signal.SIGKILL)",
            DeviceMemoryError,
            "the model's process was ended by the system, most likely for lack of memory",
        ),
        (
            "os.write(2, b'  what():  CUDA error: unspecified launch failure\\nbye'); os.abort()",
            DeviceLostError,
            "cuda:0 failed: CUDA error: unspecified launch failure",
        ),
        (
            "os.write(2, b'  what():  std::bad_alloc\\n'); os.abort()",
            DeviceMemoryError,
            "this computer has too little memory",
        ),
    ],
)
@pytest.mark.parametrize("stage", ["load", "middle"])
@pytest.mark.skipif(os.name == "nt", reason="Windows has no signals that end a process")
def test_a_crash_is_an_error_of_ours(
    made: Made, trouble: str, kind: type[RenderError], said: str, stage: str
) -> None:
    backend = made.troubled(stage, trouble)
    with pytest.raises(RenderError) as error:
        _run(backend)
    assert (type(error.value), str(error.value)) == (kind, said)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signal")
def test_the_frames_before_a_crash_arrive_and_its_place_is_in_the_log(
    made: Made, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    backend = made.backend("ctypes.string_at(0)")
    backend.load(PLAN)
    stream = backend.generate(small_scene())
    for _ in range(MIDDLE):
        next(stream)
    with pytest.raises(RenderError):
        next(stream)
    backend.close()
    assert "Fatal Python error: Segmentation fault" in caplog.text
    assert "made.py" in caplog.text
    assert {record.levelno for record in caplog.records} == {logging.WARNING}
    assert capfd.readouterr() == ("", "")


@pytest.mark.slow
@pytest.mark.skipif(not hasattr(os, "fork"), reason="it takes a process that inherits everything")
def test_a_crash_is_noticed_while_a_process_of_the_backends_own_lives_on(
    made: Made, tmp_path: Path
) -> None:
    pid = tmp_path / "pid"
    crashing = (
        f"own = os.fork() or time.sleep(60); Path({str(pid)!r}).write_text(str(own)); os._exit(5)"
    )
    started_s = time.monotonic()
    with pytest.raises(RenderError, match="exit code 5"):
        _run(made.backend(crashing))
    assert time.monotonic() - started_s < 5
    own = psutil.Process(int(pid.read_text()))
    assert own.status() == psutil.STATUS_SLEEPING
    own.kill()


def test_after_a_crash_it_can_be_loaded_again(made: Made, tmp_path: Path) -> None:
    mark = tmp_path / "crashed"
    once = f"(Path({str(mark)!r}).touch(), os._exit(1)) if not {_exists(mark)} else None"
    backend = made.backend(once)
    with pytest.raises(RenderError):
        _run(backend)
    assert _run(backend) == 15


def _exists(path: Path) -> str:
    return f"Path({str(path)!r}).exists()"


# Errors.


@pytest.mark.parametrize("stage", ["load", "middle"])
def test_an_error_of_ours_arrives_as_it_is(made: Made, stage: str) -> None:
    raising = "raise errors.NumericalError('the frames are black', hint='look')"
    backend = made.troubled(stage, raising)
    with pytest.raises(NumericalError, match="the frames are black") as error:
        _run(backend)
    assert (str(error.value), error.value.hint) == ("the frames are black", "look")


def test_the_figures_of_full_memory_arrive(made: Made) -> None:
    with pytest.raises(DeviceMemoryError, match="this computer has too little memory") as error:
        _run(made.backend("np.empty((10**6, 10**8))"))
    assert error.value.asked_bytes == pytest.approx(8e14, rel=0.01)


def test_an_error_that_cannot_be_sent_arrives_as_its_words(made: Made) -> None:
    raising = (
        "error = errors.NumericalError('odd', hint='look'); error.hint = lambda: 0; raise error"
    )
    with pytest.raises(NumericalError, match="odd"):
        _run(made.backend(raising))


def test_an_error_of_the_backends_own_class_arrives_as_the_one_it_is_derived_from(
    made: Made,
) -> None:
    raising = (
        "raise type('Odd', (errors.NumericalError,), {'__module__': 'odd'})('odd', hint='look')"
    )
    with pytest.raises(NumericalError, match="odd") as error:
        _run(made.backend(raising))
    assert (type(error.value), error.value.hint) == (NumericalError, "look")


@pytest.mark.parametrize(
    ("raising", "kind", "said"),
    [
        ("raise MemoryError", DeviceMemoryError, "this computer has too little memory"),
        ("raise ValueError('odd')", RenderError, "made failed: ValueError: odd"),
        ("sys.exit(2)", RenderError, "made failed: SystemExit: 2"),
        ("import nobodys_package", DependencyMissingError, "the package 'nobodys_package' is"),
        (
            "raise RuntimeError('CUDA error: unspecified launch failure')",
            DeviceLostError,
            "cuda:0 failed: CUDA error: unspecified launch failure",
        ),
    ],
)
def test_a_librarys_error_is_translated_and_its_place_is_in_the_log(
    made: Made,
    raising: str,
    kind: type[Exception],
    said: str,
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(kind) as error:
        _run(made.backend(raising))
    assert str(error.value).startswith(said)
    assert type(error.value) is kind
    assert "made.py" in caplog.text


def test_after_an_error_the_process_goes_on(made: Made) -> None:
    with closing(made.backend("raise ValueError('odd')")) as backend:
        backend.load(PLAN)
        process = _children()
        with pytest.raises(RenderError):
            list(backend.generate(small_scene()))
        assert len(list(backend.generate(small_scene(5)))) == 5
        assert _children() == process


def test_a_backend_that_nobody_has_is_named(made: Made) -> None:
    backend = IsolatedBackend(made.registry, "none", check=lambda: None, silence_limit_s=_PATIENT_S)
    with pytest.raises(InputError, match="no backend is called 'none'"):
        backend.load(PLAN)


def test_it_can_be_closed_before_and_after_and_twice(made: Made) -> None:
    backend = made.backend()
    backend.close()
    assert _run(backend) == 15
    backend.close()
    with pytest.raises(RenderError, match="made is not loaded"):
        next(backend.generate(small_scene()))


def test_it_can_be_closed_while_a_stream_is_under_way(made: Made) -> None:
    backend = made.backend()
    backend.load(PLAN)
    scene, _ = scene_of([picture(photo())], size=(1280, 720), seconds=4)
    stream = backend.generate(scene)
    next(stream)
    started_s = time.monotonic()
    backend.close()
    stream.close()
    assert time.monotonic() - started_s < 1


def test_what_a_backend_took_is_given_back(made: Made, tmp_path: Path) -> None:
    taken = tmp_path / "taken"
    backend = made.backend(
        load=f"Path({str(taken)!r}).touch()", close=f"Path({str(taken)!r}).unlink()"
    )
    with closing(backend):
        backend.load(PLAN)
        assert taken.exists()
    assert not taken.exists()


def test_an_error_while_closing_is_only_noted(made: Made, caplog: pytest.LogCaptureFixture) -> None:
    assert _run(made.backend(close="raise ValueError('stuck')")) == 15
    assert "ValueError: stuck" in caplog.text


# Surroundings.


def test_modules_are_not_looked_for_in_the_current_folder(
    made: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "numpy.py").write_text("raise SystemExit('the wrong numpy')")
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [entry for entry in sys.path if entry])
    assert _run(made.backend()) == 15


def test_gpus_are_counted_as_the_driver_counts_them(made: Made, tmp_path: Path) -> None:
    told = tmp_path / "told"
    writing = f"Path({str(told)!r}).write_text(os.environ['CUDA_DEVICE_ORDER'])"
    assert _run(made.backend(load=writing)) == 15
    assert told.read_text() == "PCI_BUS_ID"


@pytest.mark.skipif(os.name == "nt", reason="Windows has no process groups of this kind")
def test_ctrl_c_in_a_terminal_reaches_the_job_alone(made: Made) -> None:
    with closing(made.backend()) as backend:
        backend.load(PLAN)
        assert os.getpgid(_children()[0]) != os.getpgid(0)


@pytest.mark.skipif(sys.platform != "linux", reason="Linux alone lets a process choose")
def test_where_memory_runs_out_the_model_is_ended_before_the_job(made: Made) -> None:
    with closing(made.backend()) as backend:
        backend.load(PLAN)
        scores = [
            int(Path(f"/proc/{pid}/oom_score").read_text()) for pid in (_children()[0], os.getpid())
        ]
    assert scores[0] > scores[1]


_SCRIPT = """
import sys, time
from types import SimpleNamespace
sys.path[:0] = {paths!r}
from corpus.stills import photo, picture, scene_of
from ai_video_generator.core.isolated_backend import IsolatedBackend
from ai_video_generator.registry import Registry

print("begun", flush=True)
backend = IsolatedBackend(Registry(package="backends_to_isolate", attribute="BACKEND"), "made",
                          check=lambda: None, silence_limit_s=60)
backend.load(SimpleNamespace(device="cpu"))
scene, _ = scene_of([picture(photo(200, 150))], size=(64, 48), seconds=1)
print(sum(1 for _ in backend.generate(scene)), flush=True)
{rest}
"""


def _script(folder: Path, rest: str) -> list[str | Path]:
    path = folder / "script.py"
    tests = str(Path(__file__).parent.parent)
    text = _SCRIPT.format(paths=[str(folder), tests], rest=textwrap.dedent(rest))
    path.write_text(text)
    return [sys.executable, path]


def test_a_script_without_a_guard_runs_once(made: Made, tmp_path: Path) -> None:
    made.backend()
    done = subprocess.run(
        _script(tmp_path, "backend.close()"), capture_output=True, text=True, check=True
    )
    assert done.stdout.split() == ["begun", "24"]
    assert done.stderr == ""


def test_a_script_that_forgets_to_close_leaves_no_process(made: Made, tmp_path: Path) -> None:
    pid = tmp_path / "pid"
    made.backend(load=f"Path({str(pid)!r}).write_text(str(os.getpid()))")
    subprocess.run(_script(tmp_path, "sys.exit()"), capture_output=True, check=True)
    assert _is_gone_within(int(pid.read_text()), 2)


@pytest.mark.slow
@pytest.mark.parametrize("doing", ["nothing", _ASLEEP, _BUSY], ids=["nothing", "asleep", "busy"])
def test_a_job_that_is_killed_takes_its_model_along(made: Made, tmp_path: Path, doing: str) -> None:
    pid, begun = tmp_path / "pid", tmp_path / "begun"
    made.backend(
        f"Path({str(begun)!r}).touch(); {'pass' if doing == 'nothing' else doing}",
        load=f"Path({str(pid)!r}).write_text(str(os.getpid()))",
    )
    job = subprocess.Popen(
        _script(tmp_path, "time.sleep(60)"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    give_up_s = time.monotonic() + 20
    while not begun.exists() and time.monotonic() < give_up_s:
        time.sleep(0.05)
    time.sleep(0.5)
    model = psutil.Process(int(pid.read_text()))
    assert model.is_running()
    job.kill()
    job.wait()
    assert _is_gone_within(model.pid, 2)


def _is_gone_within(pid: int, limit_s: float) -> bool:
    give_up_s = time.monotonic() + limit_s
    while time.monotonic() < give_up_s:
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.02)
    return False
