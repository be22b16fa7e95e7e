"""Colours stay those of the source over minutes, and frames that do not drift stay as they are."""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from itertools import repeat

import cv2
import numpy as np
import pytest
from corpus.stills import photo, picture, scene_of
from numpy.typing import NDArray

from ai_video_generator.media.frames import Frame
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.post.colour_anchor import anchored, colour_statistics

PASSES, FRAMES_PER_PASS = 80, 14
# At 6 frames a second three minutes.

SIZE = (96, 54)


def lab_mean(frame: Frame) -> NDArray[np.float64]:
    """Mean colour, CIE Lab."""
    lab = cv2.cvtColor(frame.to_rgb().astype(np.float32) / 255, cv2.COLOR_RGB2LAB)
    return np.asarray(lab.reshape(-1, 3).mean(0), np.float64)


def lab_distance(frame: Frame, source: Frame) -> float:
    return float(np.linalg.norm(lab_mean(frame) - lab_mean(source)))


@dataclass
class Drifting:
    """A toy model: each pass goes on from the last frame, a little lighter, greyer and redder."""

    latest: Frame

    def frames(self) -> Generator[Frame, None, None]:
        random = np.random.default_rng(0)
        for _ in range(PASSES):
            begun = self.latest
            for step in range(FRAMES_PER_PASS):
                share = (step + 1) / FRAMES_PER_PASS
                planes = (
                    (begun.y, 1 - 0.006 * share, 0.9 * share),
                    (begun.u, 1 - 0.004 * share, -0.5 * share),
                    (begun.v, 1 - 0.004 * share, 0.6 * share),
                )
                frame = Frame.empty(begun.size)
                for (plane, gain, more), into in zip(
                    planes, (frame.y, frame.u, frame.v), strict=True
                ):
                    made = (plane.astype(float) - 128) * gain + 128 + more
                    # Grain, as a model makes it; it also keeps what rounding would swallow.
                    grain = random.uniform(-0.5, 0.5, plane.shape)
                    into[:] = np.clip(np.rint(made + grain), 16, 235)
                yield frame


def source() -> Frame:
    return Frame.from_rgb(photo(*SIZE))


def test_a_model_that_drifts_would_be_far_off_without_it() -> None:
    model = Drifting(latest=source())
    for frame in model.frames():
        model.latest = frame
    assert lab_distance(frame, source()) > 20


@pytest.mark.slow
@pytest.mark.parametrize("goes_on_from", ["what comes out", "its own frames"])
def test_three_minutes_keep_the_colours_of_the_source(goes_on_from: str) -> None:
    first = source()
    model = Drifting(latest=first)

    def made() -> Generator[Frame, None, None]:
        for frame in model.frames():
            if goes_on_from == "its own frames":
                model.latest = frame
            yield frame

    distances, contrasts = [], []
    for frame in anchored(made(), repeat(colour_statistics(first))):
        if goes_on_from == "what comes out":
            model.latest = frame
        distances.append(lab_distance(frame, first))
        contrasts.append(frame.y.std() / first.y.std())

    assert len(distances) == PASSES * FRAMES_PER_PASS
    # 2.3 is where two colours side by side are told apart.
    assert max(distances) < 2
    # The tolerance is 3 %, the memory of eight frames lets a little more through, and what a model
    # that is never put right drove out of the range is lost.
    assert min(contrasts) > 0.95
    assert max(contrasts) < 1.04


def test_no_flicker_comes_in() -> None:
    first = source()
    model = Drifting(latest=first)
    means = []
    for frame in anchored(model.frames(), repeat(colour_statistics(first))):
        model.latest = frame
        means.append(frame.y.mean())
    # The model itself moves by 0.06 of a level a frame and back at a pass; a level is one step.
    assert abs(np.diff(means)).max() < 1


def test_a_camera_over_a_photo_is_left_as_it_is() -> None:
    scene, _ = scene_of([picture(photo(480, 270))], size=SIZE, seconds=4)
    frames = list(KenBurns().generate(scene))
    references = [colour_statistics(frame) for frame in frames]

    made = list(anchored((frame for frame in frames), references))

    assert all(one is other for one, other in zip(made, frames, strict=True))


def test_small_and_quick_changes_stay_within_half_a_level() -> None:
    first = source()
    random = np.random.default_rng(1)

    def breathing() -> Iterator[Frame]:
        for index in range(200):
            light = 1.2 * np.sin(index / 3)
            grain = random.normal(0, 1.5, first.buffer.shape)
            made = np.clip(np.rint(first.buffer + light + grain), 16, 235)
            yield Frame(made.astype(np.uint8))

    frames = list(breathing())
    made = list(anchored((frame for frame in frames), repeat(colour_statistics(first))))

    worst = max(
        abs(one.buffer.astype(float) - other.buffer).mean()
        for one, other in zip(made, frames, strict=True)
    )
    assert worst < 0.5


def test_values_stay_in_the_limited_range() -> None:
    frame = Frame.empty(Resolution(*SIZE))
    frame.buffer[:] = np.random.default_rng(0).integers(16, 236, frame.buffer.shape)
    wanted = colour_statistics(Frame.from_rgb(np.full((54, 96, 3), 250, np.uint8)))
    (made,) = anchored((each for each in [frame]), [wanted])
    assert made.buffer.min() >= 16
    assert made.y.max() <= 235
    assert max(made.u.max(), made.v.max()) <= 240


def test_a_grey_picture_stays_grey() -> None:
    grey = np.repeat(photo(*SIZE)[..., :1], 3, axis=2)
    first = Frame.from_rgb(grey)
    colourful = colour_statistics(source())

    (made,) = anchored((each for each in [first]), [colourful])

    # Its mean becomes that of the reference; chroma that is not there is not made up.
    assert made.u.std() < 2
    assert made.v.std() < 2


def test_closing_it_closes_the_source() -> None:
    model = Drifting(latest=source())
    frames = model.frames()
    stream = anchored(frames, repeat(colour_statistics(source())))
    next(stream)
    stream.close()
    assert list(frames) == []
