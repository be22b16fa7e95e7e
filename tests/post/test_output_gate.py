"""Mutation tests of the gate: each fault put into real frames is caught, honest ones pass."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from fractions import Fraction

import cv2
import numpy as np
import pytest
from corpus.stills import Pixels, flat, photo, picture, scene_of

from ai_video_generator.config.choices import Fit
from ai_video_generator.errors import NumericalError, RenderError
from ai_video_generator.media.frames import Frame, FrameStream
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.post.output_gate import OutputGate
from ai_video_generator.storyboard.storyboard import Framing, Storyboard

RATE = 24
FITS = (Fit.FILL, Fit.BLUR, Fit.CONTAIN)

Fault = Callable[[list[Frame]], list[Frame]]


def gate_for(scene: Scene, timeline: Timeline) -> OutputGate:
    return OutputGate(
        scene.pictures, scene.storyboard, size=scene.size, fit=scene.fit, timeline=timeline
    )


def drawn(scene: Scene) -> list[Frame]:
    return list(KenBurns().generate(scene))


def stream(frames: Sequence[Frame]) -> FrameStream:
    yield from frames


def passed(scene: Scene, timeline: Timeline) -> int:
    """How many frames the gate lets through when nothing is wrong."""
    gate = gate_for(scene, timeline)
    return sum(1 for _ in gate.checked(KenBurns().generate(scene)))


def fault_in(scene: Scene, timeline: Timeline, frames: Sequence[Frame]) -> str:
    """What the gate says of frames."""
    gate = gate_for(scene, timeline)
    with pytest.raises(NumericalError) as caught:
        list(gate.checked(stream(frames)))
    assert caught.value.hint
    return str(caught.value)


def span_s(message: str) -> tuple[float, float]:
    """First and last second that a message names."""
    match = re.search(r"at ([\d.]+) s(?: to ([\d.]+) s)?", message)
    assert match, message
    return float(match[1]), float(match[2] or match[1])


def painted(frame: Frame, luma: int) -> Frame:
    """A grey frame."""
    other = Frame.empty(frame.size)
    other.y[:], other.u[:], other.v[:] = luma, 128, 128
    return other


@pytest.fixture(scope="module")
def clip() -> tuple[Scene, Timeline, list[Frame]]:
    """Twelve seconds of a photograph in two shots, sound."""
    scene, timeline = scene_of([picture(photo())], size=(320, 180), seconds=12)
    assert len(scene.storyboard.shots) == 2
    return scene, timeline, drawn(scene)


PLACES = (0, 1, 60, 137, 144, 150, 286, 287)
# The start, a shot's middle, the dissolve (frame 132 to 155), the end.


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("count", [1, 5])
def test_black_frames_are_caught(
    clip: tuple[Scene, Timeline, list[Frame]], at: int, count: int
) -> None:
    scene, timeline, frames = clip
    bad = [
        painted(frame, 16) if at <= index < at + count else frame
        for index, frame in enumerate(frames)
    ]
    message = fault_in(scene, timeline, bad)
    assert "black" in message
    assert span_s(message) == pytest.approx((at / RATE, at / RATE), abs=0.006)


@pytest.mark.parametrize("at", PLACES)
@pytest.mark.parametrize("luma", [90, 126])
def test_flat_frames_are_caught(
    clip: tuple[Scene, Timeline, list[Frame]], at: int, luma: int
) -> None:
    scene, timeline, frames = clip
    bad = [*frames[:at], painted(frames[at], luma), *frames[at + 1 :]]
    message = fault_in(scene, timeline, bad)
    assert "flat" in message
    assert span_s(message)[0] == pytest.approx(at / RATE, abs=0.006)


@pytest.mark.parametrize("at", PLACES)
def test_one_white_flash_is_caught(clip: tuple[Scene, Timeline, list[Frame]], at: int) -> None:
    """White, with a trace of the picture, so that it is not simply flat."""
    scene, timeline, frames = clip
    flash = Frame(frames[at].buffer.copy())
    flash.y[:] = 200 + flash.y // 8
    message = fault_in(scene, timeline, [*frames[:at], flash, *frames[at + 1 :]])
    assert "flashing" in message
    first, last = span_s(message)
    assert first == pytest.approx(at / RATE, abs=0.006)
    assert last == pytest.approx((at + 1) / RATE, abs=0.006)


@pytest.mark.parametrize("begin", [0, 30, 140, 260])
@pytest.mark.parametrize("period", [2, 4, 12])
def test_flashing_is_caught(
    clip: tuple[Scene, Timeline, list[Frame]], begin: int, period: int
) -> None:
    """The light goes up and down by 40 levels, one to six times a second and more."""
    scene, timeline, frames = clip
    bad = []
    for index, frame in enumerate(frames):
        other = Frame(frame.buffer.copy())
        if index >= begin and (index - begin) % period < period / 2:
            other.y[:] = np.minimum(235, other.y.astype(int) + 40)
        bad.append(other)
    message = fault_in(scene, timeline, bad)
    assert "flashing" in message
    first, last = span_s(message)
    assert first == pytest.approx(begin / RATE, abs=0.006)
    assert last <= (begin + period) / RATE + 0.006


@pytest.mark.parametrize("at", [24, 60, 100, 190, 230])
@pytest.mark.parametrize("seconds", [1, 2])
def test_a_freeze_is_caught(
    clip: tuple[Scene, Timeline, list[Frame]], at: int, seconds: int
) -> None:
    scene, timeline, frames = clip
    count = seconds * RATE
    bad = [*frames[:at], *([frames[at]] * count), *frames[at + count :]]
    message = fault_in(scene, timeline, bad)
    assert "frozen" in message
    first, last = span_s(message)
    # The two frames before may look the same where a move begins softly.
    assert (at - 2) / RATE - 0.006 <= first <= last <= (at + count) / RATE + 0.006


def test_a_freeze_under_faint_noise_is_caught(
    clip: tuple[Scene, Timeline, list[Frame]],
) -> None:
    scene, timeline, frames = clip
    random = np.random.default_rng(0)
    held = []
    for _ in range(30):
        noisy = Frame(frames[60].buffer.copy())
        noisy.y[:] += random.integers(0, 2, noisy.y.shape, np.uint8)
        held.append(noisy)
    assert "frozen" in fault_in(scene, timeline, [*frames[:60], *held, *frames[90:]])


def test_a_freeze_to_the_very_end_is_caught(clip: tuple[Scene, Timeline, list[Frame]]) -> None:
    scene, timeline, frames = clip
    assert "frozen" in fault_in(scene, timeline, [*frames[:210], *([frames[210]] * 78)])


def test_a_freeze_of_a_smooth_picture_is_caught_once_it_shows() -> None:
    ramp = np.linspace(0, 255, 640)[None, :, None].repeat(400, 0).repeat(3, 2).astype(np.uint8)
    scene, timeline = scene_of(
        [picture(ramp)], size=(320, 180), seconds=30, seed=1, frame_rate=Fraction(12)
    )
    frames = drawn(scene)
    caught = []
    for shot in scene.storyboard.shots:
        first = shot.start_frame + shot.frame_count // 4
        end = shot.start_frame + shot.frame_count * 3 // 4
        bad = [*frames[:first], *([frames[first]] * (end - first)), *frames[end:]]
        try:
            list(gate_for(scene, timeline).checked(stream(bad)))
        except NumericalError as error:
            caught.append(str(error))
    # Shots that move along the ramp show it; those across it do not, and nobody would notice.
    assert len(caught) >= 2
    assert all("frozen" in message for message in caught)


@pytest.mark.parametrize("at", [0, 60, 150, 287])
@pytest.mark.parametrize("bad", [np.nan, np.inf])
def test_frames_that_are_no_numbers_are_caught_with_their_time(
    clip: tuple[Scene, Timeline, list[Frame]], at: int, bad: float
) -> None:
    scene, timeline, frames = clip

    def model() -> FrameStream:
        for index, frame in enumerate(frames):
            rgb = frame.to_rgb().astype(np.float32) / np.float32(255)
            if index == at:
                rgb[90, 160] = bad
                yield Frame.from_rgb(rgb)
            yield frame

    gate = gate_for(scene, timeline)
    with pytest.raises(NumericalError) as caught:
        list(gate.checked(model()))
    assert "NaN" in str(caught.value)
    assert span_s(str(caught.value))[0] == pytest.approx(at / RATE, abs=0.006)


@pytest.mark.parametrize("fit", [Fit.BLUR, Fit.CONTAIN])
@pytest.mark.parametrize("fault", ["black", "flat", "flashing", "frozen"])
def test_faults_are_caught_in_pictures_shown_whole(fit: Fit, fault: str) -> None:
    source = picture(photo(300, 400))
    scene, timeline = scene_of([source], size=(320, 180), seconds=5, fit=fit)
    frames = drawn(scene)
    match fault:
        case "black":
            frames[50] = painted(frames[50], 16)
        case "flat":
            frames[50] = painted(frames[50], 90)
        case "flashing":
            frames[50] = Frame(np.minimum(frames[50].buffer, 245) + np.uint8(10))
            frames[50].y[:] = np.minimum(235, frames[50].y.astype(int) + 60)
        case _:
            frames[40:88] = [frames[40]] * 48
    assert fault in fault_in(scene, timeline, frames)


def test_frames_pass_unchanged_and_one_at_a_time(
    clip: tuple[Scene, Timeline, list[Frame]],
) -> None:
    scene, timeline, frames = clip
    asked = []

    def model() -> FrameStream:
        for index, frame in enumerate(frames):
            asked.append(index)
            yield frame

    for index, frame in enumerate(gate_for(scene, timeline).checked(model())):
        assert frame is frames[index]
        assert asked[-1] == index


def test_closing_the_gate_closes_the_model(clip: tuple[Scene, Timeline, list[Frame]]) -> None:
    scene, timeline, frames = clip
    closed = []

    def model() -> FrameStream:
        try:
            yield from frames
        finally:
            closed.append(True)

    checked = gate_for(scene, timeline).checked(model())
    next(checked)
    checked.close()
    assert closed


@pytest.mark.parametrize("count", [0, 287, 289])
def test_too_few_and_too_many_frames_are_told(
    clip: tuple[Scene, Timeline, list[Frame]], count: int
) -> None:
    scene, timeline, frames = clip
    with pytest.raises(RenderError, match="288"):
        list(gate_for(scene, timeline).checked(stream((frames + frames)[:count])))


def test_a_frame_of_another_size_is_told(clip: tuple[Scene, Timeline, list[Frame]]) -> None:
    scene, timeline, frames = clip
    small = Frame.from_rgb(flat((90, 90, 90), 160, 90))
    with pytest.raises(RenderError, match="160x90"):
        list(gate_for(scene, timeline).checked(stream([small, *frames[1:]])))


# ---- Honest material


def line_art(width: int = 1280, height: int = 800) -> Pixels:
    """Black lines on white: a ruled sheet with a grid, circles and a hatched corner."""
    rgb = flat((255, 255, 255), width, height)
    for x in range(0, width, 40):
        cv2.line(rgb, (x, 0), (x, height), (0, 0, 0), 1)
    for y in range(0, height, 25):
        cv2.line(rgb, (0, y), (width, y), (0, 0, 0), 2)
    for radius in range(20, 400, 30):
        cv2.circle(rgb, (width // 2, height // 2), radius, (0, 0, 0), 3)
    rgb[:200:4, :200] = 0
    return rgb


def ruled(period_px: int, line_px: int, width: int = 1280, height: int = 720) -> Pixels:
    """A sheet with level lines only."""
    rgb = flat((255, 255, 255), width, height)
    rgb[np.arange(height) % period_px < line_px] = 0
    return rgb


def logo() -> Pixels:
    rgb = flat((0, 0, 0), 640, 400)
    cv2.circle(rgb, (320, 200), 40, (255, 255, 255), -1)
    return rgb


def star() -> Pixels:
    rgb = flat((0, 0, 0), 640, 400)
    rgb[198:202, 318:322] = 255
    return rgb


def framed() -> Pixels:
    """A flat sheet with a dark frame round it, which a small zoom cuts off."""
    rgb = flat((20, 20, 20), 640, 400)
    rgb[16:-16, 16:-16] = 210
    return rgb


def ramp(axis: int) -> Pixels:
    """A sky: from black to white over the whole picture, nowhere an edge."""
    line = np.linspace(0, 255, 640)
    rgb = np.broadcast_to(line[:, None, None] if axis else line[None, :, None], (640, 640, 3))
    return np.asarray(rgb, np.uint8)


def half_black() -> Pixels:
    rgb = flat((0, 0, 0), 640, 400)
    rgb[:, 450:] = 255
    return rgb


HONEST: dict[str, Callable[[], Pixels]] = {
    "photo": photo,
    "dark photo": lambda: (photo() // 9).astype(np.uint8),
    "black": lambda: flat((0, 0, 0)),
    "white": lambda: flat((255, 255, 255)),
    "flat grey": lambda: flat((120, 120, 120)),
    "logo on black": logo,
    "star on black": star,
    "line art": line_art,
    "framed sheet": framed,
    "sky across": lambda: ramp(0),
    "sky down": lambda: ramp(1),
    "half black": half_black,
    "one pixel": lambda: flat((200, 10, 10), 1, 1),
    "strip": lambda: photo(3000, 30),
    "noise": lambda: np.random.default_rng(0).integers(0, 256, (400, 640, 3), dtype=np.uint8),
    "checkerboard": lambda: np.kron(
        np.indices((20, 32)).sum(0)[..., None] % 2 * np.full(3, 255), np.ones((20, 20, 1))
    ).astype(np.uint8),
}


@pytest.mark.slow
@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("name", HONEST)
def test_honest_pictures_pass(name: str, fit: Fit) -> None:
    for seed, size in ((0, (320, 180)), (1, (180, 320))):
        scene, timeline = scene_of(
            [picture(HONEST[name]())],
            size=size,
            seconds=13,
            frame_rate=Fraction(8),
            fit=fit,
            seed=seed,
        )
        assert passed(scene, timeline) == 104


@pytest.mark.slow
@pytest.mark.parametrize("period_px", [8, 13, 16, 20, 26, 30])
@pytest.mark.parametrize("share", [0.15, 0.5])
def test_stripes_in_step_with_any_grid_pass(period_px: int, share: float) -> None:
    sheet = ruled(period_px, max(1, round(period_px * share)))
    scene, timeline = scene_of([picture(sheet)], size=(320, 180), seconds=20, seed=2)
    assert passed(scene, timeline) == 480


def still_board(scene: Scene) -> Storyboard:
    """The same shots with a camera that stands."""
    shots = [
        replace(shot, framing_start=Framing(zoom=1.1), framing_end=Framing(zoom=1.1))
        for shot in scene.storyboard.shots
    ]
    return replace(scene.storyboard, shots=tuple(shots))


@pytest.mark.parametrize("name", ["photo", "line art"])
def test_a_camera_that_stands_passes(name: str) -> None:
    scene, timeline = scene_of([picture(HONEST[name]())], seconds=12)
    assert passed(replace(scene, storyboard=still_board(scene)), timeline) == 288


@pytest.mark.parametrize("fit", FITS)
@pytest.mark.parametrize("seconds", [0.3, 1.0, 4.0, 20.0])
def test_albums_of_opposites_pass(fit: Fit, seconds: float) -> None:
    """Black and white, tall and wide, one after another, as fast as a tenth of a second each."""
    album = [
        picture(flat((0, 0, 0), 90, 160)),
        picture(flat((255, 255, 255), 160, 90)),
        picture(photo(90, 160)),
        picture(HONEST["half black"]()),
        picture(flat((255, 255, 255), 90, 160)),
    ]
    scene, timeline = scene_of(album, seconds=seconds, fit=fit)
    assert passed(scene, timeline) == timeline.frame_count


@pytest.mark.parametrize("fit", FITS)
def test_videos_of_a_few_frames_pass(fit: Fit) -> None:
    for frame_count in (1, 2, 3):
        scene, timeline = scene_of(
            [picture(photo())], seconds=frame_count / 24 - 0.01, fit=fit, seed=frame_count
        )
        assert passed(scene, timeline) == frame_count


def test_a_video_of_one_white_frame_does_not_pass_for_a_photograph() -> None:
    scene, timeline = scene_of([picture(photo())], seconds=0.01)
    flash = drawn(scene)[0]
    flash.y[:] = 200 + flash.y // 8
    assert "flashing" in fault_in(scene, timeline, [flash])


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(12))
def test_the_directors_own_storyboards_pass(seed: int) -> None:
    random = np.random.default_rng(seed)
    pictures: list[Picture] = []
    for index in range(int(random.integers(1, 5))):
        width, height = (int(side) for side in random.integers(40, 700, 2))
        pictures.append(picture(photo(width, height, seed=100 * seed + index)))
    size = (2 * int(random.integers(30, 160)), 2 * int(random.integers(30, 160)))
    scene, timeline = scene_of(
        pictures,
        size=size,
        seconds=float(random.uniform(0.2, 14)),
        frame_rate=Fraction(int(random.integers(5, 61))),
        fit=FITS[seed % 3],
        seed=seed,
    )
    assert passed(scene, timeline) == timeline.frame_count
