"""Toy weights of the real pipeline classes, made once for all tests of this folder."""

from collections.abc import Iterator

import pytest
import torch
import tqdm
from corpus.toy_weights import ToyWeights

tqdm.tqdm.monitor_interval = 0
# Its monitor is a thread that never ends.


@pytest.fixture(scope="session")
def toy_weights(tmp_path_factory: pytest.TempPathFactory) -> ToyWeights:
    return ToyWeights(tmp_path_factory.mktemp("toy"))


@pytest.fixture(autouse=True)
def one_thread() -> Iterator[None]:
    """Toy networks on two threads take many times as long as on one."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)
