"""A sample of the reliability campaign (scripts/reliability.py), and all that once failed."""

import os
import time
import wave
from collections.abc import Callable, Iterator
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import pytest
from corpus import damage, finished, lengths, odd_places, oddities, pictures, sounds, stops
from corpus.damage import Bench
from corpus.lengths import Case
from corpus.oddities import Oddity
from corpus.worker import Job, Kind, Worker

from ai_video_generator.media.video_file import video_info

pytestmark = pytest.mark.slow

_SHORT_CASES = [case for case in lengths.all_cases() if case.odd.duration_s < 20]
# Long sounds are left to the whole campaign.

_LENGTH_CASES = _SHORT_CASES[:: len(_SHORT_CASES) // 15]
_DAMAGED = 80
_FROM_OUTSIDE = 2

_ODDITIES = [
    oddity
    for oddity in odd_places.all_oddities()
    if oddity.name
    in {
        "names: newline",
        "names: 255 bytes of wide letters",
        "picture of 1x1",
        "picture of 30000x30",
        "silence",
        "a sound of one sample",
        "absurd 100000x100000.png",
        "absurd list.ffconcat",
        "read-only output folder",
        "/dev/zero as the sound",
        "FIFO as the sound",
        "output is a hard link to song.wav",
    }
]
# What the tests of the command line leave out.

_STOPS = {
    name: stop
    for name, stop in stops.all_stops().items()
    if name.startswith(("SIGKILL", "disk full"))
}


@pytest.fixture(scope="module")
def worker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Worker]:
    with Worker(tmp_path_factory.mktemp("worker")) as one:
        yield one


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    return Bench.made(tmp_path_factory.mktemp("originals"))


@pytest.mark.parametrize(
    "case", _LENGTH_CASES, ids=lambda case: f"{case.odd.name}-{case.rate}-{case.container}"
)
def test_a_video_is_exactly_as_long_as_its_sound(
    case: Case, tmp_path: Path, worker: Worker, ffprobe: str
) -> None:
    assert lengths.measured(case, tmp_path, worker, ffprobe).faults == ()


def test_the_campaign_puts_every_sound_at_every_rate_into_every_container() -> None:
    cases = lengths.all_cases()
    assert len(cases) >= 200
    assert len({case.odd for case in cases}) >= 60
    assert {case.odd for case in cases} == set(sounds.odd_sounds())
    pairs = {(case.rate, case.container) for case in cases}
    assert len(pairs) == len(lengths.RATES) * len(lengths.CONTAINERS)


def test_damaged_files_end_in_a_video_or_an_error_of_ours(
    tmp_path: Path, worker: Worker, bench: Bench
) -> None:
    # A step without a common divisor with the number of originals reaches all of them.
    cases = [bench.case(61 * number) for number in range(_DAMAGED)]
    tried = [damage.tried(case, tmp_path, worker) for case in cases]
    assert {one.case.name: one.faults for one in tried if one.faults} == {}
    assert {one.outcome.kind for one in tried} == {Kind.VIDEO, Kind.REFUSED}


def test_undamaged_files_end_in_a_video(tmp_path: Path, worker: Worker, bench: Bench) -> None:
    for path, is_picture in [(path, True) for path in bench.pictures[::5]] + [
        (path, False) for path in bench.sounds[::4]
    ]:
        case = damage.Case(original=path, is_picture=is_picture, seed=None, bench=bench)
        tried = damage.tried(case, tmp_path, worker)
        assert (tried.outcome.what, tried.faults) == ("video", ()), path.name


def test_damaged_files_given_to_the_command_end_in_an_exit_code(
    tmp_path: Path, bench: Bench
) -> None:
    for number in range(_FROM_OUTSIDE):
        tried = damage.tried_from_outside(bench.case(1 + 29 * number), tmp_path)
        assert tried.faults == (), tried.case.name


@pytest.mark.parametrize("oddity", _ODDITIES, ids=lambda oddity: oddity.name)
def test_an_odd_input_ends_as_it_must(oddity: Oddity, tmp_path: Path) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    assert oddities.meet(oddity, folder)[1] == []


@pytest.mark.parametrize("stop", _STOPS.values(), ids=_STOPS.keys())
def test_a_job_that_is_killed_or_out_of_room_leaves_nothing_of_the_outputs_name(
    stop: Callable[[Path], list[str]], tmp_path: Path
) -> None:
    folder = tmp_path / "work"
    folder.mkdir()
    assert stop(folder) == []


@pytest.mark.parametrize("sample_count", [1, 100, 512, 513])
@pytest.mark.parametrize("container", ["mp4", "mov"])
def test_the_shortest_sounds_are_heard_whole(
    sample_count: int, container: str, tmp_path: Path, worker: Worker
) -> None:
    """AAC of half a frame or less was silent where an edit list skipped more than a frame."""
    sound, rate_hz = tmp_path / "short.wav", 44_100
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate_hz)
        file.writeframes(b"\x10\x20" * sample_count)
    job = _job(tmp_path, sound, container)
    assert worker.run(job).what == "video"
    seen = finished.read_back(job.output, Fraction(15))
    assert seen.declared_count == sample_count
    duration_s = Fraction(sample_count, rate_hz)
    assert finished.length_faults(seen, frame_rate=Fraction(15), duration_s=duration_s) == []


def test_opus_in_webm_is_measured_whole(tmp_path: Path, worker: Worker) -> None:
    """Measured after a seek back to the start, it lacked a packet, and good videos were refused."""
    odd = next(
        odd
        for odd in sounds.odd_sounds()
        if odd.codec == "libmp3lame" and odd.sample_rate_hz == 48_000
    )
    job = _job(tmp_path, sounds.make(odd, tmp_path), "webm")
    assert worker.run(job).what == "video"
    assert video_info(job.output).sound_duration_s == odd.duration_s


def test_copied_ac3_ends_where_it_ends(tmp_path: Path, worker: Worker, ffprobe: str) -> None:
    """Its packets last whole 1/90000 s, and what was rounded off added up to an early end."""
    odd = next(
        odd for odd in sounds.odd_sounds() if odd.codec == "ac3" and odd.sample_rate_hz == 44_100
    )
    case = Case(odd=odd, rate="50", container="mp4", sound_mode="auto")
    found = lengths.measured(case, tmp_path, worker, ffprobe)
    assert (found.outcome.copied, found.faults) == (True, ())


def _job(folder: Path, sound: Path, container: str) -> Job:
    picture = folder / "picture.png"
    pictures.COLOR_PICTURES["plain.png"](picture)
    return Job(
        picture=picture,
        sound=sound,
        output=folder / f"video.{container}",
        options={"size": "64x36", "fps": "15", "sound": "encode"},
    )


def _remuxed(video: Path, target: Path, *, late_by: int, left_out: int) -> Path:
    """Copy a video with its sound so many samples later and some frames fewer."""
    with av.open(str(video)) as source, av.open(str(target), "w") as output:
        streams = {
            stream.index: output.add_stream_from_template(stream)
            for stream in (source.streams.video[0], source.streams.audio[0])
        }
        for packet in source.demux():
            if packet.dts is None or packet.pts is None:
                continue
            is_sound = packet.stream.type == "audio"
            if not is_sound and left_out:
                left_out -= 1
                continue
            if is_sound:
                packet.pts, packet.dts = packet.pts + late_by, packet.dts + late_by
            packet.stream = streams[packet.stream_index]
            output.mux(packet)
    return target


def test_the_checks_notice_what_is_not_exact(tmp_path: Path, worker: Worker, ffprobe: str) -> None:
    odd = next(odd for odd in sounds.odd_sounds() if odd.codec == "pcm_s16le")
    sound = sounds.make(odd, tmp_path)
    job = _job(tmp_path, sound, "mkv")
    assert worker.run(job).what == "video"
    rate = Fraction(15)
    whole = finished.read_back(job.output, rate)
    source = finished.listen(sound, odd.sample_count)
    assert finished.length_faults(whole, frame_rate=rate, duration_s=odd.duration_s) == []
    assert finished.sound_faults(whole, source, copied=False) == []
    assert "the samples differ" in finished.sound_faults(whole, source, copied=True)
    longer_s = odd.duration_s + Fraction(1, 15)
    assert len(finished.length_faults(whole, frame_rate=rate, duration_s=longer_s)) >= 2

    broken = _remuxed(job.output, tmp_path / "broken.mkv", late_by=20, left_out=1)
    seen = finished.read_back(broken, rate)
    faults = finished.length_faults(seen, frame_rate=rate, duration_s=odd.duration_s)
    assert any("frames instead of" in fault for fault in faults)
    assert any("the sound starts at" in fault for fault in faults)
    assert finished.probe_faults(ffprobe, broken, whole) != []


def test_the_checks_notice_a_sound_that_is_shifted(tmp_path: Path) -> None:
    odd = next(odd for odd in sounds.odd_sounds() if odd.codec == "pcm_s16le")
    sound = sounds.make(odd, tmp_path)
    with wave.open(str(sound)) as file:
        shape, frames = file.getparams(), file.readframes(odd.sample_count)
    shifted = tmp_path / "shifted.wav"
    with wave.open(str(shifted), "wb") as file:
        file.setparams(shape)
        file.writeframes(frames[4 * 7 :] + bytes(4 * 7))
    source = finished.listen(sound, odd.sample_count)
    heard = finished.listen(shifted, odd.sample_count)
    seen = finished.Finished(
        frame_count=1,
        start_s=Fraction(0),
        lateness_s=Fraction(0),
        tick_s=Fraction(1),
        sound=heard,
        declared_count=heard.sample_count,
    )
    faults = finished.sound_faults(seen, source, copied=False)
    assert faults == ["its start is -7 samples late", "its end is -7 samples late"]


class _Trouble:
    """Does something in the process that unpickles it."""

    def __init__(self, do: Callable[..., object], *arguments: object) -> None:
        self._calls = do, arguments

    def __reduce__(self) -> tuple[Callable[..., object], tuple[object, ...]]:
        return self._calls


def test_a_worker_outlives_a_crash_and_a_hang(tmp_path: Path) -> None:
    harmless = _job(tmp_path, tmp_path / "none.wav", "mp4")
    with Worker(tmp_path / "worker", limit_s=0.5) as one:
        for trouble, what in (
            (_Trouble(os.abort), "SIGABRT"),
            (_Trouble(time.sleep, 60), "hang"),
        ):
            outcome = one.run(replace(harmless, options={"trouble": trouble}))
            assert (outcome.kind, outcome.what) == (Kind.BROKEN, what)
            assert one.run(harmless).what == "AudioUnreadableError"
