"""The page docs/gallery/README.md: each film's contact sheet, what it is, and whose photo.

python -m benchmarks.gallery_page     # again, from gallery.json
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.common import HERE, ROOT
from benchmarks.gallery_material import PHOTOS, SOUNDS

SHEETS = ROOT / "docs" / "gallery"
_HEAD = """# Gallery

Films of real photos, each made by one command on a processor alone, without a GPU, from nothing but the photo and the sound: what the
camera does and what lives in the picture was decided by the program. A sheet has twelve frames of its film, evenly spaced.
[How they were made and checked](../../benchmarks/gallery.md); all sources and licences are in [NOTICE](../../NOTICE) too.
"""


def write_page(films: Sequence[dict[str, Any]]) -> None:
    """Write the page."""
    parts = [_HEAD, *map(_part, films)]
    (SHEETS / "README.md").write_text("\n".join(parts), encoding="utf-8")


def _part(film: dict[str, Any]) -> str:
    details = sorted({shot["detail"] for shot in film["shots"]} - {"none"})
    moves = sorted({shot["depth_move"] for shot in film["shots"]} - {"none"})
    count = len(film["shots"])
    seconds = film["frames"] / 24
    lives = f"; {' and '.join(details)} in it" if details else ""
    depth = f", in depth ({', '.join(moves)})" if moves else ""
    lines = [
        f"## {film['film'].capitalize()}",
        "",
        f"![Twelve frames of the film]({film['film']}.jpg)",
        "",
        f"`--style {film['style']}`, {film['size']}, {seconds:.0f} s, {count} "
        f"{'shot' if count == 1 else 'shots'}{depth}{lives}. Sound: {SOUNDS[film['sound']]}.",
        "",
    ]
    lines += [f"- {_credit(name)}" for name in film["photos"]]
    return "\n".join([*lines, ""])


def _credit(name: str) -> str:
    photo = PHOTOS[name]
    if not photo.file:
        return f"{name}: drawn for this gallery, under the licence of the program"
    return (
        f"{name}: `{photo.file}` by {photo.author}, {photo.licence}, from {photo.package}; "
        f"{photo.changes}"
    )


def main() -> None:
    """Write the page from the published results."""
    write_page(json.loads((HERE / "gallery.json").read_text(encoding="utf-8"))["results"])


if __name__ == "__main__":
    main()
