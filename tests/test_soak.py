"""The soak and the fault campaign run, a leak would be found, and their figures are collected."""

import json
import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest
from corpus.fault_cases import Ending, all_fault_cases
from corpus.faults import POSSIBLE
from corpus.soak_jobs import Kind

from benchmarks.growth import Bound, growth
from benchmarks.leak_check import JOBS, WORKER_BOUNDS, kind_of
from benchmarks.reliability import headlines, report

_ROOT = Path(__file__).parents[1]
_MEMORY, _FILES = WORKER_BOUNDS["rss_bytes"], WORKER_BOUNDS["descriptor_count"]


def _noise(size: float) -> list[float]:
    chance = Random(0)  # noqa: S311 - the same noise every time, no secret
    return [chance.gauss(0, size) for _ in range(JOBS)]


def test_a_figure_that_stays_does_not_grow() -> None:
    warm = [200 + 60 * (1 - 0.95**job) for job in range(JOBS)]
    noisy = [figure + noise for figure, noise in zip(warm, _noise(3.0), strict=True)]
    assert not growth(noisy, _MEMORY).grows
    assert not growth([12.0] * JOBS, _FILES).grows


@pytest.mark.parametrize("mib_per_job", [1.0, 0.05])
def test_memory_that_grows_with_every_job_is_found(mib_per_job: float) -> None:
    curve = [250 + mib_per_job * job + noise for job, noise in enumerate(_noise(3.0))]
    found = growth(curve, _MEMORY)
    assert found.grows
    assert found.per_job == pytest.approx(mib_per_job, abs=0.01)


def test_files_that_stay_open_are_found() -> None:
    assert growth([12.0 + job for job in range(JOBS)], _FILES).grows
    assert growth([12.0 + job // 100 for job in range(JOBS)], _FILES).grows


def test_a_leak_that_begins_late_is_found() -> None:
    curve = [250.0 + max(0, job - 3 * JOBS // 4) for job in range(JOBS)]
    assert growth(curve, _MEMORY).grows


def test_a_few_jobs_are_not_judged() -> None:
    found = growth([10.0, 20.0, 30.0], Bound(figure="any", unit="", most=1.0, reason="any"))
    assert (found.grows, found.is_judged) == (False, False)


def test_one_worker_meets_every_kind_of_job() -> None:
    kinds = [kind_of(number) for number in range(JOBS)]
    assert {kind: kinds.count(kind) for kind in Kind if kinds.count(kind) < JOBS // 25} == {}


def test_every_fault_is_met_at_every_stage_and_may_end_in_one_way() -> None:
    cases = all_fault_cases()
    assert {(case.fault, case.stage) for case in cases} == set(POSSIBLE)
    assert {case.wanted for case in cases} == set(Ending) - {Ending.ELSE}


def test_what_has_not_run_is_said_to_be_missing(tmp_path: Path) -> None:
    results = [{"faults": []}, {"faults": ["one frame too many"]}]
    published = {"date": "2026-01-31T10:00:00+00:00", "results": results}
    (tmp_path / "lengths.json").write_text(json.dumps(published))
    found = headlines(tmp_path)
    (lengths,) = [one for one in found if one.part == "lengths"]
    assert (lengths.cases, lengths.faulty, lengths.date) == (2, 1, "2026-01-31")
    assert all(one.cases is None for one in found if one.part != "lengths")
    assert "Missing, as not run yet: bad_input, faults, kills, soak." in report(found)


@pytest.mark.slow
@pytest.mark.parametrize("name", ["faults", "soak"])
def test_a_sample_of_a_campaign_ends_well(name: str) -> None:
    done = subprocess.run(
        [sys.executable, "-m", f"benchmarks.{name}", "--sample", "3"],
        cwd=_ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(["tests", *sys.path])},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert "**0 faulty" in done.stdout
