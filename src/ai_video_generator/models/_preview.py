"""Shows roughly what a denoiser is making, at each of its steps, for a few milliseconds.

The clean latents that a scheduler predicts at a step become colours by a matrix that is fitted for
each pass: latents of the conditioning picture against the picture itself, by least squares. Where a
small decoder is installed it draws them instead.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

StepHeard = Callable[[int, int, "torch.Tensor | None"], None]

_RIDGE = 1e-2
# Keeps the fit from answering noise where a picture has one colour.

_MOST_FRAMES = 8
# Shown of a pass: enough to see that something moves.


@contextmanager
def heard_steps(scheduler: Any, total: int, heard: StepHeard) -> Iterator[None]:
    """Be told of every step of a scheduler, with the clean latents that it predicts.

    Args:
        scheduler: Of any diffusers pipeline; its ``step`` is wrapped meanwhile.
        total: Steps in all.
        heard: Takes steps done, steps in all, and the latents, None where it predicts none. What it
            raises ends the pass.
    """
    step, done = scheduler.step, 0

    # Pipelines look at the signature of ``step``, and hand over no generator that it does not take.
    @wraps(step)
    def told(*values: Any, **named: Any) -> Any:
        nonlocal done
        out = step(*values, **named)
        done += 1
        clean = getattr(out, "pred_original_sample", None)
        if clean is None:
            clean = getattr(out, "denoised", None)
        heard(done, max(done, total), clean)
        return out

    scheduler.step = told
    try:
        yield
    finally:
        del scheduler.step


class Preview:
    """Turns latents into small pictures.

    Args:
        tiny_decoder: An `AutoencoderTiny`; None fits colours.
    """

    def __init__(self, tiny_decoder: Any = None) -> None:
        self._decoder = tiny_decoder
        self._matrix: NDArray[np.float32] | None = None

    def learn(self, latent: "torch.Tensor", rgb: NDArray[np.uint8]) -> None:
        """Fit colours to latents.

        Args:
            latent: Of a picture, ``(channels, height, width)``, as the denoiser sees it.
            rgb: The picture, ``(any height, any width, 3)``, uint8.
        """
        values = latent.detach().float().cpu().numpy()
        if not np.isfinite(values).all():
            return
        self._matrix = fitted_colours(values, rgb)

    def of(self, latents: "torch.Tensor") -> NDArray[np.uint8] | None:
        """Small pictures of some frames.

        Args:
            latents: ``(frame_count, channels, height, width)``.

        Returns:
            ``(up to 8, height, width, 3)``, uint8; None where nothing is known.
        """
        count = latents.shape[0]
        chosen = latents[:: max(1, -(-count // _MOST_FRAMES))].detach()
        if self._decoder is not None:
            given = chosen.to(self._decoder.device, self._decoder.dtype)
            pictures = self._decoder.decode(given).sample
            values = (pictures.float().cpu().permute(0, 2, 3, 1).numpy() / 2 + 0.5) * 255
            return np.asarray(np.clip(np.nan_to_num(values), 0, 255), np.uint8)
        if self._matrix is None:
            return None
        return coloured(chosen.float().cpu().numpy(), self._matrix)


def fitted_colours(latent: NDArray[np.float32], rgb: NDArray[np.uint8]) -> NDArray[np.float32]:
    """The matrix that makes colours of latents, by ridge regression.

    Args:
        latent: ``(channels, height, width)``.
        rgb: Any size, uint8; reduced to the latents'.

    Returns:
        ``(channels + 1, 3)``, float32; the last row is what is added.
    """
    channels, height, width = latent.shape
    small = cv2.resize(rgb, (width, height), interpolation=cv2.INTER_AREA)
    target = small.reshape(-1, 3).astype(np.float32) / 255
    given = np.column_stack([latent.reshape(channels, -1).T, np.ones(height * width, np.float32)])
    normal = given.T @ given + _RIDGE * np.eye(channels + 1, dtype=np.float32)
    return np.asarray(np.linalg.solve(normal, given.T @ target), np.float32)


def coloured(latents: NDArray[np.float32], matrix: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Latents ``(n, channels, height, width)`` as pictures ``(n, height, width, 3)``, uint8."""
    values = np.einsum("nchw,cr->nhwr", latents, matrix[:-1]) + matrix[-1]
    return np.asarray(np.clip(np.nan_to_num(values) * 255, 0, 255), np.uint8)
