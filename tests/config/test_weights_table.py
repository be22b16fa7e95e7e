"""The table of weights keeps its promises: pinned, no pickles, digests where sizes are exact."""

import re

import pytest

from ai_video_generator.config import weights_table
from ai_video_generator.config.model_config import WeightPart
from ai_video_generator.config.weights_table import EXTRA_PARTS, NOT_PINNED
from ai_video_generator.core.weight_digests import check_name

PARTS = {name: one for name, one in vars(weights_table).items() if isinstance(one, WeightPart)}


@pytest.mark.parametrize("part", PARTS.values(), ids=list(PARTS))
def test_a_part_is_pinned_to_a_commit_or_says_that_it_is_not(part: WeightPart) -> None:
    assert part.revision == NOT_PINNED or re.fullmatch(r"[0-9a-f]{40}", part.revision)


@pytest.mark.parametrize("part", PARTS.values(), ids=list(PARTS))
def test_every_file_may_be_installed_and_is_named_once(part: WeightPart) -> None:
    for file in part.files:
        check_name(file.path)
        assert file.size_bytes > 0
        assert re.fullmatch(r"([0-9a-f]{64})?", file.sha256)
    assert len({file.path for file in part.files}) == len(part.files)


@pytest.mark.parametrize("part", PARTS.values(), ids=list(PARTS))
def test_a_licence_has_a_text(part: WeightPart) -> None:
    assert part.licence_url.startswith("https://")
    assert re.fullmatch(r"[A-Za-z0-9.-]+", part.licence)


def test_only_one_part_is_not_pinned() -> None:
    assert [name for name, part in PARTS.items() if part.revision == NOT_PINNED] == [
        "VIDEO_DIFFUSION_LCM"
    ]


def test_one_file_has_one_digest() -> None:
    known: dict[tuple[str, str], set[str]] = {}
    for part in PARTS.values():
        for file in part.files:
            known.setdefault((part.repository, file.path), set()).add(file.sha256)
    assert all(len(digests) == 1 for digests in known.values())


def test_the_sizes_of_video_diffusion_xt_add_up() -> None:
    assert weights_table.STABLE_VIDEO_DIFFUSION_XT.size_bytes == 4_509_188_841


def test_depth_can_be_installed() -> None:
    assert EXTRA_PARTS["depth"] == (weights_table.DEPTH,)
    assert EXTRA_PARTS["preview"] == (weights_table.PREVIEW_DECODER,)
