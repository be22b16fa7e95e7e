"""Whole jobs of a cloud, over real HTTP: made, paid once, gone on with, failed in good order."""

import io
import json
import re
import time
import wave
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from corpus.cloud_jobs import TIME, TINY, CloudJobs
from corpus.runway_server import KEY, serving

from ai_video_generator.core.job_folder import KEPT_S
from ai_video_generator.core.leftover_jobs import JobSource
from ai_video_generator.errors import (
    CancelledError,
    CloudError,
    CredentialsMissingError,
    SpendLimitError,
)
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.video_file import video_info
from ai_video_generator.progress_tracker import ProgressReport, ProgressTracker


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[CloudJobs]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("RUNWAYML_API_SECRET", KEY)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.null.Keyring")
    TIME.naps_s.clear()
    with serving() as server:
        yield CloudJobs(tmp_path, server)


def test_a_song_becomes_a_video_exactly_as_long_as_it(jobs: CloudJobs) -> None:
    result = jobs.make()

    assert result.path is not None
    info = video_info(result.path)
    assert info.frame_count == 6 * 24
    assert info.size.width_px == 160
    assert result.plan is not None
    assert result.plan.device == "cloud"
    assert len(jobs.server.orders) >= 2
    assert {order["model"] for order in jobs.server.orders} == {"tiny"}
    seconds = sum(order["duration"] for order in jobs.server.orders)
    assert result.plan.estimate.cost_usd == pytest.approx(0.01 * seconds)
    assert result.spent_usd == pytest.approx(0.01 * seconds)


def test_the_request_shows_what_the_shot_shows(jobs: CloudJobs) -> None:
    jobs.make(prompt="a lighthouse in rain", seed=7)

    for order in jobs.server.orders:
        picture = cv2.imdecode(
            np.frombuffer(jobs.server.picture(order), np.uint8), cv2.IMREAD_COLOR
        )
        assert picture is not None
        assert picture.shape == (90, 160, 3)
        assert order["ratio"] == "160:90"
        assert order["duration"] in {2, 3, 4}
        assert order["promptText"].startswith("a lighthouse in rain. The camera ")
        assert 0 <= order["seed"] < 2**32
    assert len({order["seed"] for order in jobs.server.orders}) == len(jobs.server.orders)


def test_several_requests_are_in_the_making_and_no_more_than_allowed(jobs: CloudJobs) -> None:
    jobs.server.looks_needed = 3

    jobs.make(cloud_requests=2)

    assert jobs.server.most_in_flight == 2


def test_what_is_finished_is_never_paid_again(jobs: CloudJobs) -> None:
    first = jobs.make()
    count = len(jobs.server.orders)

    again = jobs.make("again.mp4", spend_limit=0)

    assert len(jobs.server.orders) == count
    assert (first.spent_usd > 0, again.spent_usd) == (True, 0.0)
    assert again.plan is not None
    assert again.plan.estimate.cost_usd == 0


def test_a_job_that_was_stopped_finds_its_tasks_again(
    jobs: CloudJobs, caplog: pytest.LogCaptureFixture
) -> None:
    jobs.server.looks_needed = 4
    reports = 0

    def stop_while_it_waits(_: ProgressReport) -> None:
        nonlocal reports
        reports += bool(jobs.server.looks)
        if reports == 2:
            tracker.stop()

    tracker = ProgressTracker(stop_while_it_waits)
    with pytest.raises(CancelledError):
        jobs.make(progress=tracker)
    begun = {entry["task"] for entry in jobs.booked().values()}
    assert begun == set(jobs.server.tasks)

    before_usd = sum(entry["charged_usd"] or 0 for entry in jobs.booked().values())
    assert f"{before_usd:.2f} $ were spent" in caplog.text

    result = jobs.make()

    asked = [(order["promptText"], order["seed"]) for order in jobs.server.orders]
    assert len(asked) == len(set(asked)), "no shot was asked for twice"
    whole_usd = sum(order["duration"] for order in jobs.server.orders) * 0.01
    assert result.spent_usd == pytest.approx(whole_usd - before_usd), "each task is counted once"


def test_a_request_without_an_answer_is_told_and_not_sent_again_by_itself(
    jobs: CloudJobs, caplog: pytest.LogCaptureFixture
) -> None:
    jobs.server.unanswered = 1

    with pytest.raises(CloudError, match="did not answer a request"):
        jobs.make(fallback=False)
    assert len(jobs.server.orders) == 1
    assert [entry["task"] for entry in jobs.booked().values()] == [""]

    jobs.make()
    assert "may have been charged" in caplog.text


def test_throttling_is_waited_out_with_growing_waits_and_jitter(jobs: CloudJobs) -> None:
    jobs.server.refusals = [(429, "too many requests", {})] * 3

    result = jobs.make()

    assert result.plan is not None
    assert result.plan.model == "runway"
    waits = [sum(TIME.naps_s[:3]), sum(TIME.naps_s[:8]), sum(TIME.naps_s[:18])]
    assert waits == pytest.approx([1.25, 3.75, 8.75], abs=0.3), "1, 2, 4 s and a quarter of each"


def test_a_server_that_says_how_long_is_believed(jobs: CloudJobs) -> None:
    jobs.server.refusals = [(503, "overloaded", {"Retry-After": "20"})]

    jobs.make()

    assert TIME.naps_s.count(0.5) >= 50


@pytest.mark.slow
@pytest.mark.parametrize(
    ("behaviour", "error", "said", "hint"),
    [
        ({"failures": ["SAFETY.INPUT.IMAGE"]}, CloudError, "moderation refuses", "storyboard"),
        ({"failures": ["INTERNAL.BAD_OUTPUT.CODE01"]}, CloudError, "failed: it failed", "again"),
        (
            {"refusals": [(400, "You do not have enough credits to run this task.", {})]},
            CloudError,
            "too little credit",
            "buy credits",
        ),
        (
            {"refusals": [(429, "Daily generation quota exceeded", {})]},
            CloudError,
            "daily quota",
            "tomorrow",
        ),
        ({"refusals": [(429, "slow down", {})] * 9}, CloudError, r"\(8 times\)", "later"),
        ({"refusals": [(400, "ratio: bad", {})]}, CloudError, "refuses a request", ""),
        ({"looks_needed": None}, CloudError, "did not finish a request within 15 min", "later"),
        ({"expired": 9}, CloudError, "has expired", "again"),
        ({"is_garbage": True}, CloudError, "cannot be read", ""),
        ({"length_s": 1}, CloudError, "lasts 1.00 s instead of", ""),
        ({"size": Resolution(96, 96)}, CloudError, "has 96x96 pixels instead of 160x90", ""),
        ({"cuts": [10] * 99}, CloudError, "broke off", "network"),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_each_failure_is_told_and_the_ladder_goes_on_here(
    jobs: CloudJobs, behaviour: dict[str, Any], error: type[Exception], said: str, hint: str
) -> None:
    vars(jobs.server).update(behaviour)

    result = jobs.make()

    failed, made = result.attempts[0], result.attempts[-1]
    assert isinstance(failed.error, error)
    assert re.search(said, str(failed.error))
    assert hint in failed.error.hint
    assert made.plan.device == "cpu"
    assert made.spent_usd == 0
    assert result.path is not None
    assert video_info(result.path).frame_count == 6 * 24


def test_a_key_that_is_not_accepted_is_told_and_not_repeated(
    jobs: CloudJobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RUNWAYML_API_SECRET", "key_wrong_1234")

    with pytest.raises(CredentialsMissingError, match="does not accept the key") as raised:
        jobs.make(fallback=False)

    assert "key_wrong_1234" not in str(raised.value)
    assert "RUNWAYML_API_SECRET" in raised.value.hint


def test_without_a_key_nothing_is_sent(jobs: CloudJobs, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("RUNWAYML_API_SECRET")

    result = jobs.make()

    assert isinstance(result.attempts[0].error, CredentialsMissingError)
    assert result.attempts[-1].plan.device == "cpu"
    assert not jobs.server.orders


def test_a_download_that_was_cut_goes_on_where_it_was(jobs: CloudJobs) -> None:
    jobs.server.cuts = [1000, 500]

    result = jobs.make()

    assert result.plan is not None
    assert result.plan.model == "runway"
    assert jobs.server.starts[:3] == [0, 1000, 1500]


def test_an_address_that_has_expired_is_asked_for_anew(jobs: CloudJobs) -> None:
    jobs.server.expired = 1

    result = jobs.make()

    assert result.plan is not None
    assert result.plan.model == "runway"


def test_a_task_that_the_cloud_has_forgotten_is_asked_for_anew(jobs: CloudJobs) -> None:
    jobs.server.unanswered = 0
    jobs.make()
    work = jobs.folder / "cache" / "work"
    for path in [*(work / "chunks").iterdir(), *(work / "clouds").glob("*.mp4")]:
        path.unlink()
    jobs.server.tasks.clear()
    count = len(jobs.server.orders)

    jobs.make("again.mp4")

    assert len(jobs.server.orders) == 2 * count


def test_a_result_that_was_lost_here_is_fetched_again_and_not_paid(jobs: CloudJobs) -> None:
    jobs.make()
    work = jobs.folder / "cache" / "work"
    for path in [*(work / "chunks").iterdir(), *(work / "clouds").glob("*.mp4")]:
        path.unlink()
    count = len(jobs.server.orders)

    again = jobs.make("again.mp4")

    assert len(jobs.server.orders) == count
    assert again.spent_usd == 0


def test_without_resuming_nothing_is_taken_and_nothing_left(jobs: CloudJobs) -> None:
    jobs.make()
    count = len(jobs.server.orders)

    jobs.make("again.mp4", resume=False)

    assert len(jobs.server.orders) == 2 * count
    assert not list((jobs.folder / "cache" / "work").glob("alone-*"))


def test_what_was_paid_for_is_found_by_the_cleanup(jobs: CloudJobs) -> None:
    jobs.make()

    found = list(JobSource(jobs.folder / "cache").found(time.time()))
    old = list(JobSource(jobs.folder / "cache").found(time.time() + KEPT_S + 60))

    told = [one for one in found if one.what.startswith("a request to a cloud")]
    assert len(told) == len(jobs.server.orders)
    assert not any(one.is_worthless for one in told)
    assert all(one.is_worthless for one in old if one.what.startswith("a request to a cloud"))


def test_nothing_is_sent_that_costs_more_than_was_allowed(jobs: CloudJobs) -> None:
    with pytest.raises(
        SpendLimitError, match=r"would cost 0\.\d\d \$, 0\.02 \$ are allowed"
    ) as raised:
        jobs.make(spend_limit=0.02)

    assert raised.value.exit_code == 3
    assert "--spend-limit" in raised.value.hint
    assert not jobs.server.orders


def test_the_ladder_never_leads_into_a_cloud(jobs: CloudJobs) -> None:
    ladder = jobs.generator(model="auto", model_options="").ladder(
        jobs.job / "photo.png", jobs.job / "song.wav"
    )

    assert {plan.device for plan in ladder.plans} == {"cpu"}
    assert any(
        one.subject == "runway" and "must be asked for: --model runway" in one.because
        for one in ladder.rejections
    )


def test_gen2_is_what_stands_in_for_it_today(
    jobs: CloudJobs, caplog: pytest.LogCaptureFixture
) -> None:
    plan = jobs.generator(model="gen2").plan(jobs.job / "photo.png", jobs.job / "song.wav")

    assert plan.model == "runway"
    assert "Runway's API no longer serves it; gen4_turbo is the nearest" in caplog.text
    reasons = {reason.topic: reason.because for reason in plan.reasons}
    assert reasons["model"].startswith("gen2 was asked for: ")
    assert "the sound and the picture files stay here" in reasons["what leaves"]


def test_a_draft_of_a_cloud_is_made_here(jobs: CloudJobs) -> None:
    made = jobs.generator(spend_limit=0).generate_draft(
        [jobs.job / "photo.png"], jobs.job / "song.wav", jobs.job / "draft.mp4"
    )

    assert made.plan is not None
    assert made.plan.device == "cpu"
    assert not jobs.server.orders


def test_a_model_that_follows_sound_is_sent_the_part_of_its_shot(jobs: CloudJobs) -> None:
    table = {**TINY, "sound_limit_s": 3, "extra": {"audio": False}, "takes_seed": False}
    (jobs.folder / "models.json").write_text(json.dumps({"runway": [table]}))

    jobs.make()

    for order in jobs.server.orders:
        assert order["audio"] is False
        assert "seed" not in order
        assert order["promptImage"][0]["position"] == "first"
        with wave.open(io.BytesIO(jobs.server.content(order["referenceAudio"][0]["uri"]))) as part:
            assert part.getnframes() / part.getframerate() == min(3, order["duration"])
            assert any(part.readframes(1000))


def test_shots_longer_than_a_request_go_on_from_its_last_frame(jobs: CloudJobs) -> None:
    table = {**TINY, "durations_s": [1]}
    (jobs.folder / "models.json").write_text(json.dumps({"runway": [table]}))

    result = jobs.make()

    assert len(jobs.server.orders) >= 6
    assert result.path is not None
    assert video_info(result.path).frame_count == 6 * 24
