"""``aivg models``: what makes the frames, and the weights that it needs."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeVar

from cyclopts import App, CycloptsError, Parameter

from ai_video_generator.cli import console

if TYPE_CHECKING:
    from ai_video_generator.config.model_config import WeightPart
    from ai_video_generator.core.installable import Installable
    from ai_video_generator.core.weights import WeightStore
    from ai_video_generator.progress_tracker import ProgressTracker

T = TypeVar("T")

COMMAND = App(name="models", help_format="plaintext", group_parameters="Options")

_Switch = Annotated[bool, Parameter(negative="")]
_Yes = Annotated[bool, Parameter(name=["--yes", "-y"], negative="")]
_Accepted = Annotated[bool, Parameter(name=["--accept-licence", "--yes", "-y"], negative="")]


@COMMAND.default
@COMMAND.command(name="list")
def models(*, json: _Switch = False) -> None:
    """Show the models: which are installed, how large they are, and whether they run here.

    aivg models install NAME fetches the weights of one.

    Args:
        json: Print one JSON document.
    """
    from ai_video_generator.cli.model_tables import added_table, model_rows, models_table
    from ai_video_generator.core.model_manager import ModelManager
    from ai_video_generator.core.weights import WeightStore

    store = WeightStore()
    rows = model_rows(store, ModelManager(weights=store))
    added = store.added()
    if json:
        console.answer_json({"folder": store.cache_folder, "models": rows, "added": added})
        return
    console.answer(models_table(rows))
    if added:
        console.answer(added_table(store))


@COMMAND.command
def install(
    *names: str,
    recommended: _Switch = False,
    source: Annotated[Path | None, Parameter(name="--from")] = None,
    accept_licence: _Accepted = False,
) -> None:
    """Fetch the weights of models, or what is missing or damaged of them.

    A stopped installation goes on where it ended. Everything is verified, and works offline then.

    Args:
        names: Models, or depth for the network that sees how far things are.
        recommended: The best model that this machine runs, and depth.
        source: Take the files from this folder, such as a USB disk, and ask no network.
        accept_licence: Accept the licences that are shown, without being asked.
    """
    from ai_video_generator.core.checks.check import size_text
    from ai_video_generator.core.weights import WeightStore

    store = WeightStore()
    chosen = _chosen([*names, *(_recommended() if recommended else [])])
    if not chosen:
        raise CycloptsError(msg="name a model, or give --recommended.")
    parts = [part for model in chosen for part in model.weights]
    _accept(store, parts, yes=accept_licence)
    missing = sum(store.state(model).missing_bytes for model in chosen)
    console.note(f"installing {size_text(missing)} into {store.cache_folder}")
    _with_progress(lambda tracker: store.install(parts, tracker, source))
    for model in chosen:
        console.answer(f"{model.name} is installed and verified")


@COMMAND.command
def verify(*names: str, json: _Switch = False) -> int | None:
    """Compare every byte of installed weights with what was published.

    Args:
        names: Models; all that are installed otherwise.
        json: Print the findings as one JSON document.
    """
    from ai_video_generator.core.installable import installables
    from ai_video_generator.core.weights import WeightStore
    from ai_video_generator.core.weights_verifying import Finding
    from ai_video_generator.errors import WeightsCorruptError

    store, found = WeightStore(), dict[str, list[Finding]]()
    for model in _chosen(names) if names else installables().values():
        findings = _with_progress(partial(store.verify, model))
        if findings or names:
            found[model.name] = findings
    broken = [name for name in found if any(one.problem for one in found[name])]
    if json:
        console.answer_json(found)
        return WeightsCorruptError.exit_code if broken else None
    for name, findings in found.items():
        bad = [one for one in findings if one.problem]
        for one in bad:
            console.answer(f"{one.path}: {one.problem}")
        count = sum(one.is_compared for one in findings)
        console.answer(f"{name}: {len(findings)} files, {count} compared, {len(bad)} damaged")
    if broken:
        raise WeightsCorruptError(
            f"the weights of {', '.join(broken)} are damaged",
            hint=f"aivg models install {' '.join(broken)} fetches what is damaged again",
        )
    return None


@COMMAND.command
def remove(name: str, /, *, yes: _Yes = False) -> None:
    """Delete the weights of a model, but for those that others need, or forget your own.

    Files that this program did not fetch stay.

    Args:
        name: The model, or the name of weights that you added.
        yes: Do not ask.
    """
    from ai_video_generator.cli.asking import check_confirmed
    from ai_video_generator.core.checks.check import size_text
    from ai_video_generator.core.installable import installable, installables
    from ai_video_generator.core.weights import WeightStore

    store = WeightStore()
    if store.is_added(name):
        store.forget(name)
        console.answer(f"{name} is forgotten; its file stays")
        return
    among = installables()
    model = installable(name, among)
    removal = store.removal(model, [other for other in among.values() if other != model])
    for repository, _, path in removal.files:
        console.note(f"{repository}: {path}")
    if removal.needed:
        console.note(f"needed by other models, and kept: {', '.join(removal.needed)}")
    if removal.foreign:
        console.note(f"fetched by another program, and kept: {', '.join(removal.foreign)}")
    if not removal.files:
        console.answer(f"nothing of {name} is to be removed")
        return
    question = f"delete these {len(removal.files)} files, {size_text(removal.size_bytes)}?"
    check_confirmed(question, yes=yes, flag="--yes")
    console.answer(f"{size_text(store.remove(removal))} are free again")


@COMMAND.command
def where(name: str | None = None, /, *, json: _Switch = False) -> None:
    """Print where weights are: the folder of each part, or the folder of all.

    Args:
        name: A model, or weights that you added; the folder of all otherwise.
        json: Print one JSON document.
    """
    from ai_video_generator.core.weights import WeightStore, weights_missing

    store = WeightStore()
    if name is None:
        found = {"weights": store.cache_folder, "notes": store.book.path}
    elif store.is_added(name):
        found = {name: store.added_path(name)}
    else:
        (model,) = _chosen([name])
        found = dict(store.where(model))
        if not found:
            raise weights_missing(name, store.state(model).missing_bytes)
    if json:
        console.answer_json(found)
        return
    for path in dict.fromkeys(found.values()):
        console.answer(path)


@COMMAND.command
def add(file: Path, /, *, name: str | None = None) -> None:
    """Use weights of your own: a checkpoint or a LoRA for Stable Diffusion 1.5.

    A .safetensors file, or a folder as diffusers saves it. It stays where it is.

    Args:
        file: The file or folder.
        name: What to call it; its own name otherwise.
    """
    from ai_video_generator.core.weights import WeightStore

    store = WeightStore()
    added = store.add(file, name)
    kind = next(entry.kind for entry in store.added() if entry.name == added)
    console.answer(f"{added} is added: {kind}")


def _chosen(names: Iterable[str]) -> list["Installable"]:
    """What these names stand for, each once.

    Raises:
        InputError: When one stands for nothing that needs weights.
    """
    from ai_video_generator.core.installable import installable, installables

    among = installables()
    return [installable(name, among) for name in dict.fromkeys(names)]


def _recommended() -> list[str]:
    """The best for this machine; cameras need no weights."""
    from ai_video_generator.core.installable import installables
    from ai_video_generator.core.model_manager import ModelManager

    best, among = ModelManager().recommended_model(), installables()
    if best not in among:
        console.note(f"the best model that runs here needs no weights: {best}")
    return [name for name in (best, "depth") if name in among]


def _accept(store: "WeightStore", parts: "list[WeightPart]", *, yes: bool) -> None:
    """Show each licence once, and note that it was accepted.

    Raises:
        InputError: When it was not.
    """
    from ai_video_generator.cli.asking import check_confirmed

    new = store.unaccepted(parts)
    for part in new:
        licence = part.licence.removeprefix("LicenseRef-")
        console.note(f"{part.repository} is under {licence}: {part.licence_url}")
    if new:
        count = "this licence" if len(new) == 1 else "these licences"
        check_confirmed(f"do you accept {count}?", yes=yes, flag="--accept-licence")
        store.accept(new)


def _with_progress(work: "Callable[[ProgressTracker], T]") -> T:
    """Do something long in front of a person, who may stop it."""
    from ai_video_generator.cli.signals import stopping_on_signals
    from ai_video_generator.progress_tracker import ProgressTracker

    with console.ProgressDisplay() as display:
        tracker = ProgressTracker(display)
        with stopping_on_signals(tracker):
            return work(tracker)
