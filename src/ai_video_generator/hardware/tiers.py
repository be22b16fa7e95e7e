"""How strong a machine is, in one word."""

from enum import StrEnum

from ai_video_generator.hardware.facts import Accelerator, HardwareFacts

_GIB = 1024**3

_ULTRA_BYTES = int(15.5 * _GIB)
# Cards sold as 16 GB report 15.6 (V100) to 16.0 GiB (RTX 4080).
_HIGH_BYTES = int(9.5 * _GIB)
# Cards sold as 10 GB report 9.8 to 10.0 GiB (RTX 3080).
_MEDIUM_BYTES = int(7.5 * _GIB)
# Cards sold as 8 GB report 7.8 to 8.0 GiB.

_BF16_CAPABILITY = (8, 0)
# Older cards (GTX 1080 Ti, RTX 2080 Ti, T4) lack bfloat16, which today's models are published in.
_SLOW_FOR_THEIR_MEMORY = ("RTX 3060", "RTX A2000")
# 12 GB, but 12.7 and 8.0 teraflops (fp32, maker's data sheets); the RTX 3080 with 10 GB has 29.8.


class Tier(StrEnum):
    """How strong a machine is; names the floor of what it makes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    ULTRA = "ultra"


def machine_tier(facts: HardwareFacts) -> Tier:
    """The tier of a machine's strongest accelerator; LOW without one.

    Ultra is the 16 GB class and up. Ten to 15.5 GiB are high when the card computes in bfloat16 and
    is not one of the known slow ones, else medium; the 8 GB class is medium.
    """
    strength = list(Tier)
    tiers = [Tier.LOW, *map(_accelerator_tier, facts.accelerators)]
    return max(tiers, key=strength.index)


def _accelerator_tier(accelerator: Accelerator) -> Tier:
    total = accelerator.total_bytes
    if accelerator.shares_ram or total < _MEDIUM_BYTES:
        return Tier.LOW
    if total >= _ULTRA_BYTES:
        return Tier.ULTRA
    return Tier.HIGH if total >= _HIGH_BYTES and _is_fast(accelerator) else Tier.MEDIUM


def _is_fast(accelerator: Accelerator) -> bool:
    capability = accelerator.compute_capability
    if capability is not None and capability < _BF16_CAPABILITY:
        return False
    return not any(name in accelerator.name for name in _SLOW_FOR_THEIR_MEMORY)
