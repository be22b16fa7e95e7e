"""The novelty of a sound is that of the whole matrix of similarities, without the matrix."""

import numpy as np

from ai_video_generator.media.sections import novelty

_REACH = 6


def test_novelty_is_the_sum_under_a_checkerboard() -> None:
    rows = np.random.default_rng(0).normal(size=(40, 5))
    similarity = rows @ rows.T
    bell = np.exp(-0.5 * np.square(np.arange(_REACH) / (0.7 * _REACH)))
    side = np.concatenate([-bell[::-1], bell]) / bell.sum()
    board = np.outer(side, side)  # + where both are on one side, - where they are not

    curve = novelty(rows, _REACH)

    for edge in range(_REACH, 40 - _REACH + 1):
        square = similarity[edge - _REACH : edge + _REACH, edge - _REACH : edge + _REACH]
        assert np.isclose(curve[edge] ** 2, (square * board).sum())


def test_novelty_is_highest_where_the_rows_change() -> None:
    rows = np.repeat([[0.0, 0.0], [1.0, 0.0], [1.0, 2.0]], 20, axis=0)

    curve = novelty(rows, _REACH)

    tops = [edge for edge in range(1, 60) if curve[edge] > max(curve[edge - 1], curve[edge + 1])]
    assert tops == [20, 40]
    assert np.allclose(curve[tops], [1, 2])


def test_novelty_of_few_rows_is_small() -> None:
    assert novelty(np.ones((1, 3)), _REACH).tolist() == [0, 0]
