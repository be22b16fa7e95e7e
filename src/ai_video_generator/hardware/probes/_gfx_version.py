"""What follows from the version of an AMD GPU's instructions."""

from typing import NamedTuple

from ai_video_generator.hardware.facts import Precision

_FP16_FROM, _BF16_FROM, _FP8_FROM = 9, 11, 12
# AMD's ISA documents, by generation.
_BF16_ACCELERATORS, _FP8_ACCELERATORS = (9, 0, 10), (9, 4, 0)
# The ninth generation lives on in data centres: gfx90a (MI200) computes in bf16, gfx94x (MI300) and
# later in fp8, too.


class GfxVersion(NamedTuple):
    """A version of AMD's instructions: gfx90a is 9, 0, 10."""

    major: int
    minor: int
    step: int

    @property
    def shares_ram(self) -> bool:
        """Whether its GPUs are a part of the processor (APU)."""
        return self in _APUS

    @property
    def precisions(self) -> tuple[Precision, ...]:
        """Formats that it computes in, the widest first."""
        is_accelerator = self == _BF16_ACCELERATORS or _FP8_ACCELERATORS <= self < (10, 0, 0)
        found = [Precision.FP32]
        if self.major >= _FP16_FROM:
            found.append(Precision.FP16)
        if self.major >= _BF16_FROM or is_accelerator:
            found.append(Precision.BF16)
        if self.major >= _FP8_FROM or (is_accelerator and self >= _FP8_ACCELERATORS):
            found.append(Precision.FP8)
        return tuple(found)


def gfx_version(number: int) -> GfxVersion:
    """Read the kernel's ``gfx_target_version``, as in 90010 for gfx90a."""
    return GfxVersion(number // 10000, number // 100 % 100, number % 100)


_APUS = frozenset(
    map(
        gfx_version,
        # Raven, Renoir; Van Gogh, Rembrandt, Raphael; Phoenix; Strix and Krackan
        (90002, 90009, 90012, 100303, 100305, 100306, 110003, 110500, 110501, 110502, 110503),
    )
)
# LLVM, "User Guide for AMDGPU Backend", table of processors: those of type APU.
