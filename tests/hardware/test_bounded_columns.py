"""However many rows come, so many are kept, and each tells of its time."""

import pytest

from ai_video_generator.hardware.bounded_columns import BoundedColumns


@pytest.mark.parametrize("count", [1, 3, 4, 5, 8, 9, 31, 1000])
def test_never_more_rows_than_the_limit_and_all_of_the_time_is_told(count: int) -> None:
    columns = BoundedColumns(4)
    for number in range(count):
        columns.add({"time": float(number)})

    kept = [value for value in columns.columns()["time"] if value is not None]

    assert 1 <= len(kept) <= 4
    assert kept == sorted(kept)
    assert kept[0] < max(1, count / 4)
    assert kept[-1] >= count / 2 - 1


def test_neighbours_become_their_mean_or_the_larger() -> None:
    columns = BoundedColumns(2, ("bytes",))
    for load, used in ((0.0, 1.0), (1.0, 9.0), (0.5, 3.0), (1.0, 2.0)):
        columns.add({"load": load, "used bytes": used})

    assert columns.columns() == {"load": (0.5, 0.75), "used bytes": (9.0, 3.0)}


def test_what_is_unknown_stays_unknown_and_spoils_nothing() -> None:
    columns = BoundedColumns(2)
    columns.add({"load": None})
    columns.add({"load": 0.5, "new": 1.0})
    assert columns.columns() == {"load": (None, 0.5), "new": (None, 1.0)}

    columns.add({"new": 3.0})
    columns.add({"load": 0.7, "new": 5.0})
    assert columns.columns() == {"load": (0.5, 0.7), "new": (1.0, 4.0)}
