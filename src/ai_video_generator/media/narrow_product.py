"""Products of long narrow matrices on one processor core."""

import numpy as np
from numpy.typing import NDArray

_MOST_MULTIPLICATIONS = 262_144
# OpenBLAS (interface/gemm.c) shares a product of more among threads, which then spin while they
# wait for the next: three minutes of sound took 1.5 CPU seconds instead of 0.8, and no less time.


def narrow_product(rows: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.float32]:
    """``rows @ matrix``, a few rows at a time, so that no thread is woken.

    Args:
        rows: ``(row_count, inner_count)``, float32.
        matrix: ``(inner_count, column_count)``, float32, small.
    """
    result = np.empty((len(rows), matrix.shape[1]), np.float32)
    at_once = max(1, _MOST_MULTIPLICATIONS // matrix.size)
    for start in range(0, len(rows), at_once):
        np.matmul(rows[start : start + at_once], matrix, out=result[start : start + at_once])
    return result
