"""Frames of models that make passes: shot by shot, pass by pass, each kept once it is finished.

A shot begins anew from its still, so that nothing drifts from one to the next; inside a shot a pass
goes on from the last frame of the one before. Every shot is retimed and resized by itself, so that
cuts fall where the storyboard has them, whatever the model's own rate is.
"""

import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, replace

from ai_video_generator.core.pass_names import PassNames, ShotPasses
from ai_video_generator.core.recipe import Recipe
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.planning.chunking import PASS_OVERLAP
from ai_video_generator.planning.plan import Plan
from ai_video_generator.post.chunk_joiner import continued, joined
from ai_video_generator.post.colour_anchor import (
    ColourStatistics,
    anchored,
    colour_statistics,
)
from ai_video_generator.post.resizer import resized
from ai_video_generator.post.retimer import retimed
from ai_video_generator.storyboard.storyboard import Shot, Storyboard

_log = logging.getLogger(__name__)

_MEASURED = Resolution(160, 160)
# Means over a hundredth of the pixels are as good.


@dataclass(frozen=True, slots=True, kw_only=True)
class Footage:
    """What the frames of a video are made from, and where finished ones are kept.

    Attributes:
        recipe: What was asked for.
        scene: The pictures, and how they are filmed; its storyboard is replaced shot by shot.
        shown: The shots, in frames of the video.
        store: Keeps finished passes.
        names: What they are called there.
        make: Makes the frames of a scene that is one pass.
        follows_camera: Whether the model's frames show what the camera would.
        begin: Told before each pass how many frames of the video it makes.
        expect: Told which passes will be asked for, as far as they do not go on from others.
    """

    recipe: Recipe
    scene: Scene
    shown: Storyboard
    store: ChunkStore
    names: PassNames
    make: Callable[[Scene], FrameStream]
    follows_camera: bool
    begin: Callable[[int], None]
    expect: Callable[[Iterator[Scene]], None]

    @property
    def plan(self) -> Plan:
        """What was decided."""
        return self.recipe.plan

    def frames(self) -> FrameStream:
        """The frames of the video, each once, in its size."""
        self.expect(self._coming())
        yield from joined(
            (range(shot.start_frame, shot.end_frame), self._shot(shot)) for shot in self.shown.shots
        )

    def _coming(self) -> Iterator[Scene]:
        """The first pass of each shot that is not made yet."""
        for shot in self.shown.shots:
            planned = self.names.shot(shot)
            name, wanted = planned.passes[0]
            if not self.store.noted(planned.whole) and not self.store.is_sound(name):
                yield self._scene(planned.shot, wanted, None, shot)

    def _shot(self, shot: Shot) -> FrameStream:
        """The frames of one shot in the video's rate and size."""
        plan = self.plan
        passes = continued(self._passes(self.names.shot(shot), shot), PASS_OVERLAP)
        line = Timeline(frame_rate=plan.timeline.frame_rate, frame_count=shot.frame_count)
        yield from resized(retimed(passes, plan.render_rate, line), plan.output_size)

    def _passes(self, planned: ShotPasses, shown: Shot) -> Iterator[FrameStream]:
        """The passes of a shot: those that are kept, and those that are made now."""
        kept = self.store.noted(planned.whole)
        if kept:
            for name, wanted in kept:
                yield self.store.frames(name, len(wanted))
            return
        last = _Last()
        for name, wanted in planned.passes:
            if not self.store.is_sound(name):
                self._make(name, planned.shot, wanted, last.frame, shown)
            yield last.watched(self.store.frames(name, len(wanted)))
        self.store.note(planned.whole, planned.passes)

    def _make(
        self, name: str, shot: Shot, wanted: range, continues: Frame | None, shown: Shot
    ) -> None:
        """Make one pass, and keep it."""
        self.begin(round(shown.frame_count * len(wanted) / shot.frame_count))
        scene = self._scene(shot, wanted, continues, shown)
        _log.info("shot %d: frames %d to %d", shot.index + 1, wanted.start, wanted.stop)
        frames = anchored(self.make(scene), _colours(scene, moves=self.follows_camera))
        with closing(self.store.recorded(name, frames, len(wanted))) as recorded:
            for _ in recorded:
                pass

    def _scene(self, shot: Shot, wanted: range, continues: Frame | None, shown: Shot) -> Scene:
        """One pass of a shot, as a model is given it."""
        return replace(
            self.scene,
            storyboard=Storyboard(frame_count=shot.frame_count, shots=(replace(shot, index=0),)),
            frames=wanted,
            frame_rate=self.plan.render_rate,
            seed=self._seed(shot, wanted),
            prompt=shot.prompt or self.scene.prompt,
            continues=continues,
            starts_at_s=shown.start_frame / self.plan.timeline.frame_rate,
            whole_prompt=self.scene.prompt,
        )

    def _seed(self, shot: Shot, wanted: range) -> int:
        """A seed of its own for each pass."""
        told = f"{self.recipe.seed}/{shot.index}/{wanted.start}"
        return int.from_bytes(hashlib.sha256(told.encode()).digest()[:4], "big")


@dataclass(slots=True)
class _Last:
    """Remembers the last frame of what passed."""

    frame: Frame | None = None

    def watched(self, frames: FrameStream) -> FrameStream:
        with closing(frames):
            for frame in frames:
                self.frame = frame
                yield frame


def _colours(scene: Scene, *, moves: bool) -> Iterator[ColourStatistics]:
    """The colours that the frames of a pass should have: those of the still, as it is framed."""
    small = scene.size.fitted_into(_MEASURED).snapped(2)
    wanted = scene.wanted if moves else range(scene.wanted.start, scene.wanted.start + 1)
    film = replace(scene, size=small, frames=wanted, continues=None)
    with closing(KenBurns().generate(film)) as frames:
        for frame in frames:
            seen = colour_statistics(frame)
            yield seen
    while True:
        yield seen
