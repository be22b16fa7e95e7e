"""What a model says of itself, so that the planner can judge it without loading it."""

from dataclasses import dataclass
from fractions import Fraction

from ai_video_generator.config.cloud_profile import CloudProfile
from ai_video_generator.hardware.facts import Precision
from ai_video_generator.media.resolution import Resolution

_MEASURED = "benchmarks/"
# Where measurements of the release are kept; any other source is somebody's word.


@dataclass(frozen=True, slots=True, kw_only=True)
class MemoryProfile:
    """How much RAM a model's job needs.

    Attributes:
        fixed_bytes: What it takes before the first frame.
        bytes_per_pixel: What it takes for each pixel of a frame.
        bytes_per_worker_pixel: What each of the frames in the making adds to that.
        source: Benchmark file that measured it; never empty.
    """

    fixed_bytes: int
    bytes_per_pixel: float
    bytes_per_worker_pixel: float = 0.0
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NetworkProfile:
    """What a neural network asks of the device it runs on; weights are counted at 16 bits each.

    Attributes:
        weights_bytes: All parts together (text encoder, denoiser, VAE).
        largest_part_bytes: The largest part, which offload by part keeps on the device.
        largest_layer_bytes: The largest layer, of which offload by layer keeps two.
        kept_bytes: What offload by layer keeps on the device beside them (the VAE).
        step_bytes_per_pixel: Working memory of a denoising step, for each pixel of each frame of a
            pass, at 16 bits.
        decode_bytes_per_pixel: Working memory of the VAE, for each pixel of each frame that is
            decoded together, at 16 bits.
        can_tile: Whether the VAE decodes a frame tile by tile.
        teraflop_per_megapixel: 10^12 operations for a million pixels of frames, all steps together.
        source: Where these figures are from: a benchmark file, else whose word it is; never empty.
    """

    weights_bytes: int
    largest_part_bytes: int
    largest_layer_bytes: int
    step_bytes_per_pixel: float
    decode_bytes_per_pixel: float
    can_tile: bool
    teraflop_per_megapixel: float
    source: str
    kept_bytes: int = 0

    @property
    def is_measured(self) -> bool:
        """Whether the release measured them."""
        return self.source.startswith(_MEASURED)


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightFile:
    """One file of a model.

    Attributes:
        path: Its path in the repository, and in the folder where the part is installed.
        size_bytes: Its size; about so much where ``sha256`` is empty.
        sha256: Digest of its bytes, hexadecimal; empty where the hub tells it for the commit.
    """

    path: str
    size_bytes: int
    sha256: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class WeightPart:
    """Files of one repository at one commit that a model needs; several models may share a part.

    Attributes:
        name: What the backend calls it ("base", "motion_adapter").
        repository: Its name on the hub ("owner/name").
        revision: The commit, 40 hexadecimal digits.
        files: All files that are needed, and no others.
        licence: SPDX identifier, or "LicenseRef-" and the name of a licence of its own.
        licence_url: Where its text is.
        gated: Whether the hub hands it out only to those who have accepted the licence there.
    """

    name: str
    repository: str
    revision: str
    files: tuple[WeightFile, ...]
    licence: str
    licence_url: str
    gated: bool = False

    @property
    def size_bytes(self) -> int:
        """Size of all files together."""
        return sum(file.size_bytes for file in self.files)


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelSpec:
    """A backend's description.

    Attributes:
        name: Its file name without ``.py``; what ``--model`` takes.
        title: What people call it.
        licence: SPDX identifier of the model.
        home: Web address.
        precisions: Formats it can run in, the best first.
        native_size: The size it was trained at; None when any size is native.
        native_frame_rate: The rate it was trained at; None when any rate is native.
        frames_per_pass: Frames that it makes at once, at best; None when it makes any number, one
            after another.
        frame_step: A pass has a multiple of this many frames, plus one where it is above 1.
        size_multiple_px: Sides must be multiples of this.
        max_batch_size: Passes that it can compute side by side.
        quality: 0..100; orders candidates, nothing else.
        cpu_seconds_per_megapixel: CPU seconds to make one million pixels of frames
            (benchmarks/speed.json); for a network those around it.
        memory: How much RAM it needs.
        network: What it asks of an accelerator; None when it is of use on a processor.
        needs_depth: Whether it is of no use where the depth of no picture is known.
        needs_torch: Whether it runs on PyTorch.
        extras: Files that it uses where they are installed, and does without elsewhere.
        takes_prompt: Whether words say what it shows.
        follows_camera: Whether its frames show the camera's move, and not one of its own.
        how: How a picture drives a network, for a plan's reasons; empty goes without saying.
        weights: Files that must be installed; empty where none are needed.
        usd_per_video_second: What a second of video costs on an accelerator; 0 on one's own.
        cloud: What it asks of a service that computes elsewhere, for money; None computes here.
        former_names: Names that people still use for it, each with why it stands in for them.
    """

    name: str
    title: str
    licence: str
    home: str
    precisions: tuple[Precision, ...]
    native_size: Resolution | None = None
    native_frame_rate: Fraction | None = None
    frames_per_pass: int | None = None
    frame_step: int = 1
    size_multiple_px: int
    max_batch_size: int = 1
    quality: int
    cpu_seconds_per_megapixel: float
    memory: MemoryProfile
    network: NetworkProfile | None = None
    needs_depth: bool = False
    needs_torch: bool = False
    extras: tuple[WeightPart, ...] = ()
    takes_prompt: bool = False
    follows_camera: bool = True
    how: str = ""
    weights: tuple[WeightPart, ...] = ()
    usd_per_video_second: float = 0.0
    cloud: CloudProfile | None = None
    former_names: tuple[tuple[str, str], ...] = ()

    @property
    def needs_accelerator(self) -> bool:
        """Whether it is of no use on a processor."""
        return self.network is not None
