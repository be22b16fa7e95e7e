"""Which models' weights are installed, and whether they are whole."""

from collections.abc import Iterable, Iterator, Mapping

from ai_video_generator.core.checks.check import Check, State, one_line, size_text
from ai_video_generator.core.weights import WeightStore
from ai_video_generator.core.weights_state import NeedsWeights, Presence
from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError

_NAME = "models"


def weights_check(
    store: WeightStore, models: Iterable[NeedsWeights], environment: Mapping[str, str]
) -> Iterator[Check]:
    """One finding for each model whose weights are begun, damaged or gone, or one that all is well.

    Sizes are compared, bytes are not: ``aivg models verify`` reads them all.

    Args:
        store: Where weights are.
        models: All that weights can be installed for.
        environment: The variables.
    """
    token_file = store.cache_folder.parent / "token"
    has_token = bool(environment.get("HF_TOKEN")) or token_file.is_file()
    installed, findings = [], []
    for model in models:
        state = store.state(model)
        mend = f"`aivg models install {model.name}`"
        if state.presence is Presence.PARTIAL:
            said = f"{model.name}: {size_text(state.missing_bytes)} of its weights are missing"
            gated = [one.part for one in state.parts if one.missing and one.part.gated]
            if gated and not has_token:
                said += f", and {gated[0].repository} is not handed out without a token"
                mend = f"accept its licence there, then `export HF_TOKEN=hf_...`, then {mend}"
            findings.append(_warning(said, mend))
        elif state.presence is Presence.INSTALLED:
            try:
                store.folders(model)
            except WeightsCorruptError as error:
                findings.append(_warning(one_line(error), mend))
            else:
                installed.append(model.name)
    findings += _own(store)
    yield from findings
    if not findings:
        names = ", ".join(installed)
        said = f"installed: {names}" if names else "no weights are installed; the camera needs none"
        yield Check(name=_NAME, said=said)


def _own(store: WeightStore) -> Iterator[Check]:
    """Weights that a person added and that are no longer what they were."""
    for entry in store.added():
        try:
            store.added_path(entry.name)
        except (WeightsMissingError, WeightsCorruptError) as error:
            yield _warning(one_line(error), f"`aivg models remove {entry.name}`")


def _warning(said: str, mend: str) -> Check:
    return Check(name=_NAME, state=State.WARNING, said=said, mend=mend)
