"""How long each stage of a run took, and what the machine did meanwhile."""

import json
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from ai_video_generator.jobs.database import Database
from ai_video_generator.progress_tracker import StageTime


@dataclass(frozen=True, slots=True, kw_only=True)
class Measurement:
    """One run of a job, as it was measured.

    Attributes:
        run: Which run of the job, from 1.
        stages: How long each stage took, in the order in which they came first.
        telemetry: What the machine did, as JSON has it; empty where nobody looked.
    """

    run: int
    stages: tuple[StageTime, ...]
    telemetry: Mapping[str, Any] = field(default_factory=dict)

    @property
    def peaks(self) -> dict[str, Any]:
        """What was highest, and the means: the telemetry without its columns over time."""
        return _without_columns(self.telemetry)


def keep_measurement(
    database: Database,
    job_id: int,
    run: int,
    stages: Sequence[StageTime],
    telemetry: Mapping[str, Any] | None = None,
) -> None:
    """Write down what was measured in a run; what was there of it is replaced.

    Args:
        database: Where it is kept.
        job_id: The job.
        run: Which run of it, from 1.
        stages: How long each stage took, in order.
        telemetry: What the machine did, as JSON has it.

    Raises:
        EnvironmentProblemError: When the database cannot be written.
    """
    blob = zlib.compress(json.dumps(telemetry).encode()) if telemetry else None
    with database.writing() as connection:
        connection.execute(
            "INSERT OR REPLACE INTO measurements (job_id, run, stages, telemetry) "
            "VALUES (?, ?, ?, ?)",
            (job_id, run, json.dumps([asdict(one) for one in stages]), blob),
        )


def measurements_of(database: Database, job_id: int) -> list[Measurement]:
    """What was measured in the runs of a job, in order; empty where nothing was."""
    rows = database.rows("SELECT * FROM measurements WHERE job_id = ? ORDER BY run", (job_id,))
    return [
        Measurement(
            run=row["run"],
            stages=tuple(_stage(one) for one in json.loads(row["stages"])),
            telemetry=json.loads(zlib.decompress(row["telemetry"])) if row["telemetry"] else {},
        )
        for row in rows
    ]


def _stage(values: Mapping[str, Any]) -> StageTime:
    parts_s = tuple((begin_s, end_s) for begin_s, end_s in values["parts_s"])
    return StageTime(stage=values["stage"], seconds=values["seconds"], parts_s=parts_s)


def _without_columns(values: Mapping[str, Any]) -> dict[str, Any]:
    """All but the lists of numbers; of lists of objects, each without its own."""
    kept: dict[str, Any] = {}
    for name, value in values.items():
        if not isinstance(value, list):
            kept[name] = value
        elif value and all(isinstance(one, dict) for one in value):
            kept[name] = [_without_columns(one) for one in value]
        elif value and all(isinstance(one, str) for one in value):
            kept[name] = value
    return kept
