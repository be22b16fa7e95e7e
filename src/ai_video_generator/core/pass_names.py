"""What finished passes are called: a digest of all that decides what they show."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path

from ai_video_generator.core.model_options import own_files
from ai_video_generator.core.recipe import Recipe
from ai_video_generator.models.base_model import Option
from ai_video_generator.planning.chunking import rendered_count, shot_passes
from ai_video_generator.storyboard.storyboard import Shot, Storyboard

_NAME_LETTERS = 32
# Half of a SHA-256: no two of a billion chunks share it.


@dataclass(frozen=True, slots=True, kw_only=True)
class ShotPasses:
    """The passes of one shot.

    Attributes:
        shot: The shot in the model's frames, from 0 on.
        whole: What the list of its chunks is called.
        passes: Name and frames of each, in order.
    """

    shot: Shot
    whole: str
    passes: tuple[tuple[str, range], ...]


class PassNames:
    """Names the passes of a video.

    Two runs of the same program, libraries and weights on the same kind of machine give the same
    name to the same pictures; where any of them differs, so does the name.

    Args:
        recipe: What was asked for, and the plan.
        options: The model's own options; files of a person's own among them are known by their
            size and time.
    """

    def __init__(self, recipe: Recipe, options: Mapping[str, Option]) -> None:
        plan = recipe.plan
        self._recipe = recipe
        self._decides = [
            *map(str, plan.look),
            str(plan.precision),
            plan.device.partition(":")[0],
            recipe.program_version,
            recipe.libraries,
            recipe.machine,
            recipe.seed,
            recipe.prompt,
            recipe.negative_prompt,
            recipe.model_options,
            [_state(path) for path in own_files(options)],
        ]

    def shot(self, shown: Shot) -> ShotPasses:
        """The passes of a shot of the video."""
        plan = self._recipe.plan
        count = rendered_count(shown.frame_count, plan.timeline.frame_rate, plan.render_rate)
        shot = replace(shown, start_frame=0, frame_count=count)
        named, before = [], ""
        for wanted in shot_passes(count, plan.frames_per_pass or count):
            before = self._name(shot, "pass", wanted.start, wanted.stop, before)
            named.append((before, wanted))
        return ShotPasses(shot=shot, whole=self._name(shot, "whole"), passes=tuple(named))

    def all(self, shown: Storyboard) -> Iterator[ShotPasses]:
        """The passes of each shot."""
        return map(self.shot, shown.shots)

    def _name(self, shot: Shot, *part: object) -> str:
        picture = self._recipe.pictures[shot.picture].sha256
        text = json.dumps([*self._decides, picture, repr(shot), *part], sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:_NAME_LETTERS]


def _state(path: Path) -> list[object]:
    """What tells a file, or a folder of files, from what lay there before."""
    files = sorted(path.rglob("*")) if path.is_dir() else [path]
    states = ((one.name, one.stat()) for one in files)
    return [(name, state.st_size, state.st_mtime_ns) for name, state in states]
