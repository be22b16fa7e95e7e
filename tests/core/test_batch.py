"""How a batch goes: order, failures, what is there already; nothing is rendered here."""

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from corpus.plans import small_plan

from ai_video_generator.config.settings import Settings, changed_settings
from ai_video_generator.core.asked import asked_of
from ai_video_generator.core.batch import Batch, BatchWatcher, batch_results
from ai_video_generator.core.batch_list import BatchJob
from ai_video_generator.core.result import Result
from ai_video_generator.errors import CancelledError, OutputPathError, RenderError
from ai_video_generator.planning.plan import Plan


class FakeMaker:
    """Plans by the name of the sound ("svd-1.wav" loads svd), and notes what is made."""

    def __init__(self, **errors: Exception) -> None:
        self.made: list[str] = []
        self.read_ahead: list[str] = []
        self._errors = errors

    def settings_for(self, options: Mapping[str, object]) -> Settings:
        return changed_settings(Settings(), options)

    def plan(
        self, images: Sequence[Path], audio: Path, output: Path | None = None, **options: Any
    ) -> Plan:
        return replace(small_plan(), model=audio.name.partition("-")[0])

    def rough_plan(self, images: Sequence[Path], audio: Path, output: Path, **options: Any) -> Plan:
        return self.plan(images, audio)

    def generate(self, images: Sequence[Path], audio: Path, output: Path, **options: Any) -> Result:
        if output.stem in self._errors:
            raise self._errors[output.stem]
        self.made.append(output.stem)
        return Result(path=output)

    def reading_ahead(self, images: Any, audio: Path) -> AbstractContextManager[None]:
        self.read_ahead.append(audio.stem)
        return nullcontext()

    def models_kept(self) -> AbstractContextManager[object]:
        return nullcontext()


def job(folder: Path, model: str, name: str, **options: object) -> BatchJob:
    return BatchJob(
        pictures=(folder / "p.jpg",),
        sound=folder / f"{model}-{name}.wav",
        output=folder / f"{name}.mp4",
        options=options,
    )


def test_jobs_of_one_model_are_made_together_and_told_in_the_order_given(tmp_path: Path) -> None:
    maker = FakeMaker()
    names = [("svd", "a"), ("lcm", "b"), ("svd", "c"), ("lcm", "d"), ("svd", "e")]
    batch = Batch(maker, [job(tmp_path, *one) for one in names])
    batch.run()
    assert maker.made == ["a", "c", "e", "b", "d"]
    assert maker.read_ahead == ["svd-c", "svd-e", "lcm-b", "lcm-d"]
    told = [result.path for _, result in sorted(batch.results.items())]
    assert told == [tmp_path / f"{name}.mp4" for _, name in names]


def test_options_of_a_model_make_it_another_one(tmp_path: Path) -> None:
    maker = FakeMaker()
    options = ("steps=8", "steps=9", "steps=8")
    Batch(
        maker,
        [job(tmp_path, "svd", str(at), model_options=one) for at, one in enumerate(options)],
    ).run()
    assert maker.made == ["0", "2", "1"]


def test_whatever_one_job_raises_the_others_are_made(tmp_path: Path) -> None:
    maker = FakeMaker(a=RenderError("black"), b=ZeroDivisionError("oh"))
    batch = Batch(maker, [job(tmp_path, "svd", name) for name in "abc"])
    batch.run()
    assert maker.made == ["c"]
    errors = [batch.results[index].error for index in range(3)]
    assert [str(error) for error in errors if error] == [
        "black",
        "unexpected ZeroDivisionError: oh",
    ]


def test_a_stop_ends_a_batch_and_keeps_the_results_so_far(tmp_path: Path) -> None:
    batch = Batch(FakeMaker(b=CancelledError()), [job(tmp_path, "svd", name) for name in "abc"])
    with pytest.raises(CancelledError):
        batch.run()
    assert list(batch.results) == [0]


def test_a_stop_is_heeded_while_all_is_only_looked_at(tmp_path: Path) -> None:
    def check() -> None:
        raise CancelledError

    maker = FakeMaker()
    with pytest.raises(CancelledError):
        Batch(maker, [job(tmp_path, "svd", "a")], check=check).survey()
    assert not maker.made


def test_two_jobs_may_not_make_one_file_even_where_it_may_be_replaced(tmp_path: Path) -> None:
    entry = {"image": "p.jpg", "audio": "svd-a.wav", "overwrite": True}
    first, second = batch_results(
        FakeMaker(),
        [
            {**entry, "output": tmp_path / "a.mp4"},
            {**entry, "output": tmp_path / "b" / ".." / "a.mp4"},
        ],
    )
    assert first.path == tmp_path / "a.mp4"
    assert isinstance(second.error, OutputPathError)


def test_a_survey_makes_nothing_and_is_told_once(tmp_path: Path) -> None:
    class Watcher(BatchWatcher):
        surveys = 0

        def surveyed(self, batch: Batch) -> None:
            self.surveys += 1

    maker, watcher = FakeMaker(), Watcher()
    batch = Batch(maker, [job(tmp_path, "svd", "a")], watcher)
    batch.survey()
    assert not maker.made
    batch.run()
    assert (maker.made, watcher.surveys) == (["a"], 1)


def test_only_what_shapes_the_video_counts_as_asked(tmp_path: Path) -> None:
    board = tmp_path / "story.json"
    board.write_text("one")
    plain = asked_of(Settings(threads=2, overwrite=True, gpu="cuda:1", max_temperature=80))
    assert plain == {}
    first = asked_of(Settings(seed=3, size="720p", storyboard=board))
    assert first.keys() == {"seed", "size", "storyboard"}
    assert str(tmp_path) not in str(first)
    board.write_text("two")
    assert asked_of(Settings(seed=3, size="720p", storyboard=board)) != first
