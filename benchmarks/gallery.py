"""Films of real photos in every style: made, checked for borders, and laid out to be looked at.

    python -m benchmarks.gallery --samples FOLDER        # writes gallery.json, gallery.md
    python -m benchmarks.gallery --samples FOLDER --keep out --only cat     # the others stay

The samples are the folder ``skimage/data`` of scikit-image 0.26; what else is needed is in
`gallery_material`. The films go to a folder that is thrown away, or to that of ``--keep``; their
contact sheets to docs/gallery.
"""

import argparse
import json
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ai_video_generator.config.choices import Order, Style
from benchmarks.common import HERE, in_child, publish, table
from benchmarks.gallery_material import PHOTOS, SOUNDS, make_picture, make_sound
from benchmarks.gallery_page import SHEETS, write_page

SHEET_PX, SHEET_QUALITY = 1040, 70
# Twelve frames of 260 pixels: small files on which a cut head or a torn edge is still seen.
_COLUMNS, _ROWS = 4, 3
_COLUMN_NAMES = (
    *("film", "photos", "style", "size", "shots", "detail", "frames", "CPU s"),
    *("CPU ms a frame", "frames with a border"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Film:
    """What is made.

    Attributes:
        photos: Names of its pictures in `PHOTOS`.
        sound: Name of its sound in `SOUNDS`.
        style: How it is directed.
        seconds: Length of the sound, where it is not that of the narration.
        size: Size of the film.
        order: Order of its pictures.
    """

    photos: tuple[str, ...]
    sound: str
    style: Style
    seconds: float = 16.0
    size: str = "720p"
    order: Order = Order.GIVEN


ALBUM = ("sky", "poster", "sunset", "group", "portrait", "dandelions")
FILMS: dict[str, Film] = {
    "meadow": Film(
        photos=("dandelions",), sound="seed heads", style=Style.MUSIC_VIDEO, seconds=20.0
    ),
    "mountains": Film(photos=("mountains",), sound="safari", style=Style.DOCUMENTARY),
    "sunset": Film(photos=("sunset",), sound="choir", style=Style.CALM),
    "stream": Film(photos=("stream",), sound="glass", style=Style.CALM),
    "dogs": Film(photos=("dogs",), sound="mika", style=Style.CALM, size="720x1280"),
    "cat": Film(photos=("cat",), sound="garzul", style=Style.MUSIC_VIDEO, size="square"),
    "portrait": Film(photos=("portrait",), sound="narration", style=Style.PODCAST),
    "group": Film(photos=("group",), sound="safari", style=Style.DOCUMENTARY),
    "coffee": Film(photos=("coffee",), sound="amen", style=Style.ENERGETIC, seconds=12.0),
    "fig": Film(photos=("fig",), sound="mika", style=Style.MUSIC_VIDEO),
    "rocket": Film(photos=("rocket",), sound="compus", style=Style.ENERGETIC, seconds=12.0),
    "cover": Film(photos=("cover",), sound="garzul", style=Style.MUSIC_VIDEO, size="square"),
    "poster": Film(photos=("poster",), sound="mika", style=Style.DOCUMENTARY, seconds=12.0),
    "album": Film(
        photos=ALBUM, sound="seed heads", style=Style.MUSIC_VIDEO, seconds=28.8, order=Order.BEST
    ),
}
"""All films by name."""


def made(name: str, samples: Path, folder: Path) -> dict[str, Any]:
    """Make a film, its sheets and its storyboard, in a child; what is to be told of it."""
    from ai_video_generator import VideoGenerator
    from ai_video_generator.core.contact_sheet import contact_sheet

    film = FILMS[name]
    pictures = [make_picture(photo, folder, samples) for photo in film.photos]
    sound = make_sound(film.sound, film.seconds, folder)
    options: dict[str, Any] = {
        "style": film.style,
        "size": film.size,
        "fps": "24",
        "order": film.order,
        "overwrite": True,
        "cpu": True,
    }
    generator, video = VideoGenerator(), folder / f"{name}.mp4"
    start_s = time.process_time()
    result = generator.generate(pictures, sound, video, **options)
    cpu_s = time.process_time() - start_s
    generator.storyboard(pictures, sound, preview=folder / f"{name}_shots.png", **options)
    contact_sheet(video, folder / f"{name}_sheet.png", columns=_COLUMNS, rows=_ROWS)
    plan, recipe = result.plan, result.recipe
    assert plan is not None and recipe is not None  # noqa: S101, PT018 - it did not raise
    shown = [Path(one.name).stem for one in recipe.pictures]
    shots = [
        {**shot.model_dump(mode="json"), "picture": shown[shot.picture - 1]}
        for shot in recipe.storyboard.shots
    ]
    return {
        "film": name,
        "photos": shown,
        "sound": film.sound,
        "style": film.style,
        "size": str(plan.output_size),
        "model": plan.model,
        "frames": plan.timeline.frame_count,
        "cpu_s": round(cpu_s, 1),
        "shots": shots,
        **_borders(recipe, pictures, plan),
    }


def _borders(recipe: Any, pictures: Sequence[Path], plan: Any) -> dict[str, Any]:
    """Frames that show a border, of the film and of one that must show it."""
    from ai_video_generator.media.image_file import read_picture
    from ai_video_generator.models.base_model import Scene
    from ai_video_generator.storyboard.picture_reading import READING, read_notes
    from ai_video_generator.storyboard.storyboard_file import laid
    from benchmarks.gallery_border import frames_beyond, looks_beyond

    by_name = {path.name: path for path in pictures}
    read = [read_picture(by_name[one.name], needed=READING) for one in recipe.pictures]
    scene = Scene(
        pictures=read,
        storyboard=laid(recipe.storyboard, plan.timeline),
        size=plan.output_size,
        fit=plan.fit,
        frame_rate=plan.timeline.frame_rate,
        notes=[read_notes(picture.rgb) for picture in read],
    )
    if not frames_beyond(looks_beyond(scene)):
        raise RuntimeError("a camera that looks beyond the picture was not noticed")
    return {"frames_beyond": frames_beyond(scene)}


def keep_sheet(source: Path, name: str) -> None:
    """Save a contact sheet small, where the documentation shows it."""
    from PIL import Image

    SHEETS.mkdir(parents=True, exist_ok=True)
    with Image.open(source) as sheet:
        small = sheet.convert("RGB")
    small.thumbnail((SHEET_PX, SHEET_PX), Image.Resampling.LANCZOS)
    small.save(SHEETS / f"{name}.jpg", quality=SHEET_QUALITY, optimize=True, progressive=True)


def shown(films: Sequence[dict[str, Any]]) -> str:
    """The tables."""
    rows = [
        (
            one["film"],
            ", ".join(one["photos"]),
            one["style"],
            one["size"],
            len(one["shots"]),
            ", ".join(_details(one)) or "none",
            one["frames"],
            one["cpu_s"],
            f"{1000 * one['cpu_s'] / one['frames']:.0f}",
            len(one["frames_beyond"]),
        )
        for one in films
    ]
    used = sorted({photo for one in films for photo in one["photos"]})
    photos = [
        (name, PHOTOS[name].author, PHOTOS[name].licence, PHOTOS[name].package, _file_of(name))
        for name in used
    ]
    sounds = [(name, SOUNDS[name]) for name in sorted({one["sound"] for one in films})]
    frames = sum(one["frames"] for one in films)
    beyond = sum(len(one["frames_beyond"]) for one in films)
    album = next((one for one in films if len(one["photos"]) > 1), None)
    parts = [
        table(
            _COLUMN_NAMES,
            rows,
        )
    ]
    parts.append(
        f"Every one of {frames} frames was drawn again with level 0 beyond its picture: {beyond} "
        "show any of it. The same check finds a camera that goes a hundredth of the picture too "
        "far, for every film. CPU time is that of the whole job, the reading and the encoding "
        "included."
    )
    if album:
        parts += ["The album with `--order best`, and how long each picture is shown:"]
        parts += [table(("picture", "seconds"), list(_times(album)))]
    remarks = (HERE / "gallery_remarks.md").read_text(encoding="utf-8").strip()
    parts += ["## What was seen", remarks, "## Photos"]
    parts += [table(("photo", "author", "licence", "from", "file and changes"), photos)]
    parts += ["## Sounds", table(("sound", "source"), sounds)]
    return "\n\n".join(parts)


def _details(film: dict[str, Any]) -> list[str]:
    return sorted({shot["detail"] for shot in film["shots"]} - {"none"})


def _file_of(name: str) -> str:
    photo = PHOTOS[name]
    return f"{photo.file}: {photo.changes}" if photo.file else "drawn"


def _times(film: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """How long each picture is seen, dissolves in half."""
    edges = [0.0]
    for before, after in zip(film["shots"], film["shots"][1:], strict=False):
        edges.append((before["end_s"] + after["start_s"]) / 2)
    edges.append(film["shots"][-1]["end_s"])
    for photo in film["photos"]:
        seconds = sum(
            edges[index + 1] - edges[index]
            for index, shot in enumerate(film["shots"])
            if shot["picture"] == photo
        )
        yield photo, f"{seconds:.1f}"


def _published() -> list[dict[str, Any]]:
    """What was published before."""
    stored = json.loads((HERE / "gallery.json").read_text(encoding="utf-8"))
    return list(stored["results"])


def main() -> None:
    """Make all films, or some anew, and publish."""
    parser = argparse.ArgumentParser(description="films of real photos in every style")
    parser.add_argument("--samples", type=Path, required=True, help="the folder skimage/data")
    parser.add_argument("--keep", type=Path, help="a folder for films and large sheets")
    parser.add_argument("--only", nargs="*", choices=tuple(FILMS), help="make these anew")
    parser.add_argument("--film", choices=tuple(FILMS), help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.film:
        print(json.dumps(made(asked.film, asked.samples, asked.keep)))
        return
    with tempfile.TemporaryDirectory() as temporary:
        folder = asked.keep or Path(temporary)
        folder.mkdir(parents=True, exist_ok=True)
        films = {one["film"]: one for one in _published()} if asked.only else {}
        for name in asked.only or FILMS:
            arguments = ("--film", name, "--samples", asked.samples, "--keep", folder)
            films[name] = in_child("gallery", *arguments)
            keep_sheet(folder / f"{name}_sheet.png", name)
            print(f"{name}: {films[name]['cpu_s']} CPU s", flush=True)
    ordered = [films[name] for name in FILMS]
    write_page(ordered)
    publish(
        "gallery",
        title="A gallery of films from real photos",
        settings={"films": len(ordered), "frames_a_second": 24},
        results=ordered,
        text=shown(ordered),
    )


if __name__ == "__main__":
    main()
