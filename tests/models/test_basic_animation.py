"""Moves in depth and living details, against pictures whose every point is known."""

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise

import cv2
import numpy as np
import pytest
from corpus.depths import Floats, depth_scene, disc_depth
from corpus.stills import Pixels, flat, photo, picture, scene_of
from numpy.typing import NDArray

from ai_video_generator.config.choices import Fit
from ai_video_generator.media.frames import Frame
from ai_video_generator.media.timeline import Timeline
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.basic_animation import BasicAnimation
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.post.output_gate import OutputGate
from ai_video_generator.storyboard.storyboard import DepthMove, Detail, Framing

MOVES = (DepthMove.ORBIT, DepthMove.DOLLY, DepthMove.VERTIGO)
DETAILS = tuple(Detail)[1:]
WEATHER = (Detail.DUST, Detail.SNOW, Detail.RAIN)


def drawn(scene: Scene, frames: range | None = None) -> list[Frame]:
    return list(BasicAnimation().generate(replace(scene, frames=frames)))


def ends(scene: Scene) -> tuple[Frame, Frame]:
    """The first and the last frame."""
    count = scene.storyboard.frame_count
    return drawn(scene, range(1))[0], drawn(scene, range(count - 1, count))[0]


def disc_picture(ground: int = 120, disc: int = 220, x: float = 0.5) -> Pixels:
    """A light disc before a wall, to go with `disc_depth`."""
    rgb = flat((ground,) * 3, 960, 540)
    cv2.circle(rgb, (round(x * 960 - 0.5), 270), 180, (disc,) * 3, -1, cv2.LINE_AA)
    return rgb


def middle_of(mask: NDArray[np.floating]) -> tuple[float, float]:
    """Column and row of the centre of gravity."""
    rows, columns = np.indices(mask.shape)
    return float((columns * mask).sum() / mask.sum()), float((rows * mask).sum() / mask.sum())


def with_marks(rgb: Pixels, *columns: int) -> Pixels:
    """Dark upright lines, softly drawn."""
    x = np.arange(rgb.shape[1])
    lines = sum(np.exp(-((x - column) ** 2) / 18) for column in columns)
    return np.asarray(rgb * (1 - 0.7 * np.minimum(lines, 1))[None, :, None], np.uint8)


def line_at(plane: NDArray[np.uint8], near: float) -> Floats:
    """Column of a dark line in every row, within 9 pixels of where it should be."""
    columns = np.arange(round(near) - 9, round(near) + 10)
    dark = plane[:, columns].max(1, keepdims=True) - plane[:, columns].astype(float)
    return np.asarray((dark * columns).sum(1) / dark.sum(1), np.float32)


def with_spots(rgb: Pixels) -> Pixels:
    """Two soft dark spots on the wall, left and right of the disc."""
    rows, columns = np.indices(rgb.shape[:2])
    for column in (140, 820):
        spot = np.exp(-((columns - column) ** 2 + (rows - 270) ** 2) / 72)
        rgb = np.asarray(rgb * (1 - 0.7 * spot[..., None]), np.uint8)
    return rgb


def spots_at(frame: Frame) -> NDArray[np.float64]:
    """Where the two spots are, ``(2, 2)``, column and row; the frame is 640 pixels wide."""
    dark = np.clip(float(np.median(frame.y[:20])) - 4 - frame.y, 0, None)
    left, right = dark[:, :130], dark[:, -130:]
    return np.array([middle_of(left), np.add(middle_of(right), (510, 0))])


@pytest.mark.parametrize(
    "scene",
    [
        depth_scene(photo(), disc_depth(), DepthMove.NONE),
        depth_scene(photo(), disc_depth(), strength=0.0),
        depth_scene(photo(), disc_depth(), confidence=0.1),
        depth_scene(photo(), None),
        replace(depth_scene(photo(), None), notes=()),
    ],
    ids=["no move", "no strength", "no trust", "no depth", "no notes"],
)
def test_without_depth_it_draws_what_the_plain_camera_draws(scene: Scene) -> None:
    for frame, other in zip(drawn(scene), KenBurns().generate(scene), strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.BLUR, Fit.CONTAIN])
def test_dissolves_are_those_of_the_plain_camera(fit: Fit) -> None:
    pictures = [picture(photo(seed=1)), picture(photo(300, 500, seed=2))]
    scene, _ = scene_of(pictures, seconds=3, fit=fit)
    for frame, other in zip(drawn(scene), KenBurns().generate(scene), strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


@pytest.mark.parametrize("strength", [0.5, 1.0])
def test_an_orbit_parts_near_and_far_as_far_as_the_storyboard_says(strength: float) -> None:
    """Strength 1 parts nearness 1 and 0 by 4 % of the width: here 0.8 of that."""
    scene = depth_scene(
        with_spots(disc_picture()), disc_depth(), strength=strength, size=(640, 360)
    )
    first, last = ends(scene)
    disc = np.diff([disc_at(first), disc_at(last)], axis=0)[0]
    wall = np.diff([spots_at(first).mean(0), spots_at(last).mean(0)], axis=0)[0]
    apart = float(np.hypot(*(disc - wall)))
    # The edge of a disc on a map of 192 places is known to a fifth of a pixel.
    assert apart == pytest.approx(0.04 * strength * 0.8 * 640, abs=0.6)


def disc_at(frame: Frame) -> tuple[float, float]:
    """Where the light disc is."""
    return middle_of(np.clip(frame.y.astype(float) - 140, 0, 60))


def test_an_orbit_keeps_its_subject_in_place() -> None:
    first, last = ends(depth_scene(disc_picture(), disc_depth(), size=(640, 360)))
    # The wall goes 20 pixels meanwhile.
    assert disc_at(first) == pytest.approx(disc_at(last), abs=0.5)


def test_a_dolly_makes_near_things_grow_and_vertigo_the_ground_shrink() -> None:
    framings = (Framing(zoom=1.2), Framing(zoom=1.2001))  # in, so that the camera goes in
    discs, walls = {}, {}
    for move in (DepthMove.DOLLY, DepthMove.VERTIGO):
        scene = depth_scene(
            with_spots(disc_picture()), disc_depth(), move, framings=framings, size=(640, 360)
        )
        pair = ends(scene)
        areas = [float(np.clip(frame.y[:, 130:510] - 150.0, 0, 40).sum()) for frame in pair]
        widths = [float(spots_at(frame)[1, 0] - spots_at(frame)[0, 0]) for frame in pair]
        discs[move], walls[move] = areas[1] / areas[0], widths[1] / widths[0]
    # Nearness 0.9 goes from 1 / (1 + 0.036) to 1 / (1 - 0.036), and 0.1 the same with 0.004; an
    # area by the square.
    near, far = 1.036 / 0.964, 1.004 / 0.996
    assert discs[DepthMove.DOLLY] == pytest.approx(near**2, abs=0.02)
    assert walls[DepthMove.DOLLY] == pytest.approx(far, abs=0.002)
    assert discs[DepthMove.VERTIGO] == pytest.approx(1.0, abs=0.01)
    assert walls[DepthMove.VERTIGO] == pytest.approx(far / near, abs=0.002)


@pytest.mark.parametrize("move", MOVES)
def test_a_flat_wall_beside_a_moving_thing_stays_straight(move: DepthMove) -> None:
    far = disc_depth() + np.random.default_rng(0).normal(0, 0.01, (108, 192)).astype(np.float32)
    rgb = with_marks(disc_picture(), 300, 660)  # the disc hides their middles
    scene = depth_scene(rgb, np.clip(far, 0, 1), move, size=(640, 360))
    for frame in ends(scene):
        for column in (182.0, 458.0):
            around = frame.y[:20, round(column) - 25 : round(column) + 26].sum(0, dtype=int)
            line = line_at(frame.y, column - 25 + int(np.argmin(around)))
            # Only rows in which the disc is far away: there the line is seen as it is.
            rows = np.r_[4:70, 290:356]
            fit = np.polynomial.Polynomial.fit(rows, line[rows], 1)
            assert np.abs(line[rows] - fit(rows)).max() < 0.5


@pytest.mark.parametrize("move", MOVES)
def test_what_a_thing_uncovers_looks_like_what_is_beside_it(move: DepthMove) -> None:
    """No hole and no smear: wherever the wall is seen it has the wall's colour."""
    rgb = disc_picture(ground=110, disc=230)
    for frame in ends(depth_scene(rgb, disc_depth(), move, size=(640, 360))):
        wall, disc = frame.y[5, 5], frame.y[180, 320]
        between = (frame.y > wall + 6) & (frame.y < disc - 6)
        outline_px = 2 * np.pi * 180 * 640 / 960 * 1.15
        # An outline that is soft over three pixels has as many mixed pixels; a smear of half the
        # uncovered 20 pixels would have three times as many.
        assert np.count_nonzero(between) < 4 * outline_px
        assert abs(frame.y[frame.y < wall + 6].astype(int) - wall).max() <= 6


@pytest.mark.parametrize("move", MOVES)
def test_a_weak_step_of_the_map_tears_no_hole_into_a_thing(move: DepthMove) -> None:
    """Maps are uneven within a thing; what is behind it must not show through."""
    far = disc_depth()
    rows, columns = np.indices(far.shape)
    inner = np.hypot(columns - 96, rows - 54) < 33
    far[inner] = 0.25
    for frame in ends(depth_scene(disc_picture(ground=110, disc=230), far, move, size=(640, 360))):
        # The disc's radius is 138 pixels, or less where it has shrunk; its outline is soft.
        rows, columns = np.indices(frame.y.shape)
        core = frame.y[np.hypot(columns - 319.5, rows - 179.5) < 126]
        assert int(core.max()) - int(core.min()) <= 2


@pytest.mark.parametrize("move", MOVES)
def test_it_comes_nearer_to_the_true_view_than_a_plain_move(move: DepthMove) -> None:
    """A textured disc before a textured wall, both known everywhere."""
    wall, thing = photo(960, 540, seed=3), photo(960, 540, seed=4)[..., ::-1]
    mask = (1 - disc_depth(960, 540, near=1.0, far=0.0))[..., None]
    rgb = np.asarray(np.where(mask > 0.5, thing, wall), np.uint8)
    framings = (Framing(zoom=1.2), Framing(zoom=1.2001))
    scene = depth_scene(rgb, disc_depth(near=0.9, far=0.1), move, framings=framings)
    plain = list(KenBurns().generate(scene))[-1]
    last = ends(scene)[1]
    truth = _true_view(wall, thing, mask, move, last)
    errors = [float(((frame.y - truth) ** 2).mean()) for frame in (last, plain)]
    # Measured: 24 to 64 times; without a second surface behind the disc 12 to 22 times.
    assert errors[0] < errors[1] / 18


def _true_view(
    wall: Pixels, thing: Pixels, mask: Floats, move: DepthMove, like: Frame
) -> NDArray[np.float64]:
    """The last frame, drawn from wall and thing apart; an orbit's way is found by trying both."""
    best: tuple[float, NDArray[np.float64]] | None = None
    for way in (-1, 1):
        for rise in np.linspace(-0.25, 0.25, 21):
            planes = []
            for source, nearness in ((wall, 0.1), (thing, 0.9), (mask, 0.9)):
                scale, x, y = 960 / 320 / 1.2, 0.0, 0.0
                if move is DepthMove.ORBIT:
                    shift = way * 0.02 * (nearness - 0.9) * 320
                    x, y = shift * (1 - rise * rise) ** 0.5, shift * rise
                else:
                    pivot = 0.0 if move is DepthMove.DOLLY else 0.9
                    scale *= (1 - 0.04 * nearness) / (1 - 0.04 * pivot)
                matrix = np.array(
                    [
                        [scale, 0, 479.5 - scale * (159.5 + x)],
                        [0, scale, 269.5 - scale * (89.5 + y)],
                    ]
                )
                soft = cv2.GaussianBlur(np.asarray(source, np.float32), (0, 0), scale / 2.4)
                planes.append(
                    cv2.warpAffine(
                        soft, matrix, (320, 180), flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
                    )
                )
            share = planes[2][..., None]
            rgb = planes[0] * (1 - share) + planes[1] * share
            luma = 16 + 219 / 255 * (rgb @ np.array([0.2126, 0.7152, 0.0722]))
            error = float(((luma - like.y) ** 2).mean())
            if best is None or error < best[0]:
                best = error, np.asarray(luma, np.float64)
            if move is not DepthMove.ORBIT:
                return np.asarray(luma, np.float64)
    assert best is not None
    return best[1]


@pytest.mark.parametrize("fit", [Fit.FILL, Fit.CONTAIN])
@pytest.mark.parametrize("move", MOVES)
@pytest.mark.parametrize("zoom", [1.0, 1.3])
def test_nothing_outside_the_picture_is_shown(move: DepthMove, fit: Fit, zoom: float) -> None:
    """Beyond the edge the border would be repeated, and look wider than it is."""
    rgb = flat((200, 200, 200), 640, 360)
    border = 6
    rgb[:border], rgb[-border:], rgb[:, :border], rgb[:, -border:] = 20, 20, 20, 20
    far = np.linspace(1, 0, 108, dtype=np.float32)[:, None].repeat(192, 1)
    corner = Framing(center_x=0.5 / zoom, center_y=0.5 / zoom, zoom=zoom)
    scene = depth_scene(rgb, far, move, framings=(corner, Framing(zoom=zoom)), fit=fit)
    for frame in drawn(scene):
        widest = border / 640 * 320 * zoom * 1.1 + 1
        lines = (frame.y[90], frame.y[90, ::-1], frame.y[:, 160], frame.y[::-1, 160])
        assert max(int(np.argmax(line > 100)) for line in lines) <= widest


def test_a_print_on_a_surround_keeps_its_edges() -> None:
    rgb = photo(400, 540, seed=5)
    scene = depth_scene(
        rgb,
        disc_depth(80, 108),
        framings=(Framing(), Framing()),
        fit=Fit.BLUR,
    )
    first, last = ends(scene)
    inner = 180 * 400 // 540
    left = (320 - inner) // 2
    # What lies still is interpolated at the same places: rounding only.
    assert cv2.absdiff(first.y[:, : left + 2], last.y[:, : left + 2]).max() <= 2
    assert cv2.absdiff(first.y[:, -left - 2 :], last.y[:, -left - 2 :]).max() <= 2
    assert cv2.absdiff(first.y, last.y).max() > 20


@pytest.mark.parametrize("move", MOVES)
def test_frames_follow_each_other_without_a_jump(move: DepthMove) -> None:
    """The disc's way from frame to frame changes by less than a twentieth of a pixel."""
    far = disc_depth(x=0.35)
    scene = depth_scene(disc_picture(x=0.35), far, move, frame_count=41)
    places = [middle_of(np.clip(frame.y.astype(float) - 140, 0, 60)) for frame in drawn(scene)]
    assert np.abs(np.diff(np.array(places), n=2, axis=0)).max() < 0.05


def living_scene(detail: Detail, **changes: object) -> Scene:
    return replace(depth_scene(photo(), disc_depth(), detail=detail, frame_count=6), **changes)  # type: ignore[arg-type]  # fields by name


@pytest.mark.parametrize("detail", list(Detail))
def test_frames_depend_neither_on_workers_nor_on_other_frames(detail: Detail) -> None:
    scene = living_scene(detail)
    alone = drawn(scene)
    together = list(BasicAnimation().generate(replace(scene, worker_count=3)))
    for index, (frame, other) in enumerate(zip(alone, together, strict=True)):
        assert np.array_equal(frame.buffer, other.buffer)
        if index % 3 == 1:
            single = drawn(scene, range(index, index + 1))[0]
            assert np.array_equal(frame.buffer, single.buffer)


def dark(share: float) -> Pixels:
    return np.asarray(photo(seed=6) * share, np.uint8)


@pytest.mark.parametrize("detail", list(Detail))
@pytest.mark.parametrize(
    "rgb",
    [photo(seed=6), dark(0.12), flat((2, 2, 2), 320, 200), flat((250, 250, 250), 320, 200)],
    ids=["photo", "night", "black", "white"],
)
def test_the_gate_lets_its_frames_pass(rgb: Pixels, detail: Detail) -> None:
    number = list(Detail).index(detail)
    move, fit = MOVES[number % 3], (Fit.FILL, Fit.BLUR, Fit.FILL, Fit.CONTAIN)[number % 4]
    scene = depth_scene(rgb, disc_depth(), move, detail=detail, frame_count=24, fit=fit)
    gate = OutputGate(
        scene.pictures,
        scene.storyboard,
        size=scene.size,
        fit=fit,
        timeline=Timeline(frame_rate=Fraction(30), frame_count=24),
    )
    for frame in gate.checked(BasicAnimation().generate(scene)):
        assert 16 <= frame.y.min() <= frame.y.max() <= 235
        assert 16 <= min(frame.u.min(), frame.v.min()) <= max(frame.u.max(), frame.v.max()) <= 240


@pytest.mark.parametrize("detail", DETAILS)
def test_bars_stay_black(detail: Detail) -> None:
    scene = depth_scene(
        photo(400, 400), disc_depth(108, 108), detail=detail, frame_count=4, fit=Fit.CONTAIN
    )
    for frame in drawn(scene):
        assert set(np.unique(frame.y[:, :68])) == {16}
        assert set(np.unique(frame.u[:, :34])) == {128}


def still(detail: Detail, rgb: Pixels, frame_rate: int = 30, count: int = 12) -> Scene:
    """A shot in which only the detail moves."""
    scene = depth_scene(rgb, None, DepthMove.NONE, detail=detail, frame_count=count)
    return replace(scene, frame_rate=Fraction(frame_rate))


def noise_of(frames: Sequence[Frame], plain: Frame) -> NDArray[np.float64]:
    return np.stack([frame.y.astype(float) - plain.y for frame in frames])


def test_grain_is_fine_even_and_new_in_every_frame() -> None:
    rgb = flat((120, 110, 100), 640, 360)
    frames, plain = drawn(still(Detail.GRAIN, rgb)), drawn(still(Detail.NONE, rgb))[0]
    grain = noise_of(frames, plain)
    assert 0.5 < grain.std() < 1.5
    assert abs(grain.mean()) < 0.05
    for one, other in pairwise(grain):
        assert abs(np.corrcoef(one.ravel(), other.ravel())[0, 1]) < 0.03
    for frame in frames:
        assert np.array_equal(frame.u, plain.u)
        assert np.array_equal(frame.v, plain.v)


def test_light_drifts_slowly_and_little() -> None:
    rgb = flat((180, 180, 180), 640, 360)
    plain = drawn(still(Detail.NONE, rgb))[0]
    scene = still(Detail.LIGHT, rgb, frame_rate=1, count=40)
    change = noise_of(drawn(scene), plain)
    assert 2 < np.abs(change).max() < 10
    # At one frame a second; at thirty it is at most a tenth of a level.
    assert np.abs(np.diff(change, axis=0)).max() <= 4


@pytest.mark.parametrize("detail", WEATHER)
def test_weather_moves_by_the_clock_not_by_the_frame(detail: Detail) -> None:
    slow = drawn(still(detail, photo(), frame_rate=30, count=6))
    fast = drawn(still(detail, photo(), frame_rate=60, count=11))
    for frame, other in zip(slow, fast[::2], strict=True):
        assert np.array_equal(frame.buffer, other.buffer)
    assert not np.array_equal(fast[0].buffer, fast[1].buffer)


def winter() -> Pixels:
    """Dark ground below a light sky, which tells how light it is."""
    rgb = flat((60, 70, 80), 640, 360)
    rgb[:90] = 210
    return rgb


def flakes_in(frame: Frame) -> NDArray[np.bool_]:
    return np.asarray(frame.y[70:] > frame.y[70:].min() + 20)


def test_snow_falls_and_is_seen() -> None:
    frames = [flakes_in(frame) for frame in drawn(still(Detail.SNOW, winter(), count=4))]
    assert 0.001 < frames[0].mean() < 0.05
    # The best match of a frame in the one three later lies below.
    first, later = frames[0].astype(float), frames[3].astype(float)
    matches = [float((np.roll(first, rows, 0) * later)[10:-10].sum()) for rows in range(-5, 6)]
    assert int(np.argmax(matches)) > 5


def test_what_is_near_hides_what_floats_behind_it() -> None:
    seen = []
    for far in (0.0, 1.0):
        depth = np.full((108, 192), far, np.float32)
        scene = depth_scene(winter(), depth, detail=Detail.SNOW, frame_count=2)
        seen.append(np.count_nonzero(flakes_in(drawn(scene, range(1))[0])))
    assert seen[0] < seen[1] / 2


def sea() -> Pixels:
    """A blue sky over green hills and rippling water."""
    rows, columns = np.mgrid[:360, :640]
    rgb = np.zeros((360, 640, 3))
    rgb[:] = [120, 170, 230]
    rgb += (12 * np.sin(columns / 60 + rows / 25))[..., None]
    hills = (rows > 150 + 10 * np.sin(columns / 30)) & (rows < 215)
    rgb[hills] = [50, 110, 40]
    random = np.random.default_rng(0)
    ripples = cv2.GaussianBlur(random.normal(0, 1, (360, 640)), (0, 0), sigmaX=18, sigmaY=1.6)
    water = np.array([40, 90, 140]) + 420 * ripples[..., None]
    rgb[rows >= 215] = water[rows >= 215]
    return np.asarray(np.clip(rgb, 0, 255), np.uint8)


def test_water_and_clouds_shimmer_and_the_shore_does_not() -> None:
    frames = drawn(still(Detail.SHIMMER, sea(), frame_rate=5))
    change = np.abs(np.diff([frame.y.astype(float) for frame in frames], axis=0)).max(0)
    # Rows of a frame at zoom 1.15: the hills lie at rows 71 to 109.
    assert change[135:175].mean() > 0.5
    assert change[82:98].max() <= 1
    assert change[5:50].mean() > 0.05


@pytest.mark.parametrize("rgb", [flat((200, 120, 90), 320, 200), photo(seed=8), disc_picture()])
def test_nothing_shimmers_where_no_water_or_sky_is_sure(rgb: Pixels) -> None:
    scene = still(Detail.SHIMMER, rgb, count=3)
    for frame, other in zip(drawn(scene), KenBurns().generate(scene), strict=True):
        assert np.array_equal(frame.buffer, other.buffer)


@pytest.mark.parametrize("shape", [(1, 1), (3, 500), (500, 3), (2, 2), (2000, 20), (20, 2000)])
@pytest.mark.parametrize("fit", [Fit.FILL, Fit.BLUR, Fit.CONTAIN])
def test_pictures_of_any_shape_are_drawn_in_depth(shape: tuple[int, int], fit: Fit) -> None:
    width, height = shape
    scale = 384 / max(shape)
    size = (max(1, round(width * scale)), max(1, round(height * scale)))
    far = np.random.default_rng(1).uniform(0, 1, size[::-1]).astype(np.float32)
    for move in MOVES:
        scene = depth_scene(
            flat((180, 90, 60), *shape), far, move, frame_count=3, size=(64, 48), fit=fit
        )
        for frame in drawn(scene):
            middle = frame.y[22:26, 30:34].astype(int)
            # A strip is thinner than a pixel, and mixed with what it lies on.
            assert abs(middle - 112).min() <= 20
