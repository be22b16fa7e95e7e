"""The page docs/gallery/README.md: each film's contact sheet, what it is, and whose photo.

python -m benchmarks.gallery_page     # again, from gallery.json
"""

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.common import HERE, ROOT
from benchmarks.gallery_material import PHOTOS, SOUNDS

SHEETS = ROOT / "docs" / "gallery"
_HEAD = (
    "# Gallery\n\n"
    "Films of real photos, each made by one command on a processor alone, without a GPU, from "
    "nothing but the\nphoto and the sound: what the camera does and what lives in the picture was "
    "decided by the program. A sheet has\ntwelve frames of its film, evenly spaced. "
    "[How they were made and checked](../../benchmarks/gallery.md); all sources\nand licences are "
    "in [NOTICE](../../NOTICE) too.\n"
)


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
    told = f"{seconds:.0f} s, {count} {'shot' if count == 1 else 'shots'}{depth}{lives}"
    lines = [
        f"## {film['film'].capitalize()}",
        "",
        f"![Twelve frames of the film]({film['film']}.jpg)",
        "",
        f"`--style {film['style']}`, {film['size']}, {told}. Sound: {SOUNDS[film['sound']]}.",
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
