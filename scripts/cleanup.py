"""Remove unfinished downloads and weights that no model needs; only tells without ``--yes``."""

import sys

from ai_video_generator.core.installable import installables
from ai_video_generator.core.weights import WeightStore

store = WeightStore()
partials, orphans = store.partials(), store.orphans(installables().values())
for name in [*map(str, partials), *("/".join(file) for file in orphans.files)]:
    print(name)
if "--yes" in sys.argv[1:]:
    freed = sum(path.stat().st_size for path in partials) + store.remove(orphans)
    for path in partials:
        path.unlink()
    print(f"{freed / 1e6:.0f} MB are free again")
