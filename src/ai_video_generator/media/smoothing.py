"""A curve without its fine detail."""

import numpy as np
from numpy.typing import NDArray

_REACH = 4.0
# Standard deviations on each side; beyond, a bell is 0.03 % of its height.


def smoothed(curve: NDArray[np.float64], deviation_steps: float) -> NDArray[np.float64]:
    """Smooth a curve with a Gaussian bell; its ends are held.

    Args:
        curve: ``(step_count,)``, float64.
        deviation_steps: Standard deviation of the bell in steps.
    """
    reach = int(_REACH * deviation_steps) + 1
    bell = np.exp(-0.5 * np.square(np.arange(-reach, reach + 1) / deviation_steps))
    return np.convolve(np.pad(curve, reach, "edge"), bell / bell.sum(), "valid")
