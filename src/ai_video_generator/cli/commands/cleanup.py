"""``aivg cleanup``: what the program has left on the disk, and what of it goes."""

import sys
from typing import TYPE_CHECKING, Annotated

from cyclopts import Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from ai_video_generator.core.cleanup import Cleaned, Criteria

_Switch = Annotated[bool, Parameter(negative="")]


def cleanup(
    *,
    older: str | None = None,
    larger: str | None = None,
    kind: Annotated[list[str] | None, Parameter(negative="")] = None,
    all: _Switch = False,  # noqa: A002 - the name of the flag
    dry_run: _Switch = False,
    yes: Annotated[bool, Parameter(name=["--yes", "-y"], negative="")] = False,
    json: _Switch = False,
) -> None:
    """Show what caches, jobs, downloads and logs take, and remove what is no longer needed.

    aivg cleanup --older 30d --kind passes

    Without a criterion only what is surely worthless would go; with several, what meets all of
    them. What a job or an installation uses just now, and files that this program did not make,
    always stay. On a terminal it asks first, elsewhere it only shows unless --yes is given.

    Args:
        older: Remove what was not used for longer than this, such as 12h, 30d or 2w.
        larger: Remove each job's passes, download or file that takes at least this, such as 1GB.
        kind: Remove only this kind, as the table calls it; may be given again.
        all: Remove all that may go, also what later jobs would use.
        dry_run: Only show, and ask nothing.
        yes: Remove without asking.
        json: Print one JSON document; ask nothing.
    """
    from ai_video_generator.cli import cleanup_tables as tables
    from ai_video_generator.config.settings import load_settings
    from ai_video_generator.core.cleanup import folders, leftovers, remove

    criteria = _criteria(older, larger, kind or [], everything=all)
    settings, now_s = load_settings().values, tables.now()
    found = leftovers(settings)
    going = [one for one in found if criteria.takes(one, now_s)]
    if json:
        cleaned = remove(going, settings) if yes and not dry_run else None
        console.answer_json(tables.document(found, going, folders(settings), cleaned))
        _check_all_went(cleaned)
        return
    console.answer(tables.kinds_table(found, going, now_s))
    for line in tables.item_lines(going, now_s):
        console.answer(line)
    for line in tables.foreign_lines(found):
        console.note(line)
    size = tables.bytes_text(tables.total_bytes(going))
    if not going:
        console.answer("nothing would go")
    elif dry_run or not (yes or _is_terminal()):
        console.answer(f"{size} would be free again")
        if not dry_run:
            console.note("nothing was removed; --yes removes it")
    elif yes or _is_wanted(len(going), size):
        _tell(remove(going, settings))
    else:
        console.answer("nothing was removed")


def _criteria(
    older: str | None, larger: str | None, kinds: list[str], *, everything: bool
) -> "Criteria":
    """What the flags say.

    Raises:
        SettingsError: When an age, a size or a kind is none.
    """
    from ai_video_generator.config.amounts import age_s, size_bytes
    from ai_video_generator.core.cleanup import Criteria, Kind
    from ai_video_generator.errors import SettingsError

    known = [kind.value for kind in Kind if kind.may_go]
    for name in kinds:
        if name not in known:
            raise SettingsError(
                f"{name!r} is no kind of leftover", hint=f"choose among: {', '.join(known)}"
            )
    return Criteria(
        older_s=None if older is None else age_s(older),
        larger_bytes=None if larger is None else size_bytes(larger),
        kinds=tuple(Kind(name) for name in kinds),
        everything=everything,
    )


def _is_terminal() -> bool:
    """Whether a person sees what would go, and can answer."""
    return sys.stdin.isatty() and sys.stdout.isatty()


def _is_wanted(count: int, size: str) -> bool:
    from ai_video_generator.cli.asking import is_confirmed

    return is_confirmed(f"remove {'this' if count == 1 else f'these {count}'}, {size}?")


def _tell(cleaned: "Cleaned") -> None:
    """Say what became of it.

    Raises:
        EnvironmentProblemError: When something could not be removed.
    """
    from ai_video_generator.cli.cleanup_tables import bytes_text

    for one in cleaned.spared:
        console.note(f"came into use and stays: {one.path}")
    for one, reason in cleaned.failed:
        console.tell(f"cannot be removed: {one.path}: {reason}")
    console.answer(f"{bytes_text(cleaned.freed_bytes)} are free again")
    _check_all_went(cleaned)


def _check_all_went(cleaned: "Cleaned | None") -> None:
    from ai_video_generator.errors import EnvironmentProblemError

    if cleaned is not None and cleaned.failed:
        count = len(cleaned.failed)
        raise EnvironmentProblemError(
            f"{count} of {count + len(cleaned.removed)} could not be removed",
            hint="their folders belong to another account, or their disk is read-only",
        )


COMMAND = cleanup
