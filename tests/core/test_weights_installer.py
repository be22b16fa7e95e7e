"""Weights come whole, verified and only once, whatever the line, the hub or the disk does."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from corpus.hub import (
    COMMIT,
    REPOSITORY,
    Hub,
    digest,
    git_digest,
    part,
    running_hub,
    sha256,
    tensors,
)

from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.core.hub_cache import HubCache
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_state import Presence
from ai_video_generator.errors import (
    AIVideoError,
    CancelledError,
    CredentialsMissingError,
    DiskFullError,
    DownloadError,
    EnvironmentProblemError,
    InputError,
    WeightsCorruptError,
)
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker

UNET = tensors(300_000)
FILES = {"unet/model.safetensors": UNET, "unet/config.json": b'{"a": 1}'}
KEY = f"{REPOSITORY}@{COMMIT}"
OTHER = "fedcba9876543210fedcba9876543210fedcba98"


@dataclass(frozen=True)
class Model:
    """What weights are installed for."""

    weights: tuple[WeightPart, ...]
    name: str = "toy"


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[Hub]:
    with running_hub() as hub:
        hub.add(FILES)
        monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
        monkeypatch.setattr("ai_video_generator.core.hub_client._FIRST_WAIT_S", 0.001)
        yield hub


@pytest.fixture
def store(tmp_path: Path) -> WeightStore:
    return WeightStore(tmp_path / "notes", tmp_path / "hub")


def install(store: WeightStore, *parts: WeightPart, source: Path | None = None) -> None:
    store.install(parts or [part(FILES)], ProgressTracker(), source)


def fetched(hub: Hub) -> list[str]:
    """Files whose bytes were asked for."""
    return [path for method, path in hub.asked if method == "GET" and "/api/" not in path]


# All goes well


@pytest.mark.usefixtures("hub")
def test_what_is_installed_is_what_the_hub_has(store: WeightStore) -> None:
    model = Model((part(FILES),))
    assert store.state(model).presence is Presence.MISSING

    install(store)

    folder = store.folders(model)["base"]
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES
    assert store.state(model).presence is Presence.INSTALLED
    assert not store.partials()


@pytest.mark.usefixtures("hub")
def test_the_digest_of_each_file_is_noted(store: WeightStore) -> None:
    install(store)

    noted = store.book.read().parts[KEY]
    assert noted.commit == COMMIT
    assert {path: file.digest for path, file in noted.files.items()} == {
        "unet/model.safetensors": sha256(UNET),
        "unet/config.json": git_digest(b'{"a": 1}'),
    }


def test_the_hubs_own_client_finds_it_offline(hub: Hub, store: WeightStore) -> None:
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    install(store)
    hub.asked.clear()

    for path, content in FILES.items():
        found = hf_hub_download(
            REPOSITORY,
            path,
            revision=COMMIT,
            cache_dir=store.cache_folder,
            local_files_only=True,
        )
        assert Path(found).read_bytes() == content
        assert try_to_load_from_cache(REPOSITORY, path, store.cache_folder, COMMIT) == found
    assert not hub.asked


def test_what_the_hubs_own_client_fetched_is_not_fetched_again(
    hub: Hub, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    from huggingface_hub import hf_hub_download
    from tqdm import tqdm

    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # its thread never ends
    for path in FILES:
        hf_hub_download(
            REPOSITORY, path, revision=COMMIT, cache_dir=store.cache_folder, endpoint=hub.endpoint
        )
    hub.asked.clear()

    install(store)

    assert not hub.asked
    assert store.folders(Model((part(FILES),)))
    assert {file.is_ours for file in store.book.read().parts[KEY].files.values()} == {False}


def test_installing_twice_asks_nobody(hub: Hub, store: WeightStore) -> None:
    install(store)
    hub.asked.clear()

    install(store)

    assert not hub.asked


def test_bytes_that_another_commit_has_are_not_fetched(hub: Hub, store: WeightStore) -> None:
    install(store)
    newer = {**FILES, "unet/config.json": b'{"a": 2}'}
    hub.add(newer, commit=OTHER)
    hub.asked.clear()

    install(store, part(newer, revision=OTHER))

    assert fetched(hub) == [f"/{REPOSITORY}/resolve/{OTHER}/unet/config.json"]


@pytest.mark.usefixtures("hub")
def test_progress_counts_bytes_to_the_last(store: WeightStore) -> None:
    reports: list[ProgressReport] = []

    store.install([part(FILES)], ProgressTracker(reports.append))

    fetching = [report for report in reports if report.stage == "fetching"]
    assert fetching[-1].done == fetching[-1].total == sum(map(len, FILES.values()))
    assert fetching[-1].unit == "bytes"


def test_a_file_that_comes_packed_is_unpacked(hub: Hub, store: WeightStore) -> None:
    hub.packs = True

    install(store)

    folder = store.folders(Model((part(FILES),)))["base"]
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES


# Pins


def test_a_branch_becomes_a_commit_that_is_kept(hub: Hub, store: WeightStore) -> None:
    loose = part(FILES, revision="main", pinned=False)
    install(store, loose)
    hub.add({**FILES, "unet/config.json": b"{}"}, commit=OTHER)
    hub.asked.clear()

    install(store, loose)

    assert not hub.asked
    assert store.state(Model((loose,))).parts[0].commit == COMMIT
    assert (store.folders(Model((loose,)))["base"] / "unet/config.json").read_bytes() == b'{"a": 1}'


def test_a_file_other_than_the_release_knows_is_refused(hub: Hub, store: WeightStore) -> None:
    hub.add({**FILES, "unet/model.safetensors": tensors(300_000, seed=1)})

    with pytest.raises(WeightsCorruptError, match="not the file that this release knows"):
        install(store)

    assert not fetched(hub)


def test_a_file_that_is_gone_is_named(hub: Hub, store: WeightStore) -> None:
    hub.add({"unet/config.json": b"{}"})

    with pytest.raises(DownloadError, match=r"has no unet/model\.safetensors"):
        install(store)


@pytest.mark.parametrize(
    "path", ["model.bin", "model.ckpt", "model.pt", "model.pth", "model.pkl", "run.py"]
)
def test_what_could_run_code_is_refused_unasked(hub: Hub, store: WeightStore, path: str) -> None:
    hub.add({path: b"cos\nsystem\n"})

    with pytest.raises(InputError, match="can run code"):
        install(store, part({path: b"cos\nsystem\n"}))

    assert not hub.asked


@pytest.mark.parametrize(
    "path", ["../out.json", "/etc/out.json", "a/../../out.json", "..\\out.json"]
)
@pytest.mark.usefixtures("hub")
def test_no_file_leaves_its_folder(store: WeightStore, path: str) -> None:
    with pytest.raises(InputError, match="cannot be called"):
        install(store, part({path: b"{}"}))


# The line


def test_a_broken_line_is_resumed_and_no_byte_comes_twice(hub: Hub, store: WeightStore) -> None:
    hub.cuts["unet/model.safetensors"] = [100_000, 70_000]

    install(store)

    assert hub.sent_bytes["unet/model.safetensors"] == len(UNET)
    assert len([path for path in fetched(hub) if path.startswith("/cdn")]) == 3
    assert store.folders(Model((part(FILES),)))


def test_a_server_without_ranges_sends_all_again(hub: Hub, store: WeightStore) -> None:
    hub.cuts["unet/model.safetensors"] = [100_000]
    hub.takes_ranges = False

    install(store)

    assert hub.sent_bytes["unet/model.safetensors"] == 100_000 + len(UNET)
    assert store.folders(Model((part(FILES),)))


def test_a_line_that_stays_broken_is_told_and_goes_on_another_day(
    hub: Hub, store: WeightStore
) -> None:
    hub.cuts["unet/model.safetensors"] = [100_000, *[0] * 10]
    with pytest.raises(DownloadError, match="could not be fetched") as caught:
        install(store)
    assert "--from FOLDER" in caught.value.hint
    assert max(path.stat().st_size for path in store.partials()) == 100_000
    hub.cuts.clear()
    hub.starts.clear()

    install(store)

    assert ("unet/model.safetensors", 100_000) in hub.starts
    assert store.folders(Model((part(FILES),)))


def test_a_stop_keeps_what_came(hub: Hub, store: WeightStore) -> None:
    hub.delay_s["unet/model.safetensors"] = 0.2

    def stop_soon(report: ProgressReport) -> None:
        if report.stage == "fetching" and report.done:
            tracker.stop()

    tracker = ProgressTracker(stop_soon)
    with pytest.raises(CancelledError):
        store.install([part(FILES)], tracker)
    kept = max(path.stat().st_size for path in store.partials())
    assert 0 < kept < len(UNET)
    hub.delay_s.clear()

    install(store)

    assert ("unet/model.safetensors", kept) in hub.starts


@pytest.mark.slow
def test_a_server_that_falls_silent_is_given_up(
    hub: Hub, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_HUB_DOWNLOAD_TIMEOUT", "0.2")
    monkeypatch.setattr("ai_video_generator.core.hub_client._TRIES", 0)
    hub.delay_s["unet/model.safetensors"] = 0.6

    with pytest.raises(DownloadError, match="could not be fetched"):
        install(store)


def test_a_hub_that_fails_for_a_moment_is_asked_again(hub: Hub, store: WeightStore) -> None:
    hub.listing_faults = [503, 429, 502]

    install(store)

    assert store.folders(Model((part(FILES),)))


def test_a_file_that_arrives_damaged_is_fetched_once_more(hub: Hub, store: WeightStore) -> None:
    hub.wrong["unet/model.safetensors"] = 1

    install(store)

    assert hub.sent_bytes["unet/model.safetensors"] == 2 * len(UNET)
    assert store.folders(Model((part(FILES),)))


@pytest.mark.parametrize("path", list(FILES))
def test_a_file_that_stays_damaged_is_never_installed(
    hub: Hub, store: WeightStore, path: str
) -> None:
    hub.wrong[path] = 99

    with pytest.raises(WeightsCorruptError, match="arrived damaged"):
        install(store)

    assert not (store.cache_folder / f"models--maker--model/snapshots/{COMMIT}" / path).exists()


def test_a_hub_that_sends_too_much_is_cut_off(hub: Hub, store: WeightStore) -> None:
    hub.claims_bytes["unet/model.safetensors"] = 1000

    with pytest.raises(DownloadError, match=r"sends more of unet/model\.safetensors than the 1000"):
        install(store)


def test_what_is_longer_than_the_file_is_no_beginning_of_it(hub: Hub, store: WeightStore) -> None:
    partial = HubCache(store.cache_folder).partial(REPOSITORY, sha256(UNET))
    partial.parent.mkdir(parents=True)
    partial.write_bytes(UNET + b"more")

    install(store)

    assert ("unet/model.safetensors", 0) in hub.starts
    assert store.folders(Model((part(FILES),)))


def test_an_answer_that_is_no_line_fault_is_not_asked_for_again(
    hub: Hub, store: WeightStore
) -> None:
    hub.listing_faults = [418]

    with pytest.raises(DownloadError, match="answered 418"):
        install(store)

    assert len(hub.asked) == 1


# Who asks


@pytest.mark.parametrize("status", [401, 403])
def test_a_gated_model_says_how_it_is_had(hub: Hub, store: WeightStore, status: int) -> None:
    hub.gated[REPOSITORY] = status

    with pytest.raises(CredentialsMissingError, match="accepted its licence") as caught:
        install(store)

    assert f"https://huggingface.co/{REPOSITORY}" in caught.value.hint
    assert "HF_TOKEN" in caught.value.hint


def test_a_gated_model_comes_with_a_token_that_no_other_host_sees(
    hub: Hub, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.gated[REPOSITORY] = 401
    monkeypatch.setenv("HF_TOKEN", hub.token)

    install(store)

    assert ("127.0.0.1", f"Bearer {hub.token}") in hub.tokens
    assert {token for host, token in hub.tokens if host == "localhost"} == {""}


def test_a_token_that_is_not_accepted_is_told(
    hub: Hub, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    hub.gated[REPOSITORY] = 403
    monkeypatch.setenv("HF_TOKEN", "hf_another")

    with pytest.raises(CredentialsMissingError, match="your token's account has not") as caught:
        install(store)
    assert "hf_another" not in str(caught.value) + caught.value.hint


def test_a_token_that_was_revoked_is_told(
    hub: Hub, store: WeightStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_revoked")

    with pytest.raises(CredentialsMissingError, match="does not know the token"):
        install(store)

    assert not hub.sent_bytes


@pytest.mark.usefixtures("hub")
def test_a_commit_that_is_gone_is_named(store: WeightStore) -> None:
    with pytest.raises(DownloadError, match=f"no commit {OTHER}"):
        install(store, part(FILES, revision=OTHER))


@pytest.mark.usefixtures("hub")
def test_a_repository_that_is_gone_is_named(store: WeightStore) -> None:
    with pytest.raises(DownloadError, match="no maker/nothing"):
        install(store, part(FILES, repository="maker/nothing"))


# The disk


def test_room_is_looked_for_before_anything_is_fetched(hub: Hub, store: WeightStore) -> None:
    class Huge(bytes):
        def __len__(self) -> int:
            return 10**17

    hub.add({"a.json": Huge(b"{}")})

    with pytest.raises(DiskFullError, match=r"need 100000000\.0 GB more, .* has .* GB free"):
        install(store, part({"a.json": Huge(b"{}")}))

    assert not fetched(hub)


_SMALL_DISK = """
import resource, sys
from pathlib import Path
from corpus.hub import part, tensors
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.errors import DiskFullError
from ai_video_generator.progress_tracker import ProgressTracker
import signal; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
files = {"unet/model.safetensors": tensors(300_000), "unet/config.json": b'{"a": 1}'}
resource.setrlimit(resource.RLIMIT_FSIZE, (200_000, 200_000))
try:
    WeightStore(Path(sys.argv[1], "notes"), Path(sys.argv[1], "hub")).install(
        [part(files)], ProgressTracker())
except DiskFullError as error:
    print("full:", error)
"""


def _start(code: str, *arguments: Path | str) -> "subprocess.Popen[str]":
    tests = str(Path(__file__).parents[1])
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": tests},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="limits on files are POSIX's")
def test_a_disk_that_fills_up_is_told_and_what_came_is_kept(
    hub: Hub, store: WeightStore, tmp_path: Path
) -> None:
    told, trace = _start(_SMALL_DISK, tmp_path).communicate(timeout=60)
    assert told.startswith("full: no room is left for"), trace
    kept = max(path.stat().st_size for path in store.partials())
    assert 0 < kept <= 200_000

    install(store)

    assert ("unet/model.safetensors", kept) in hub.starts


def test_a_cache_that_cannot_be_written_is_told(hub: Hub, tmp_path: Path) -> None:
    (tmp_path / "file").touch()

    with pytest.raises(EnvironmentProblemError, match="cannot be used: not a directory") as caught:
        install(WeightStore(tmp_path / "notes", tmp_path / "file" / "hub"))

    assert "HF_HOME" in caught.value.hint
    assert not hub.sent_bytes


# Two at once

_INSTALL = """
import sys
from pathlib import Path
from corpus.hub import part, tensors
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.progress_tracker import ProgressTracker
files = {"unet/model.safetensors": tensors(300_000), "unet/config.json": b'{"a": 1}'}
stages = []
store = WeightStore(Path(sys.argv[1], "notes"), Path(sys.argv[1], "hub"))
store.install([part(files)], ProgressTracker(lambda report: stages.append(report.stage)))
print(*dict.fromkeys(stages), sep=",")
"""


@pytest.mark.slow
def test_two_processes_fetch_each_byte_once(hub: Hub, store: WeightStore, tmp_path: Path) -> None:
    hub.delay_s["unet/model.safetensors"] = 0.4
    both = [_start(_INSTALL, tmp_path) for _ in range(2)]
    answers = [one.communicate(timeout=60) for one in both]

    assert [one.returncode for one in both] == [0, 0], answers
    assert hub.sent_bytes["unet/model.safetensors"] == len(UNET)
    assert any("waiting for another installation" in told for told, _ in answers)
    assert store.folders(Model((part(FILES),)))


def test_a_stop_ends_the_waiting(store: WeightStore, hub: Hub) -> None:
    from ai_video_generator.core.folder_lock import locked

    def stop_when_waiting(report: ProgressReport) -> None:
        if report.stage.startswith("waiting"):
            tracker.stop()

    tracker = ProgressTracker(stop_when_waiting)
    lock = store.book.folder / "weights.lock"
    with (
        locked(lock, on_wait=lambda: None, check=lambda: None),
        pytest.raises(CancelledError),
    ):
        store.install([part(FILES)], tracker)
    assert not hub.asked


# Repairs and folders


@pytest.mark.usefixtures("hub")
def test_damaged_weights_are_found_and_mended(store: WeightStore) -> None:
    install(store)
    model = Model((part(FILES),))
    path = store.folders(model)["base"] / "unet/model.safetensors"
    path.write_bytes(UNET[:-1] + b"\xff")
    problems = [one.problem for one in store.verify(model, ProgressTracker()) if one.problem]
    assert len(problems) == 1

    install(store)

    assert not [one for one in store.verify(model, ProgressTracker()) if one.problem]
    assert path.read_bytes() == UNET


def test_damaged_bytes_of_another_commit_are_not_taken(hub: Hub, store: WeightStore) -> None:
    install(store)
    cache = HubCache(store.cache_folder)
    cache.blob(REPOSITORY, sha256(UNET)).write_bytes(UNET[:-1] + b"\xff")
    hub.add(FILES, commit=OTHER)

    install(store, part(FILES, revision=OTHER))

    folder = store.folders(Model((part(FILES, revision=OTHER),)))["base"]
    assert (folder / "unet/model.safetensors").read_bytes() == UNET


def _copy(folder: Path, files: dict[str, bytes] = FILES) -> Path:
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    return folder


@pytest.mark.parametrize(
    "inside",
    ["", "model", "maker/model", "base", f"models--maker--model/snapshots/{COMMIT}"],
)
def test_a_folder_of_any_layout_is_taken(store: WeightStore, tmp_path: Path, inside: str) -> None:
    _copy(tmp_path / "usb" / inside)

    install(store, source=tmp_path / "usb")

    folder = store.folders(Model((part(FILES),)))["base"]
    assert {path: (folder / path).read_bytes() for path in FILES} == FILES
    noted = store.book.read().parts[KEY].files
    assert {path: file.digest for path, file in noted.items()} == {
        path: digest(path, content) for path, content in FILES.items()
    }


def test_a_copied_cache_is_taken_with_its_links(
    hub: Hub, store: WeightStore, tmp_path: Path
) -> None:
    install(store)
    hub.asked.clear()
    elsewhere = WeightStore(tmp_path / "there", tmp_path / "hub2")

    install(elsewhere, part(FILES, revision="main", pinned=False), source=store.cache_folder)

    assert not hub.asked
    assert elsewhere.folders(Model((part(FILES, revision="main"),)))


def test_a_folder_without_a_commit_is_no_source_for_a_part_that_needs_one(
    store: WeightStore, tmp_path: Path
) -> None:
    _copy(tmp_path / "usb")

    with pytest.raises(InputError, match="does not tell which commit"):
        install(store, part(FILES, revision="main", pinned=False), source=tmp_path / "usb")


@pytest.mark.parametrize(
    ("files", "error", "message"),
    [
        ({"unet/config.json": b"{}"}, AIVideoError, r"'unet/model\.safetensors' .* is not in"),
        ({**FILES, "unet/model.safetensors": UNET[:-7]}, WeightsCorruptError, "arrived damaged"),
        (
            {**FILES, "unet/model.safetensors": tensors(300_000, seed=2)},
            WeightsCorruptError,
            "arrived damaged",
        ),
    ],
)
def test_a_folder_that_is_not_whole_is_refused(
    store: WeightStore,
    tmp_path: Path,
    files: dict[str, bytes],
    error: type[AIVideoError],
    message: str,
) -> None:
    _copy(tmp_path / "usb", files)

    with pytest.raises(error, match=message):
        install(store, source=tmp_path / "usb")


@pytest.mark.usefixtures("hub")
def test_a_page_that_was_damaged_is_written_anew(store: WeightStore) -> None:
    install(store)
    store.book.path.write_text("{")

    install(store)

    assert json.loads(store.book.path.read_text())["parts"][KEY]["commit"] == COMMIT


def test_no_thread_is_left_when_a_file_fails(hub: Hub, store: WeightStore) -> None:
    hub.add({f"{number}.safetensors": tensors(200_000, number) for number in range(6)})
    hub.wrong = {"3.safetensors": 99}
    before = threading.active_count()

    with pytest.raises(WeightsCorruptError):
        install(store, part(hub.commits[REPOSITORY][COMMIT]))

    assert threading.active_count() <= before + 8  # the server's own
