"""Sampling a consistency model distilled from Stable Video Diffusion.

The rule is that of multistep consistency sampling (Y. Song et al., "Consistency Models", 2023,
algorithm 1) with the preconditioning of SVD's v-prediction, sigma_data = 1: predict the clean
sample, then add noise of the next level. The levels are every n-th of the 40 that AnimateLCM-SVD-xt
was distilled on. Its authors publish their own scheduler; that both agree with published weights
has not been checked.
"""

from typing import Any

import numpy as np

_GRID = 40
_LEAST, _MOST, _RHO = 0.002, 700.0, 7.0
# Of SVD's own scheduler: T. Karras et al., "Elucidating the Design Space of Diffusion-Based
# Generative Models", 2022, equation 5.


def consistency_sigmas(steps: int) -> list[float]:
    """Noise levels of so many steps, the highest first, and the 0 that they end at."""
    ramp = np.linspace(0, 1, _GRID)
    high, low = _MOST ** (1 / _RHO), _LEAST ** (1 / _RHO)
    grid = (high + ramp * (low - high)) ** _RHO
    return [float(grid[index * (_GRID // steps)]) for index in range(steps)] + [0.0]


def consistency_scheduler(config: Any) -> Any:
    """The scheduler, with the settings of SVD's own."""
    from diffusers import EulerDiscreteScheduler
    from diffusers.schedulers.scheduling_euler_discrete import EulerDiscreteSchedulerOutput
    from diffusers.utils.torch_utils import randn_tensor

    class ConsistencyScheduler(EulerDiscreteScheduler):  # type: ignore[misc]  # untyped library
        # The pipeline hands its generator to no step; set before each pass.
        noise: Any = None

        def step(self, model_output: Any, timestep: Any, sample: Any, **_: Any) -> Any:
            if self.step_index is None:
                self._init_step_index(timestep)
            sigma, following = self.sigmas[self.step_index], self.sigmas[self.step_index + 1]
            power = sigma**2 + 1
            clean = sample.float() / power - model_output.float() * sigma / power**0.5
            after = clean
            if following > 0:
                after = clean + following * randn_tensor(
                    sample.shape, dtype=clean.dtype, device=sample.device, generator=self.noise
                )
            self._step_index += 1
            return EulerDiscreteSchedulerOutput(
                prev_sample=after.to(sample.dtype), pred_original_sample=clean.to(sample.dtype)
            )

    return ConsistencyScheduler.from_config(config, use_karras_sigmas=False)
