"""Whether a video that is already there is the one that a job would make.

What was asked is compared with what was asked, and inputs by their content. Plans are not: with
the same wishes they differ from hour to hour, as free memory and measured speeds do, and an album
that is gone on with in the morning is to be the same album.
"""

from collections.abc import Sequence
from pathlib import Path

from ai_video_generator.config.choices import Order
from ai_video_generator.config.settings import Settings
from ai_video_generator.core.asked import asked_of
from ai_video_generator.core.recipe import Recipe, read_recipe
from ai_video_generator.core.result import Result
from ai_video_generator.errors import OutputPathError
from ai_video_generator.media.files import sha256

_HINT = "give another name, or allow it to be replaced: --overwrite"


def made_before(
    pictures: Sequence[Path], sound: Path, output: Path, settings: Settings
) -> Recipe | None:
    """The recipe of an output that is there and need not be made again; None where it must be.

    With ``overwrite`` a file of another version of this program is made again, too.

    Args:
        pictures: The job's pictures, in order.
        sound: Its sound.
        output: The file.
        settings: Its settings.

    Raises:
        InputError: When a file is there that is no video of this program, and may not be replaced.
        OutputPathError: When it was made from other inputs or with other options, and may not be
            replaced.
        OSError: When an input cannot be read.
    """
    if not output.is_file():
        return None
    try:
        recipe = read_recipe(output)
    except ValueError as error:  # an InputError
        if settings.overwrite:
            return None
        raise OutputPathError(
            f"{str(output)!r} is already there, and is no video of this program", hint=_HINT
        ) from error
    other = differences(recipe, pictures, sound, settings)
    if settings.overwrite:
        return None if other or recipe.differences() else recipe
    if other:
        raise OutputPathError(
            f"{str(output)!r} is already there, made with another {' and another '.join(other)}",
            hint=_HINT,
        )
    return recipe


def result_there(
    pictures: Sequence[Path], sound: Path, output: Path, settings: Settings
) -> Result | None:
    """The result of a job whose file is there already; see `made_before`.

    None as well where an input cannot be read: planning says in plain words which.
    """
    try:
        recipe = made_before(pictures, sound, output, settings)
    except OSError:
        return None
    return None if recipe is None else Result(path=output, recipe=recipe, was_there=True)


def differences(
    recipe: Recipe, pictures: Sequence[Path], sound: Path, settings: Settings
) -> list[str]:
    """Names of what a job asks otherwise than the recipe: "picture", "sound", options."""
    was_shown = [entry.sha256 for entry in recipe.pictures]
    shown = [sha256(path) for path in pictures]
    if settings.order is Order.BEST:
        was_shown, shown = sorted(was_shown), sorted(shown)
    other = ["picture"] if shown != was_shown else []
    other += ["sound"] if sha256(sound) != recipe.sound.sha256 else []
    was = recipe.asked
    if was is None:
        return [*other, "version of this program"]
    now = asked_of(settings)
    return other + sorted(
        name.replace("_", " ") for name in was.keys() | now.keys() if was.get(name) != now.get(name)
    )
