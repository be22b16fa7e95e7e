"""Every test gets its own folders and a clean environment, and leaves no thread behind."""

import logging
import os
import shutil
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from corpus.toy_weights import ToyWeights

_OTHERS = ("AIVG_", "XDG_", "HF_", "HUGGING", "TRANSFORMERS_")
# Variables that this program and those of the hub read.

_PATIENCE_S = 2.0
# Pools and decoders end a moment after their owner; a thread that stays longer has been forgotten.


@pytest.fixture(autouse=True)
def own_folders(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home folder of its own for each test; no setting of the person who runs it gets in."""
    home = tmp_path_factory.mktemp("home")
    for name in [name for name in os.environ if name.startswith(_OTHERS)]:
        monkeypatch.delenv(name)
    for name in ("FORCE_COLOR", "NO_COLOR", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    for name in ("HOME", "USERPROFILE", "LOCALAPPDATA", "APPDATA"):
        monkeypatch.setenv(name, str(home))
    return home


@pytest.fixture(autouse=True)
def own_log() -> Iterator[None]:
    """Take away what a command run in this process has hung on the log."""
    log, raises = logging.getLogger("ai_video_generator"), logging.raiseExceptions
    handlers, level = list(log.handlers), log.level
    yield
    for handler in set(log.handlers) - set(handlers):
        log.removeHandler(handler)
        handler.close()
    log.setLevel(level)
    logging.raiseExceptions = raises


@pytest.fixture(autouse=True)
def no_thread_left() -> Iterator[None]:
    """Fail a test whose threads outlive it."""
    before = set(threading.enumerate())
    yield
    give_up_s = time.monotonic() + _PATIENCE_S
    while (left := set(threading.enumerate()) - before) and time.monotonic() < give_up_s:
        time.sleep(0.01)
    assert not left, f"threads left running: {sorted(thread.name for thread in left)}"


@pytest.fixture
def terminal_signals() -> Iterator[None]:
    """Ctrl-C as a terminal gives it: children of a job in the background inherit "ignored"."""
    handler = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, handler)


@pytest.fixture(scope="session")
def ffprobe() -> str:
    """Path of the independent tool that reads our videos; its absence fails a test only in CI."""
    path = shutil.which("ffprobe")
    if path is None and os.environ.get("CI") == "true":
        pytest.fail("ffprobe is missing, which .ci/run should have installed")
    if path is None:
        pytest.skip("ffprobe is not installed")
    return path


@pytest.fixture(scope="session")
def toy_weights(tmp_path_factory: pytest.TempPathFactory) -> "ToyWeights":
    """Toy weights of the real pipeline classes, made once; toys run on one thread.

    On two threads they take many times as long.
    """
    import torch
    import tqdm
    from corpus.toy_weights import ToyWeights

    torch.set_num_threads(1)
    tqdm.tqdm.monitor_interval = 0  # its monitor is a thread that never ends
    return ToyWeights(tmp_path_factory.mktemp("toy"))
