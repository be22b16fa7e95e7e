"""Damaged sounds are read or refused; nothing else ever happens."""

import math
import random
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from corpus import sounds

from ai_video_generator.errors import AudioUnreadableError
from ai_video_generator.media.audio_processor import AudioProcessor

_LIMIT_S = 10.0
_MUTANTS_EACH = 9
_SAMPLE = {
    odd.suffix: odd for odd in sounds.odd_sounds() if not odd.long and odd.duration_s < 3
}  # fmt: skip
# One sound of each kind of file.

Mutation = Callable[[bytearray, random.Random], None]


def _flip(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 8, 64])):
        data[chance.randrange(len(data))] = chance.randrange(256)


def _flip_header(data: bytearray, chance: random.Random) -> None:
    for _ in range(chance.choice([1, 4, 16])):
        data[chance.randrange(min(256, len(data)))] = chance.choice([0, 1, 127, 128, 255])


def _cut(data: bytearray, chance: random.Random) -> None:
    del data[chance.randrange(1, len(data)) :]


def _insert(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    data[at:at] = chance.randbytes(chance.choice([1, 100, 5_000]))


def _remove(data: bytearray, chance: random.Random) -> None:
    at = chance.randrange(len(data))
    del data[at : at + chance.choice([1, 13, 1_000])]


@pytest.mark.parametrize("suffix", sorted(_SAMPLE))
def test_damaged_sounds_are_read_or_refused(suffix: str, tmp_path: Path) -> None:
    whole = sounds.make(_SAMPLE[suffix], tmp_path).read_bytes()
    chance = random.Random(suffix)  # noqa: S311  # repeatable, not secret
    mutations: list[Mutation] = [_flip, _flip_header, _cut, _insert, _remove]
    processor, refusals = AudioProcessor(), list[AudioUnreadableError]()
    for number in range(_MUTANTS_EACH):
        data = bytearray(whole)
        mutations[number % len(mutations)](data, chance)
        path = tmp_path / f"mutant.{suffix}"
        path.write_bytes(data)
        started_s = time.monotonic()
        try:
            info, envelope = processor.analyse(path)
        except AudioUnreadableError as error:
            refusals.append(error)
        else:
            assert info.sample_count > 0
            assert math.isfinite(info.peak)
            steps_s = len(envelope.rms) * envelope.step_s
            assert abs(steps_s - info.duration_s) < envelope.step_s
        assert time.monotonic() - started_s < _LIMIT_S
        assert path.read_bytes() == data
    assert all(f"mutant.{suffix}" in str(refusal) and refusal.hint for refusal in refusals)
