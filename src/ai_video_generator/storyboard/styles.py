"""How a video is directed: how long shots are, how they meet, how fast the camera may be.

No style moves faster than the seven-second rule allows: what crosses the screen in less than seven
seconds judders and tires (American Cinematographer Manual, 10th edition, panning speeds); a seventh
of the width a second, for the edges of a zoom too.
"""

from dataclasses import dataclass, replace

from ai_video_generator.config.choices import Style
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.storyboard.storyboard import Detail

FASTEST_PAN_PER_S = 1 / 7
"""Way of the view's middle a second, as a share of its width."""
FASTEST_ZOOM_PER_S = 2 / 7
"""Growth of the picture a second; the edges, half a width from the middle, then move as fast."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Manner:
    """What a style means.

    Attributes:
        shot_s: Wished length of a shot where the sound is neither loud nor quiet.
        shortest_s: No shot is shorter, but where the video is.
        longest_s: No shot is longer.
        pull: How much loud parts shorten shots and quiet ones lengthen them, 0..1.
        dissolve_s: Length of a dissolve; cuts are hard where it is 0.
        hard_cut_energy: Where the sound is louder than this, 0..1, shots meet in a hard cut.
        zoom_per_s: Growth of the picture a second where a move is fastest.
        pan_per_s: Way of the view's middle a second, as a share of its width, where it is fastest.
        near_zoom: The tightest view of a detail.
        turns: Whether the camera may turn a little.
        depth: How far near and far move apart where depth is known, 0..1 (`Shot.depth_strength`).
        details: What may live in a picture that shows it.
    """

    shot_s: float
    shortest_s: float
    longest_s: float
    pull: float
    dissolve_s: float
    hard_cut_energy: float
    zoom_per_s: float
    pan_per_s: float
    near_zoom: float
    turns: bool
    depth: float
    details: frozenset[Detail]


_QUIET = frozenset({Detail.LIGHT, Detail.SHIMMER})
_SOFT = _QUIET | {Detail.DUST, Detail.SNOW}
# Under a voice only what is there already moves; grain is the look of film, and rain is loud.

MANNERS: dict[Style, Manner] = {
    # Slide-show editors default to 5..10 s a still; below 6 s moves feel hurried.
    Style.CALM: Manner(
        shot_s=8.0,
        shortest_s=4.0,
        longest_s=12.0,
        pull=0.15,
        dissolve_s=0.9,
        hard_cut_energy=2.0,
        zoom_per_s=0.033,
        pan_per_s=0.04,
        near_zoom=1.32,
        turns=True,
        depth=0.5,
        details=_SOFT,
    ),
    Style.DOCUMENTARY: Manner(
        shot_s=7.0,
        shortest_s=3.5,
        longest_s=12.0,
        pull=0.25,
        dissolve_s=0.6,
        hard_cut_energy=0.85,
        zoom_per_s=0.04,
        pan_per_s=0.05,
        near_zoom=1.6,
        turns=False,
        depth=0.4,
        details=_SOFT | {Detail.GRAIN},
    ),
    # The mean shot of music videos is 2 to 4 s; with one picture that is restless, twice is not.
    Style.MUSIC_VIDEO: Manner(
        shot_s=4.5,
        shortest_s=1.8,
        longest_s=9.0,
        pull=0.5,
        dissolve_s=0.5,
        hard_cut_energy=0.55,
        zoom_per_s=0.06,
        pan_per_s=0.07,
        near_zoom=1.8,
        turns=True,
        depth=0.7,
        details=_SOFT | {Detail.GRAIN, Detail.RAIN},
    ),
    Style.ENERGETIC: Manner(
        shot_s=2.6,
        shortest_s=1.0,
        longest_s=6.0,
        pull=0.6,
        dissolve_s=0.3,
        hard_cut_energy=0.3,
        zoom_per_s=0.1,
        pan_per_s=0.1,
        near_zoom=2.0,
        turns=True,
        depth=0.9,
        details=_SOFT | {Detail.GRAIN, Detail.RAIN},
    ),
    # Who listens to speech looks away for sentences; slow moves do not call him back.
    Style.PODCAST: Manner(
        shot_s=18.0,
        shortest_s=8.0,
        longest_s=30.0,
        pull=0.0,
        dissolve_s=1.4,
        hard_cut_energy=2.0,
        zoom_per_s=0.012,
        pan_per_s=0.015,
        near_zoom=1.25,
        turns=False,
        depth=0.3,
        details=_QUIET,
    ),
}
"""What each style but AUTO means."""

_BY_KIND: dict[SoundKind, Style] = {
    SoundKind.MUSIC: Style.MUSIC_VIDEO,
    SoundKind.SPEECH: Style.PODCAST,
    SoundKind.OTHER: Style.CALM,
}


_LONGEST_PASSES = 2
# A shot that a model makes in passes goes on from its own last frame once at most: each time a
# little is lost.


def in_passes(manner: Manner, pass_s: float) -> Manner:
    """A style whose shots are as long as a model makes them well.

    Args:
        manner: The style.
        pass_s: How long the frames last that the model makes at once.
    """
    longest_s = min(manner.longest_s, _LONGEST_PASSES * pass_s)
    shot_s = min(manner.shot_s, pass_s)
    return replace(
        manner,
        shot_s=shot_s,
        shortest_s=min(manner.shortest_s, shot_s / 2),
        longest_s=longest_s,
    )


def style_for(style: Style, kind: SoundKind) -> Style:
    """The style asked for; for AUTO what suits the sound."""
    return _BY_KIND[kind] if style is Style.AUTO else style
