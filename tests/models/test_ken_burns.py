"""The camera against pictures whose every point is known by a formula."""

import threading
from dataclasses import replace
from fractions import Fraction
from math import cos, radians, sin

import cv2
import numpy as np
import pytest
from corpus.stills import flat, photo, picture, scene_of
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.errors import ImageUnreadableError
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.picture import Picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.director import direct
from ai_video_generator.storyboard.stage import stage
from ai_video_generator.storyboard.storyboard import Easing, Framing, Shot, Storyboard

Float = NDArray[np.float64]

SIZE = Resolution(192, 108)

# Rounding to 8 bits happens four times: the source, the plate, its planes, the warp. Each is half
# a level at most, weighted by slopes below one; measured: 1.2 at worst.
TOLERANCE = 1.6


def wave(x: Float, y: Float) -> Float:
    """A smooth picture of three colours, known everywhere: ``(…, 3)``, 0..1; x and y are 0..1."""
    red = 0.5 + 0.3 * np.sin(7 * x + 2 * y)
    green = 0.45 + 0.25 * np.cos(5 * y - 3 * x)
    blue = 0.5 + 0.3 * np.sin(4 * x * y + 1 + 6 * y)
    return np.stack([red, green, blue], -1)


def wave_picture(width: int, height: int) -> Picture:
    """The wave, sampled at the middle of each pixel."""
    x, y = np.meshgrid((np.arange(width) + 0.5) / width, (np.arange(height) + 0.5) / height)
    return picture(np.round(255 * wave(x, y)).astype(np.uint8))


def planes(rgb: Float) -> tuple[Float, Float, Float]:
    """BT.709 limited range of ``(…, 3)`` 0..1."""
    luma = rgb @ [0.2126, 0.7152, 0.0722]
    blue, red = (rgb[..., 2] - luma) / 1.8556, (rgb[..., 0] - luma) / 1.5748
    return 16 + 219 * luma, 128 + 224 * blue, 128 + 224 * red


def seen(
    source: Picture, framing: Framing, x_px: Float, y_px: Float, window: Resolution
) -> tuple[Float, Float]:
    """Where in the picture (0..1) the points of a window lie, worked out in the picture's pixels.

    Points are in pixels of the window, measured from its top left corner.
    """
    picture_w, picture_h = source.size.width_px, source.size.height_px
    widest_px = min(picture_w, picture_h * window.width_px / window.height_px)
    scale = widest_px / framing.zoom / window.width_px
    right, down = x_px - window.width_px / 2, y_px - window.height_px / 2
    turn = radians(framing.rotation_deg)
    x = framing.center_x * picture_w + scale * (right * cos(turn) - down * sin(turn))
    y = framing.center_y * picture_h + scale * (right * sin(turn) + down * cos(turn))
    return x / picture_w, y / picture_h


def middles(width: int, height: int, step: int = 1) -> tuple[Float, Float]:
    """Middles of luma pixels (step 1), or places of chroma samples (step 2), from the corner."""
    columns, rows = np.arange(width // step), np.arange(height // step)
    x, y = np.meshgrid(columns * step + 0.5, rows * step + step / 2)
    return x, y


def still_scene(source: Picture, framing: Framing, fit: Fit = Fit.FILL) -> Scene:
    """One frame that shows a framing."""
    shot = Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=1,
        framing_start=framing,
        framing_end=framing,
    )
    board = Storyboard(frame_count=1, shots=(shot,))
    return Scene(pictures=[source], storyboard=board, size=SIZE, fit=fit)


def drawn(scene: Scene) -> list[Frame]:
    return list(KenBurns().generate(scene))


def assert_shows(frame: Frame, source: Picture, framing: Framing) -> None:
    """Compare all three planes with the formula, at every sample."""
    size = frame.size
    luma_at = seen(source, framing, *middles(size.width_px, size.height_px), size)
    chroma_at = seen(source, framing, *middles(size.width_px, size.height_px, 2), size)
    exact_y = planes(wave(*luma_at))[0]
    _, exact_u, exact_v = planes(wave(*chroma_at))
    for plane, exact in ((frame.y, exact_y), (frame.u, exact_u), (frame.v, exact_v)):
        difference = plane - exact
        assert np.abs(difference).max() < TOLERANCE
        assert abs(difference.mean()) < 0.1


FRAMINGS = [
    Framing(),
    Framing(zoom=1.3),
    Framing(center_x=0.43, center_y=0.55, zoom=1.25),
    Framing(center_x=0.5003, center_y=0.4997, zoom=1.2),
    Framing(zoom=1.3, rotation_deg=0.7),
    Framing(center_x=0.52, center_y=0.48, zoom=1.4, rotation_deg=-5.0),
]


@pytest.mark.parametrize("framing", FRAMINGS)
@pytest.mark.parametrize("shape", [(960, 540), (700, 800), (1500, 400), (193, 109)])
def test_every_sample_is_what_the_formula_says(framing: Framing, shape: tuple[int, int]) -> None:
    source = wave_picture(*shape)
    assert_shows(drawn(still_scene(source, framing))[0], source, framing)


def test_the_middle_of_a_move_is_where_the_formula_says() -> None:
    source = wave_picture(960, 540)
    start, end = Framing(zoom=1.0), Framing(center_x=0.56, center_y=0.45, zoom=1.3)
    shot = Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=3,
        framing_start=start,
        framing_end=end,
        easing=Easing.LINEAR,
    )
    board = Storyboard(frame_count=3, shots=(shot,))
    scene = Scene(pictures=[source], storyboard=board, size=SIZE, fit=Fit.FILL)
    zoom = 1.3**0.5  # halfway by factor
    share = (1 - 1 / zoom) / (1 - 1 / 1.3)  # of the change of the view's width
    middle = Framing(center_x=0.5 + 0.06 * share, center_y=0.5 - 0.05 * share, zoom=zoom)
    for frame, framing in zip(drawn(scene), (start, middle, end), strict=True):
        assert_shows(frame, source, framing)


def test_contain_shows_the_whole_picture_between_black_bars() -> None:
    source = wave_picture(300, 400)
    frame = drawn(still_scene(source, Framing(), Fit.CONTAIN))[0]
    # 81 columns would be its shape; 80 are the nearest even number.
    window, left = Resolution(80, 108), 56
    inner = frame.y[:, left : left + 80]
    exact = planes(wave(*seen(source, Framing(), *middles(80, 108), window)))[0]
    assert np.abs(inner - exact).max() < TOLERANCE
    assert set(np.unique(np.delete(frame.y, range(left, left + 80), 1))) == {16}
    half = range(left // 2, left // 2 + 40)
    for plane in (frame.u, frame.v):
        assert set(np.unique(np.delete(plane, half, 1))) == {128}


@pytest.mark.parametrize("shape", [(300, 400), (900, 300)])
def test_blur_shows_the_whole_picture_on_a_dark_soft_copy(shape: tuple[int, int]) -> None:
    source = wave_picture(*shape)
    frame = drawn(still_scene(source, Framing(), Fit.BLUR))[0]
    inner = source.size.fitted_into(SIZE)
    left, top = (192 - inner.width_px) / 2, (108 - inner.height_px) / 2
    x, y = middles(192, 108)
    u, v = (x - left) / inner.width_px, (y - top) / inner.height_px
    # Two pixels at the rim are mixed with the surround; sides rounded to even pixels shift the
    # picture by up to half a pixel of slope 2 levels.
    well_inside = (np.minimum(x - left, 192 - left - x) > 3) & (
        np.minimum(y - top, 108 - top - y) > 3
    )
    exact = planes(wave(u, v))[0]
    assert np.abs(frame.y - exact)[well_inside].max() < TOLERANCE + 2
    outside = (np.minimum(x - left, 192 - left - x) < -3) | (
        np.minimum(y - top, 108 - top - y) < -3
    )
    surround = frame.y[outside].astype(float)
    assert surround.mean() - 16 < 0.6 * (exact[well_inside].mean() - 16)
    assert surround.min() >= 16
    assert surround.max() > 24


def border_px(frame: Frame) -> int:
    """The most dark pixels from an edge inwards, on the frame's middle lines."""
    row, column = frame.y[len(frame.y) // 2], frame.y[:, frame.y.shape[1] // 2]
    lines = (row, row[::-1], column, column[::-1])
    return max(int(np.argmax(line > 100)) for line in lines)


@pytest.mark.slow
@pytest.mark.parametrize("shape", [(640, 360), (640, 480), (360, 640), (1400, 300)])
def test_nothing_outside_the_picture_is_ever_shown(shape: tuple[int, int]) -> None:
    """Beyond the edge the border would be repeated, and look wider than it is."""
    width, height = shape
    rgb = flat((20, 20, 20), width, height)
    border = 8
    rgb[border:-border, border:-border] = 200
    for seed in range(3):
        scene, _ = scene_of([picture(rgb)], seconds=16, frame_rate=Fraction(3), seed=seed)
        view_px = min(width, height * 160 / 90) / 1.4
        widest_border = border / view_px * 160
        for frame in drawn(scene):
            assert border_px(frame) <= widest_border + 1


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.BLUR, Fit.CONTAIN])
def test_frames_do_not_depend_on_the_number_of_workers(fit: Fit) -> None:
    pictures = [picture(photo(seed=1)), picture(photo(300, 500, seed=2))]
    scene, _ = scene_of(pictures, seconds=2.5, fit=fit)
    alone = drawn(scene)
    assert len(alone) == 60
    for frame, other in zip(alone, drawn(replace(scene, worker_count=3)), strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


@pytest.mark.parametrize("worker_count", [1, 3])
def test_closing_the_stream_early_leaves_no_thread(worker_count: int) -> None:
    scene, _ = scene_of([picture(photo())], seconds=600, worker_count=worker_count)
    stream = KenBurns().generate(scene)
    for _ in range(3):
        next(stream)
    assert [t for t in threading.enumerate() if t.name.startswith("ken-burns")]
    stream.close()
    assert not [t for t in threading.enumerate() if t.name.startswith("ken-burns")]


def test_a_picture_that_cannot_be_read_ends_the_stream_and_its_threads() -> None:
    class _Gone(list[Picture]):
        def __getitem__(self, index: object) -> Picture:  # type: ignore[override] # no slices here
            if index == 1:
                raise ImageUnreadableError("gone")
            return picture(photo())

    given = [picture(photo()), picture(photo())]
    scene, _ = scene_of(given, seconds=2, worker_count=2)
    stream = KenBurns().generate(replace(scene, pictures=_Gone(given)))
    with pytest.raises(ImageUnreadableError):
        list(stream)
    assert not [t for t in threading.enumerate() if t.name.startswith("ken-burns")]


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.BLUR, Fit.CONTAIN])
@pytest.mark.parametrize(
    "shape", [(1, 1), (3, 500), (500, 3), (2, 2), (4000, 3000), (30_000, 30), (30, 30_000)]
)
def test_pictures_of_any_size_fill_frames_of_any_shape(fit: Fit, shape: tuple[int, int]) -> None:
    source = picture(flat((180, 90, 60), *shape))
    exact = planes(np.array([180, 90, 60]) / 255)
    for size in ((160, 90), (90, 160), (16, 16)):
        scene, _ = scene_of([source], size=size, seconds=0.1, fit=fit)
        frames = drawn(scene)
        assert len(frames) == 3
        for frame in frames:
            assert frame.size == Resolution(*size)
            middle = frame.y[size[1] // 2 - 2 :, size[0] // 2 - 2 :][:4, :4]
            # A strip of 1000:1 is thinner than a pixel, and mixed with what it lies on.
            tolerance = 20 if fit is Fit.BLUR and max(shape) > 100 * min(shape) else 1
            assert np.abs(middle - exact[0]).min() <= tolerance
            if fit is Fit.FILL:
                for plane, value in zip((frame.y, frame.u, frame.v), exact, strict=True):
                    assert plane.min() == plane.max() == pytest.approx(value, abs=1)


def test_a_dissolve_mixes_by_its_weights() -> None:
    black, white = picture(flat((0, 0, 0))), picture(flat((255, 255, 255)))
    scene, _ = scene_of([black, white], seconds=4, frame_rate=Fraction(10))
    before, after = scene.storyboard.shots
    shared = before.end_frame - after.start_frame
    assert shared == 5
    for index, frame in enumerate(drawn(scene)):
        done = min(1.0, max(0.0, (index - after.start_frame + 1) / (shared + 1)))
        weight = 3 * done**2 - 2 * done**3
        assert frame.y.min() == frame.y.max()
        assert frame.y[0, 0] == pytest.approx(16 + 219 * weight, abs=0.51)


def edge_at(profile: Float) -> float:
    """Where a step of a profile crosses the middle of its range, to a fraction of a sample."""
    low, high = profile[0], profile[-1]
    level = (low + high) / 2
    after = int(np.argmax((profile > level) == (high > low)))
    before = after - 1
    return float(before + (level - profile[before]) / (profile[after] - profile[before]))


def test_a_coloured_edge_and_its_light_edge_move_together() -> None:
    rgb = flat((30, 60, 200), 960, 540)
    rgb[:, 480:] = (220, 190, 40)
    rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), 12), np.uint8)
    shot = Shot(
        index=0,
        picture=0,
        start_frame=0,
        frame_count=25,
        framing_start=Framing(center_x=0.47, zoom=1.3),
        framing_end=Framing(center_x=0.53, zoom=1.3),
        easing=Easing.LINEAR,
    )
    board = Storyboard(frame_count=25, shots=(shot,))
    scene = Scene(pictures=[picture(rgb)], storyboard=board, size=SIZE, fit=Fit.FILL)
    for index, frame in enumerate(drawn(scene)):
        exact = 96 - (-0.03 + 0.06 * index / 24) * 1.3 * 192 - 0.5
        luma = edge_at(frame.y.mean(0, dtype=float))
        assert luma == pytest.approx(exact, abs=0.06)
        for plane in (frame.u, frame.v):
            # A chroma sample lies on every second luma column; wrongly sited it would be 0.5 off.
            assert 2 * edge_at(plane.mean(0, dtype=float)) == pytest.approx(luma, abs=0.25)


def test_fine_detail_seen_from_afar_does_not_shimmer() -> None:
    """A board of single pixels far below the frame's resolution stays an even grey."""
    rgb = np.zeros((1080, 1920, 3), np.uint8)
    rgb[::2, ::2] = rgb[1::2, 1::2] = 255
    scene, _ = scene_of([picture(rgb)], seconds=2, frame_rate=Fraction(6))
    for frame in drawn(scene):
        assert np.ptp(frame.y) <= 6


def test_a_new_stage_of_another_shape_is_drawn_in_the_same_video() -> None:
    pictures = [wave_picture(400, 300), wave_picture(300, 400)]
    frame = SIZE
    timeline = Timeline(frame_rate=Fraction(2), frame_count=12)
    stages = [stage(each.info.size, frame, Fit.FILL) for each in pictures]
    board = direct(stages, timeline, seed=3)
    frames = drawn(Scene(pictures=pictures, storyboard=board, size=frame, fit=Fit.FILL))
    assert_shows(frames[0], pictures[0], board.shots[0].framing_start)
    assert_shows(frames[-1], pictures[1], board.shots[-1].framing_end)


@pytest.mark.parametrize("axis", [0, 1])
def test_colour_lies_where_light_lies_to_a_twentieth_of_a_pixel(axis: int) -> None:
    """On a ramp a shift is wrong by the same level everywhere, which the mean of samples shows."""
    colors = np.array([-0.6, 0.5, 0.6])
    ramp = (np.arange(512) + 0.5) / 512
    rgb = np.zeros((512, 512, 3))
    rgb += np.expand_dims(ramp, (1 - axis, 2)) * colors + [0.8, 0.3, 0.2]
    # Noise of a level keeps rounding from leaning to one side.
    noise = np.random.default_rng(0).uniform(-0.5, 0.5, rgb.shape)
    source = picture(np.round(255 * rgb + noise).astype(np.uint8))
    framing = Framing(center_x=0.51, center_y=0.48, zoom=1.1)
    frame = drawn(still_scene(source, framing))[0]
    for plane, step in ((0, 1), (1, 2), (2, 2)):
        at = seen(source, framing, *middles(192, 108, step), SIZE)[1 - axis]
        exact = planes(np.expand_dims(at, 2) * colors + [0.8, 0.3, 0.2])[plane]
        slope = np.abs(np.diff(exact, axis=axis)).mean() / step  # levels a pixel of the frame
        drift = ((frame.y, frame.u, frame.v)[plane] - exact).mean()
        # What is left of rounding in the mean, and a thirtieth of a pixel.
        assert abs(drift) < 0.02 + slope / 30
