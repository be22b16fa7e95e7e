"""``aivg models`` as a person uses it: a process of its own, and a hub that answers it."""

import json
import os
import pty
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from corpus.hub import REPOSITORY, Hub, running_hub, shaped, tensors
from corpus.weighty import FILES, write_plugin
from program import PROGRAM, aivg

from ai_video_generator.config.weights_table import DEPTH
from ai_video_generator.core.weights import WeightStore

pytestmark = pytest.mark.slow


@pytest.fixture(autouse=True)
def plugin(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in write_plugin(tmp_path / "plugin").items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub() as hub:
        hub.add(FILES)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        yield hub


@pytest.fixture
def usb(tmp_path: Path) -> Path:
    folder = tmp_path / "usb"
    for path, content in FILES.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


def row(name: str) -> dict[str, object]:
    told = json.loads(aivg("models", "list", "--json").stdout)
    return next(one for one in told["models"] if one["name"] == name)


def test_the_list_tells_what_is_there_and_what_not() -> None:
    done = aivg("models", COLUMNS="200")

    assert done.returncode == 0, done.stderr
    for word in ("ken_burns", "built in", "weighty", "missing", "MIT", "depth", "99 MB"):
        assert word in done.stdout
    assert row("weighty")["presence"] == "missing"


def test_an_installation_shows_the_licence_fetches_and_is_offline_then(hub: Hub) -> None:
    done = aivg("models", "install", "weighty", "--accept-licence")

    assert done.returncode == 0, done.stderr
    assert f"{REPOSITORY} is under MIT: https://example.org/licence" in done.stderr
    assert done.stdout == "weighty is installed and verified\n"
    assert row("weighty")["presence"] == "installed"
    hub.asked.clear()
    again = aivg("models", "install", "weighty", HF_HUB_OFFLINE="1")
    assert (again.returncode, again.stdout) == (0, done.stdout), again.stderr
    assert "is under" not in again.stderr
    assert not hub.asked


def test_without_a_yes_nothing_is_fetched(hub: Hub) -> None:
    done = aivg("models", "install", "weighty")

    assert done.returncode == 3
    assert "hint: answer yes with --accept-licence" in done.stderr
    assert not hub.asked


@pytest.mark.usefixtures("hub")
@pytest.mark.parametrize(("answer", "code"), [(b"y\n", 0), (b"n\n", 3), (b"\n", 3)])
def test_at_a_terminal_the_licence_is_asked_for(answer: bytes, code: int) -> None:
    ours, theirs = pty.openpty()
    running = subprocess.Popen(
        [*PROGRAM, "models", "install", "weighty"],
        stdin=theirs,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )
    os.write(ours, answer)
    _, trace = running.communicate(timeout=60)
    os.close(ours)
    os.close(theirs)

    assert running.returncode == code, trace
    assert b"do you accept this licence? [y/N]" in trace


def test_recommended_is_the_best_that_runs_here_and_depth(hub: Hub) -> None:
    hub.add({"onnx/model.onnx": b"another"}, DEPTH.repository, DEPTH.revision)

    done = aivg("models", "install", "--recommended", "--yes")

    assert f"{REPOSITORY} is under MIT" in done.stderr
    assert f"{DEPTH.repository} is under Apache-2.0" in done.stderr
    assert done.returncode == 5
    assert "is not the file that this release knows" in done.stderr


def test_offline_and_not_installed_says_so(hub: Hub) -> None:
    done = aivg("models", "install", "weighty", "--yes", HF_HUB_OFFLINE="1")

    assert done.returncode == 5
    assert "HF_HUB_OFFLINE forbids" in done.stderr
    assert "--from FOLDER" in done.stderr
    assert not hub.asked


def test_a_hub_out_of_reach_is_a_download_error() -> None:
    done = aivg("models", "install", "weighty", "--yes", HF_ENDPOINT="http://127.0.0.1:9")

    assert done.returncode == 5
    assert f"error: {REPOSITORY} could not be fetched" in done.stderr


@pytest.mark.usefixtures("terminal_signals")
def test_ctrl_c_stops_cleanly_and_keeps_what_came(hub: Hub, tmp_path: Path) -> None:
    hub.add({**FILES, "unet/model.safetensors": tensors(20_000)})
    hub.delay_s["unet/model.safetensors"] = 2.0
    hub.cuts["unet/model.safetensors"] = [10_000, 0]
    with (tmp_path / "trace").open("wb") as trace:
        running = subprocess.Popen(
            [*PROGRAM, "models", "install", "weighty", "--yes"],
            stdout=subprocess.DEVNULL,
            stderr=trace,
        )
        give_up_s = time.monotonic() + 30
        while not hub.sent_bytes.get("unet/model.safetensors") and time.monotonic() < give_up_s:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        assert running.wait(30) == 130, (tmp_path / "trace").read_text()
    assert "stopped" in (tmp_path / "trace").read_text()
    assert max(path.stat().st_size for path in WeightStore().partials()) == 10_000


def test_a_usb_disk_needs_no_network_and_no_client(usb: Path) -> None:
    hide = usb / "hidden"
    hide.mkdir()
    (hide / "huggingface_hub.py").write_text("raise ImportError('not here')")
    path = os.pathsep.join([str(hide), os.environ["PYTHONPATH"]])

    done = aivg("models", "install", "weighty", "--yes", "--from", usb, PYTHONPATH=path)
    assert done.returncode == 0, done.stderr

    lacking = aivg("models", "install", "depth", "--yes", PYTHONPATH=path)
    assert lacking.returncode == 4
    assert "pip install 'ai-video-generator[models]'" in lacking.stderr


def test_verify_finds_a_wrong_byte_and_install_mends_it(usb: Path) -> None:
    aivg("models", "install", "weighty", "--yes", "--from", usb)
    sound = aivg("models", "verify")
    assert (sound.returncode, sound.stdout) == (0, "weighty: 2 files, 2 compared, 0 damaged\n")
    folder = Path(aivg("models", "where", "weighty").stdout.strip())
    content = FILES["unet/model.safetensors"]
    (folder / "unet/model.safetensors").write_bytes(content[:-1] + b"\xff")

    found = aivg("models", "verify", "--json")

    assert found.returncode == 5
    problems = [one["problem"] for one in json.loads(found.stdout)["weighty"]]
    assert sum(map(bool, problems)) == 1
    assert "aivg models install weighty" in aivg("models", "verify", "weighty").stderr
    assert aivg("models", "install", "weighty", "--from", usb).returncode == 0
    assert aivg("models", "verify").returncode == 0


def test_remove_shows_what_goes_and_asks(usb: Path) -> None:
    aivg("models", "install", "weighty", "--yes", "--from", usb)

    asked = aivg("models", "remove", "weighty")
    assert asked.returncode == 3
    assert f"{REPOSITORY}: unet/model.safetensors" in asked.stderr
    assert row("weighty")["presence"] == "installed"

    assert aivg("models", "remove", "weighty", "--yes").returncode == 0
    assert row("weighty")["presence"] == "missing"
    assert "nothing of weighty" in aivg("models", "remove", "weighty").stdout


def test_own_weights_are_listed_and_forgotten(tmp_path: Path) -> None:
    key = "model.diffusion_model.input_blocks.1.1.transformer_blocks.0.attn2.to_k.weight"
    path = tmp_path / "epic.safetensors"
    path.write_bytes(shaped({key: (320, 768)}))

    assert aivg("models", "add", path).stdout == "epic is added: checkpoint\n"
    assert "epic" in aivg("models", COLUMNS="200").stdout
    assert aivg("models", "where", "epic").stdout.strip() == str(path)
    assert aivg("models", "remove", "epic").stdout == "epic is forgotten; its file stays\n"
    assert path.is_file()


@pytest.mark.parametrize("arguments", [["where", "weighty"], ["verify", "nonsense"]])
def test_what_is_not_there_is_told(arguments: list[str]) -> None:
    done = aivg("models", *arguments)

    assert done.returncode in {3, 5}
    assert "hint: " in done.stderr


def test_install_without_a_name_is_wrong_usage() -> None:
    assert aivg("models", "install").returncode == 2


def test_the_scripts_do_the_same(usb: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(usb.parent))
    scripts = Path(__file__).parents[2] / "scripts"

    def run(name: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
        command = [sys.executable, str(scripts / name), *arguments]
        return subprocess.run(command, capture_output=True, text=True, check=False)

    done = run("install_models.py", "weighty", "--yes", "--from", str(usb))
    assert done.stdout == "weighty is installed and verified\n", done.stderr
    assert "nothing would go" in run("cleanup.py").stdout
    partial = WeightStore().cache_folder / "models--maker--model" / "blobs" / "x.aivg.incomplete"
    partial.touch()
    assert "nothing would go" in run("cleanup.py").stdout
    os.utime(partial, (0, 0))
    assert "x.aivg.incomplete" in run("cleanup.py").stdout
    assert len(WeightStore().partials()) == 1
    assert "0 MB are free again" in run("cleanup.py", "--yes").stdout
    assert not WeightStore().partials()
    assert row("weighty")["presence"] == "installed"
