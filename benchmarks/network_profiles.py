"""Memory and arithmetic of full-size networks, counted without a GPU and without weights.

Each network is built at its real size with tensors that have a shape and no content, and runs one
step; what is alive at each moment is added up, and each operation's arithmetic counted (PyTorch's
`FakeTensorMode`, `MemTracker`, `FlopCounterMode`). What a GPU takes beside that is not in it: its
context, gaps between blocks, workspaces of convolutions.

    python -m benchmarks.network_profiles
"""

from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

import torch
from diffusers import (
    AutoencoderKL,
    AutoencoderKLTemporalDecoder,
    SparseControlNetModel,
    UNetMotionModel,
    UNetSpatioTemporalConditionModel,
)
from torch._subclasses.fake_tensor import FakeTensorMode
from torch.distributed._tools.mem_tracker import MemTracker
from torch.utils.flop_counter import FlopCounterMode

from benchmarks.common import publish, table

_HALF = torch.float16
_SCALE = 8
# Pixels for each pixel of latents, in both VAEs.


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One network at one size.

    Attributes:
        network: What it is.
        size: Width and height of the frames, pixels.
        frames: Frames under way at once, those without the condition not counted.
        guided: Whether each frame is computed with and without its condition.
        weights_bytes: Its weights at 16 bits.
        largest_layer_bytes: The largest of its layers.
        working_bytes: The most that was alive beside the weights.
        bytes_per_pixel: That for each pixel of each frame.
        teraflop: 10^12 operations of a step.
        teraflop_per_megapixel: That for a million pixels of frames.
    """

    network: str
    size: tuple[int, int]
    frames: int
    guided: bool
    weights_bytes: int
    largest_layer_bytes: int
    working_bytes: int
    bytes_per_pixel: float
    teraflop: float
    teraflop_per_megapixel: float


def main() -> None:
    """Count all networks, and write what was found."""
    torch.set_num_threads(1)
    torch.set_default_dtype(_HALF)
    profiles = [profile for count in (_svd, _animate, _decoders) for profile in count()]
    publish(
        "network_profiles",
        title="Full-size networks, counted",
        settings={"torch": torch.__version__},
        results=list(map(asdict, profiles)),
        text=_page(profiles),
    )


def _svd() -> list[Profile]:
    found = []
    for frames, guided in ((25, True), (14, True), (25, False)):
        with FakeTensorMode():
            unet = UNetSpatioTemporalConditionModel(num_frames=frames).eval()
            unet.enable_forward_chunking(1, 0)
            batch = 2 if guided else 1
            latents = _empty(batch, frames, 8, 576 // _SCALE, 1024 // _SCALE)
            found.append(
                _counted(
                    "Stable Video Diffusion",
                    (1024, 576),
                    frames,
                    guided,
                    unet,
                    run=lambda: unet(  # noqa: B023 - called at once
                        latents,  # noqa: B023
                        torch.tensor(1.0, dtype=_HALF),
                        encoder_hidden_states=_empty(batch, 1, 1024),  # noqa: B023
                        added_time_ids=_empty(batch, 3),  # noqa: B023
                    ),
                )
            )
    return found


def _animate() -> list[Profile]:
    found = []
    for frames, guided in ((32, True), (16, True)):
        with FakeTensorMode():
            unet = UNetMotionModel(cross_attention_dim=768).eval()
            batch = 2 if guided else 1
            latents = _empty(batch, 4, frames, 448 // _SCALE, 768 // _SCALE)
            words = _empty(batch * frames, 77, 768)
            found.append(
                _counted(
                    "AnimateDiff",
                    (768, 448),
                    frames,
                    guided,
                    unet,
                    run=lambda: unet(latents, torch.tensor(1.0, dtype=_HALF), words),  # noqa: B023 - at once
                )
            )
    with FakeTensorMode():
        control = SparseControlNetModel().eval()
        found.append(_weights_only("SparseCtrl", control))
    return found


def _decoders() -> list[Profile]:
    found = []
    for together in (1, 2, 4, 8):
        with FakeTensorMode():
            temporal = AutoencoderKLTemporalDecoder(
                block_out_channels=(128, 256, 512, 512),
                down_block_types=("DownEncoderBlock2D",) * 4,
                layers_per_block=2,
            )
            latents = _empty(together, 4, 576 // _SCALE, 1024 // _SCALE)
            found.append(
                _counted(
                    "decoder of Stable Video Diffusion",
                    (1024, 576),
                    together,
                    False,
                    temporal,
                    run=lambda: temporal.decode(latents, num_frames=together),  # noqa: B023 - at once
                )
            )
    with FakeTensorMode():
        still = AutoencoderKL(
            block_out_channels=(128, 256, 512, 512),
            down_block_types=("DownEncoderBlock2D",) * 4,
            up_block_types=("UpDecoderBlock2D",) * 4,
            layers_per_block=2,
        )
        latents = _empty(1, 4, 448 // _SCALE, 768 // _SCALE)
        found.append(
            _counted(
                "decoder of AnimateDiff",
                (768, 448),
                1,
                False,
                still,
                run=lambda: still.decode(latents),
            )
        )
    return found


def _empty(*shape: int) -> Any:
    return torch.empty(shape, dtype=_HALF)


def _counted(
    name: str,
    size: tuple[int, int],
    frames: int,
    guided: bool,
    module: Any,
    *,
    run: Callable[[], object],
) -> Profile:
    tracker, counter = MemTracker(), FlopCounterMode(display=False)
    tracker.track_external(module)
    with counter, tracker, torch.no_grad():
        run()
    (peak,) = tracker.get_tracker_snapshot("peak").values()
    kinds = {str(kind).rpartition(".")[2]: count for kind, count in peak.items()}
    working = kinds["Total"] - kinds["PARAM"] - kinds["BUFFER"]
    megapixels = size[0] * size[1] * frames / 1e6
    teraflop = counter.get_total_flops() / 1e12
    print(f"{name}, {frames} frames: {working / 1e9:.2f} GB, {teraflop:.1f} TFLOP", flush=True)
    return Profile(
        network=name,
        size=size,
        frames=frames,
        guided=guided,
        weights_bytes=_bytes(module),
        largest_layer_bytes=max(_bytes(part) for part in module.modules() if _is_layer(part)),
        working_bytes=working,
        bytes_per_pixel=round(working / (megapixels * 1e6), 1),
        teraflop=round(teraflop, 2),
        teraflop_per_megapixel=round(teraflop / megapixels, 3),
    )


def _weights_only(name: str, module: Any) -> Profile:
    return Profile(
        network=name,
        size=(0, 0),
        frames=0,
        guided=False,
        weights_bytes=_bytes(module),
        largest_layer_bytes=max(_bytes(part) for part in module.modules() if _is_layer(part)),
        working_bytes=0,
        bytes_per_pixel=0.0,
        teraflop=0.0,
        teraflop_per_megapixel=0.0,
    )


def _is_layer(module: Any) -> bool:
    return not any(True for _ in module.children())


def _bytes(module: Any) -> int:
    return sum(value.numel() * value.element_size() for value in module.parameters())


def _page(profiles: list[Profile]) -> str:
    rows = [
        (
            one.network,
            f"{one.size[0]}x{one.size[1]}",
            f"{one.frames}{', guided' if one.guided else ''}",
            f"{one.weights_bytes / 1e9:.2f}",
            f"{one.working_bytes / 1e9:.2f}",
            f"{one.bytes_per_pixel:.0f}",
            f"{one.teraflop:.1f}",
        )
        for one in profiles
        if one.frames
    ]
    header = (
        "network",
        "frames of",
        "at once",
        "weights GB",
        "working GB",
        "bytes a pixel of a frame",
        "TFLOP a step",
    )
    return (
        table(header, rows)
        + "\n\nCounted from the shapes of all tensors that are alive, and from each operation's "
        "arithmetic, in 16 bits; no GPU and no weights were used. A GPU takes more: its context, "
        "gaps between blocks, workspaces of convolutions. That has not been measured."
    )


if __name__ == "__main__":
    main()
