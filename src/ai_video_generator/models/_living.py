"""What lives in a picture: grain, drifting light, dust, snow and rain. Seeded, and subtle.

All of it is a formula of the frame's number and of a seed: a frame does not depend on which others
are made, and nothing is kept from one to the next.
"""

from collections.abc import Callable
from dataclasses import dataclass
from math import ceil, cos, hypot, pi, radians, sin

import cv2
import numpy as np
from numpy.typing import NDArray

from ai_video_generator.media.frames import Plane
from ai_video_generator.storyboard.storyboard import Detail, Shot

Floats = NDArray[np.float32]
Look = Callable[[float, float], float]

_BLACK, _WHITE = 16, 235
_NEUTRAL = 128.0

_GRAIN_LEVELS = 0.7
# Standard deviation of grain. With the encoder's usual settings it makes files up to 1.4 times as
# large (benchmarks/parallax.json), and 0.8 would already make some 1.55 times as large.

_GRAIN_TABLE_LEVELS = 32.0
# Grain is drawn this strong and then scaled down, so that rounding does not take its shape.

_GRAIN_ROWS = 540
# A grain is a pixel at 540 rows and two pixels at 1080, as grains of film are parts of a picture.

_LIGHT_SHARE = 0.05
# The drifting light changes a place by this share at most: less than an exposure step of a camera
# (a third of a stop is 26 %), and slow.

_LIGHT_PERIODS_S = (23.0, 31.0, 17.0)
# Without a common divisor, so that the drift never seems to repeat.

_LIGHT_CELLS = (18, 32)
# Rows and columns of the light's map: a patch of light is a third of the frame wide.

_REFERENCE_PX = 1080.0
# Sizes of particles are given for a frame of this height.

_FLOATS_FROM, _FLOATS_TO, _HIDDEN_WITHIN = 0.4, 1.2, 0.15
# Nearness of the farthest and the nearest particle: most of what falls is seen before the scene,
# and only a thing in the foreground hides some of it, softly, as maps are not exact.

_GLINT = 0.2
# What floats is a fifth lighter than the lightest twentieth of the picture: snow is seen before a
# grey sky, and does not glow at night.

_FAINTEST = 1 / 255
# Less than a level at most is not worth drawing.


@dataclass(frozen=True, slots=True, kw_only=True)
class Particles:
    """What falls or floats, for a frame 1080 pixels high.

    Attributes:
        count: Particles in a frame of 16:9.
        fall_per_s: Heights of the frame a second, of the farthest and the nearest.
        sway: How far they go to and fro, heights of the frame.
        sigma_px: Softness of the farthest and of the nearest, pixels.
        strength: How much of what is behind they cover, of the farthest and of the nearest, 0..1.
        streak_s: For how long the shutter sees them fall; 0 for round ones.
        lean_deg: How far from upright they may fall.
        light: Their luma in a bright picture, 16..235.
        twinkles: Whether they catch the light only now and then.
    """

    count: int
    fall_per_s: tuple[float, float]
    sway: float
    sigma_px: tuple[float, float]
    strength: tuple[float, float]
    streak_s: float = 0.0
    lean_deg: float = 0.0
    light: float = 225.0
    twinkles: bool = False


_KINDS = {
    Detail.DUST: Particles(
        count=90,
        fall_per_s=(-0.004, -0.02),
        sway=0.02,
        sigma_px=(1.1, 5.0),
        strength=(0.60, 0.16),
        twinkles=True,
    ),
    Detail.SNOW: Particles(
        count=150,
        fall_per_s=(0.05, 0.24),
        sway=0.012,
        sigma_px=(1.2, 5.5),
        strength=(0.85, 0.40),
        lean_deg=14.0,
    ),
    Detail.RAIN: Particles(
        count=120,
        fall_per_s=(0.9, 2.2),
        sway=0.0,
        sigma_px=(0.8, 1.8),
        strength=(0.32, 0.20),
        streak_s=0.022,
        lean_deg=7.0,
        light=205.0,
    ),
}
# Chosen by eye on photographs at full HD. Snow falls 1 to 2 m/s: at 5 m a frame is about 4 m high,
# far flakes seem slower. Rain falls 4 to 9 m/s and is seen as streaks through a shutter of 1/45 s.


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """When and from where a frame is seen.

    Attributes:
        shot: The shot; its number and its picture are the seed.
        frame_index: Frame of the video.
        time_s: Its time.
        panned: How far the camera has gone since the shot began, widths of the frame, right and
            down.
        nearness_at: Nearness of the picture at a place of the frame, 0..1 right and down; None
            where it is not known.
    """

    shot: Shot
    frame_index: int
    time_s: float
    panned: tuple[float, float] = (0.0, 0.0)
    nearness_at: Look | None = None


def enliven(planes: tuple[Plane, Plane, Plane], moment: Moment) -> None:
    """Draw what lives in a picture over Y, U and V, in place."""
    detail = moment.shot.detail
    if detail is Detail.GRAIN:
        _grain(planes[0], moment)
    elif detail is Detail.LIGHT:
        _light(planes[0], moment)
    elif detail in _KINDS:
        _particles(planes, _KINDS[detail], moment)


def _grain(luma: Plane, moment: Moment) -> None:
    """Add grain, every frame its own."""
    random = np.random.default_rng((moment.shot.index, moment.shot.picture, moment.frame_index))
    height, width = luma.shape
    coarse = max(1, round(height / _GRAIN_ROWS))
    rows, columns = ceil(height / coarse), ceil(width / coarse)
    even = np.frombuffer(random.bytes(rows * columns), np.uint8).reshape(rows, columns)
    grain = cv2.LUT(even, _normal_levels())
    strength = _GRAIN_LEVELS / _GRAIN_TABLE_LEVELS
    if coarse > 1:
        grain = cv2.resize(grain, (width, height), interpolation=cv2.INTER_LINEAR)
        # Interpolating between independent grains takes a third of their contrast.
        strength *= 1.5
    mixed = cv2.addWeighted(luma, 1.0, grain, strength, -_NEUTRAL * strength)
    luma[:] = np.clip(mixed, _BLACK, _WHITE)


def _normal_levels() -> Plane:
    """The level of each of 256 equally likely grains, around 128, normally distributed."""
    steps = np.linspace(-4, 4, 4001)
    below = np.cumsum(np.exp(-(steps**2) / 2))
    levels = np.interp((np.arange(256) + 0.5) / 256, below / below[-1], steps)
    return np.clip(np.rint(_NEUTRAL + levels * _GRAIN_TABLE_LEVELS), 0, 255).astype(np.uint8)


def _light(luma: Plane, moment: Moment) -> None:
    """Let soft light wander over the picture."""
    random = np.random.default_rng((moment.shot.index, moment.shot.picture))
    phases = random.uniform(0, 2 * pi, 4)
    turns = [2 * pi * moment.time_s / period for period in _LIGHT_PERIODS_S]
    x = 0.5 + 0.45 * sin(turns[0] + phases[0])
    y = 0.4 + 0.3 * sin(turns[1] + phases[1])
    rows, columns = _LIGHT_CELLS
    right = (np.arange(columns) + 0.5) / columns - x
    down = ((np.arange(rows) + 0.5) / rows - y)[:, None]
    patch = np.exp(-((right / 0.33) ** 2 + (down / 0.45) ** 2))
    swell = 0.75 + 0.25 * sin(turns[2] + phases[2])
    gain = (1 + _LIGHT_SHARE * (patch * swell - 0.4)).astype(np.float32)
    height, width = luma.shape
    full = cv2.resize(gain, (width, height), interpolation=cv2.INTER_CUBIC)
    lit = cv2.multiply(luma, full, dtype=cv2.CV_8U)
    luma[:] = np.clip(lit, _BLACK, _WHITE)


def _particles(planes: tuple[Plane, Plane, Plane], kind: Particles, moment: Moment) -> None:
    """Draw particles, the farthest first."""
    height, width = planes[0].shape
    random = np.random.default_rng((moment.shot.index, moment.shot.picture))
    aspect = width / height
    count = max(1, round(kind.count * aspect / (16 / 9)))
    nearness = np.sort(random.uniform(0, 1, count) ** 1.6)
    starts = random.uniform(0, 1, (count, 2))
    phases = random.uniform(0, 2 * pi, count)
    speeds = random.uniform(0.8, 1.2, count)
    lean = radians(random.uniform(-kind.lean_deg, kind.lean_deg))
    # In the dark nothing is there to light them.
    bright = float(np.percentile(planes[0][::16, ::16], 95))
    light = min(kind.light, bright + (bright - _BLACK) * _GLINT)
    scale = height / _REFERENCE_PX
    for near, start, phase, speed in zip(nearness, starts, phases, speeds, strict=True):
        sigma = max(0.5, _between(kind.sigma_px, near) * scale)
        fall = _between(kind.fall_per_s, near) * speed
        streak = abs(fall) * kind.streak_s * height
        margin = (3 * sigma + streak) / height
        sway = kind.sway * (0.4 + near) * sin(phase + moment.time_s * speed * 1.1)
        # What is near goes by faster when the camera pans.
        right = start[0] * aspect + sway + fall * moment.time_s * sin(lean)
        right -= moment.panned[0] * aspect * (0.6 + 0.8 * near)
        down = start[1] + fall * moment.time_s * cos(lean)
        down -= moment.panned[1] * aspect * (0.6 + 0.8 * near)
        x = (right % (aspect + 2 * margin) - margin) * height
        y = (down % (1 + 2 * margin) - margin) * height
        strength = _between(kind.strength, near)
        if kind.twinkles:
            strength *= max(0.0, sin(phase * 3 + moment.time_s * speed * 0.9)) ** 2
        strength *= _in_front(moment.nearness_at, near, x / width, y / height)
        if strength > _FAINTEST:
            spot = _Spot(x=x, y=y, sigma=sigma, streak=streak / 2, lean=lean, strength=strength)
            _draw_spot(planes, spot, light)


def _between(ends: tuple[float, float], near: float) -> float:
    """The value at a nearness between those of the farthest and of the nearest."""
    return ends[0] + (ends[1] - ends[0]) * near


def _in_front(look: Look | None, near: float, x: float, y: float) -> float:
    """How much of a particle is before the picture: what is near hides what floats behind it."""
    if look is None:
        return 1.0
    ahead = _FLOATS_FROM + (_FLOATS_TO - _FLOATS_FROM) * near
    return min(1.0, max(0.0, (ahead - look(x, y)) / _HIDDEN_WITHIN + 1.0))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Spot:
    """A particle as it is seen.

    Attributes:
        x: Column of its middle.
        y: Row of its middle.
        sigma: Softness, pixels.
        streak: Half of the way that it is smeared along, pixels.
        lean: How far that way is from upright, radians.
        strength: How much of what is behind it covers in its middle, 0..1.
    """

    x: float
    y: float
    sigma: float
    streak: float
    lean: float
    strength: float


def _draw_spot(planes: tuple[Plane, Plane, Plane], spot: _Spot, light: float) -> None:
    """Mix a soft spot, or a streak along its fall, into all planes."""
    for alike, target, step in (((planes[0],), light, 1), (planes[1:], _NEUTRAL, 2)):
        # Chroma (i, j) lies at luma (2i, 2j + 1/2), see Frame.
        x = spot.x / step
        y = (spot.y - (step - 1) / 2) / step
        across, along = spot.sigma / step, hypot(spot.sigma, spot.streak) / step
        reach = 3 * along
        height, width = alike[0].shape
        columns = np.arange(max(0, ceil(x - reach)), min(width, int(x + reach) + 1))
        rows = np.arange(max(0, ceil(y - reach)), min(height, int(y + reach) + 1))
        if not len(columns) or not len(rows):
            continue
        right, down = (columns - x)[None], (rows - y)[:, None]
        aside = right * cos(spot.lean) - down * sin(spot.lean)
        onward = right * sin(spot.lean) + down * cos(spot.lean)
        share = np.exp(-(aside**2) / (2 * across**2) - onward**2 / (2 * along**2)) * spot.strength
        for plane in alike:
            part = plane[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            part[:] = part + (target - part) * share + 0.5
