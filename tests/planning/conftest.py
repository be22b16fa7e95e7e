"""No test of planning sees what another left in its cache."""

import pytest

from ai_video_generator.planning.placement import placements


@pytest.fixture(autouse=True)
def nothing_cached() -> None:
    """Judge every placement anew."""
    placements.cache_clear()
