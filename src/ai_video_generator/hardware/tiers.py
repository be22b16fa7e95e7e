"""How strong a machine is, in one word."""

from enum import StrEnum

from ai_video_generator.hardware.facts import Accelerator, HardwareFacts

_GIB = 1024**3

ULTRA_BYTES = int(15.5 * _GIB)
# Cards sold as 16 GB report 15.6 (V100) to 16.0 GiB (RTX 4080).
MIDDLE_BYTES = int(9.5 * _GIB)
# Cards sold as 10 GB report 9.8 to 10.0 GiB (RTX 3080).
MEDIUM_BYTES = int(7.5 * _GIB)
# Cards sold as 8 GB report 7.8 to 8.0 GiB.

FAST_TERAFLOPS = 20.0
# Between the slow cards with 10 to 15 GiB (RTX 2080 Ti 18, RTX 3060 15, Arc B580 14, Tesla T4 8)
# and the fast ones (RTX 3080 and 4070 37, RTX 4080 Laptop 46), at the highest clock that the driver
# names.


class Tier(StrEnum):
    """How strong a machine is; names the floor of what it makes."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    ULTRA = "ultra"


def machine_tier(facts: HardwareFacts) -> Tier:
    """The tier of a machine's strongest accelerator; LOW without one.

    Memory names it: ultra is the 16 GB class and up, medium the 8 GB class, low what is below that
    or shares the RAM. From 9.5 to 15.5 GiB arithmetic decides: high from 20 teraflops (32 bit),
    else medium, also where it is not told.
    """
    strength = list(Tier)
    tiers = [Tier.LOW, *map(_accelerator_tier, facts.accelerators)]
    return max(tiers, key=strength.index)


def _accelerator_tier(accelerator: Accelerator) -> Tier:
    total = accelerator.total_bytes
    if accelerator.shares_ram or total < MEDIUM_BYTES:
        return Tier.LOW
    if total >= ULTRA_BYTES:
        return Tier.ULTRA
    is_fast = (accelerator.teraflops or 0.0) >= FAST_TERAFLOPS
    return Tier.HIGH if total >= MIDDLE_BYTES and is_fast else Tier.MEDIUM
