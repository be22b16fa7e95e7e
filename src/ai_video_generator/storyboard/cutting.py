"""Where one shot ends and the next begins: on the music where there is any. Pure.

The best sequence of cuts is found by dynamic programming over all beats, as a beat tracker finds
beats over all onsets (D. Ellis, "Beat tracking by dynamic programming", 2007): each shot costs how
far its length is from the wished one, each cut what it misses.
"""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, inf, log2
from random import Random

from ai_video_generator.storyboard.styles import Manner

_SECTION_GAIN, _OFF_BAR_COST, _NO_ONSET_COST = 3.0, 0.6, 0.2
# Worth of a cut on the start of a section; cost of one that is on no downbeat, on no strong onset.
# A shot of twice or half the wished length costs 0.5.
_VARIETY = 0.25
# Wished lengths vary by so much, so that shots do not tick like a clock.
_EVEN_VARIETY = 0.15
# Where there is nothing to cut on, lengths do.


@dataclass(frozen=True, slots=True, kw_only=True)
class CutPoint:
    """A moment at which a cut may fall.

    Attributes:
        time_s: When.
        cost: What a cut there costs; below 0 where one is wanted.
    """

    time_s: float
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulse:
    """What of a sound decides where cuts fall.

    Attributes:
        duration_s: Length of the sound, above 0.
        beat_times_s: Beats, ascending; empty where there are none.
        downbeat_times_s: Which of them begin a bar.
        section_starts_s: Where the music changes.
        onset_times_s: Strong onsets.
        pause_times_s: Middles of pauses of speech.
        energy: Loudness of each of equal parts of the sound, 0..1; at least one.
    """

    duration_s: float
    beat_times_s: Sequence[float] = ()
    downbeat_times_s: Sequence[float] = ()
    section_starts_s: Sequence[float] = ()
    onset_times_s: Sequence[float] = ()
    pause_times_s: Sequence[float] = ()
    energy: Sequence[float] = (0.5,)

    def energy_at(self, time_s: float) -> float:
        """Loudness at a moment."""
        place = int(time_s / self.duration_s * len(self.energy))
        return float(self.energy[min(max(place, 0), len(self.energy) - 1)])


def cut_times(
    pulse: Pulse, manner: Manner, *, start_s: float, end_s: float, random: Random
) -> list[float]:
    """Cuts inside a span, ascending; none where it is one shot.

    Args:
        pulse: The sound.
        manner: How long shots are wished.
        start_s: Where the span begins; nothing is cut there.
        end_s: Where it ends.
        random: Breaks the evenness where there is nothing to cut on.
    """
    points = _points(pulse, manner, start_s, end_s)
    if not points:
        return _even(pulse, manner, start_s, end_s, random)
    places = [
        CutPoint(time_s=start_s, cost=0.0),
        *points,
        CutPoint(time_s=end_s, cost=0.0),
    ]
    wishes = [
        wished_s(pulse, manner, place.time_s) * random.uniform(1 - _VARIETY, 1 + _VARIETY)
        for place in places
    ]
    return _best(places, wishes, manner)


def wished_s(pulse: Pulse, manner: Manner, time_s: float) -> float:
    """Wished length of a shot that begins at a moment: shorter where it is loud."""
    loud = 2 * pulse.energy_at(time_s) - 1
    wished = manner.shot_s * 2 ** (-manner.pull * loud)
    return min(max(wished, manner.shortest_s), manner.longest_s)


def _points(pulse: Pulse, manner: Manner, start_s: float, end_s: float) -> list[CutPoint]:
    """Beats, or pauses of speech, that leave room for a shot on both sides."""
    first, last = start_s + manner.shortest_s, end_s - manner.shortest_s
    if pulse.beat_times_s:
        return [
            CutPoint(
                time_s=time_s,
                cost=_missed(pulse, time_s),
            )
            for time_s in pulse.beat_times_s
            if first <= time_s <= last
        ]
    return [
        CutPoint(time_s=time_s, cost=0.0)
        for time_s in pulse.pause_times_s
        if first <= time_s <= last
    ]


def _missed(pulse: Pulse, time_s: float) -> float:
    """What a cut on a beat misses, less what it hits."""
    cost = 0.0
    if pulse.downbeat_times_s and not _near(pulse.downbeat_times_s, time_s):
        cost += _OFF_BAR_COST
    if pulse.onset_times_s and not _near(pulse.onset_times_s, time_s):
        cost += _NO_ONSET_COST
    return cost - _SECTION_GAIN * _near(pulse.section_starts_s, time_s)


_NEAR_S = 0.12
# A section or an onset belongs to a beat so near; half a beat of the fastest music.


def _near(times_s: Sequence[float], time_s: float) -> bool:
    place = bisect_left(times_s, time_s - _NEAR_S)
    return place < len(times_s) and times_s[place] <= time_s + _NEAR_S


def _even(
    pulse: Pulse, manner: Manner, start_s: float, end_s: float, random: Random
) -> list[float]:
    """Cuts at about the wished distance, where the sound has nothing to cut on."""
    length_s = end_s - start_s
    wished = wished_s(pulse, manner, (start_s + end_s) / 2)
    parts = max(round(length_s / wished), ceil(length_s / manner.longest_s), 1)
    weights = [random.uniform(1 - _EVEN_VARIETY, 1 + _EVEN_VARIETY) for _ in range(parts)]
    return [start_s + length_s * sum(weights[:part]) / sum(weights) for part in range(1, parts)]


def _best(places: Sequence[CutPoint], wishes: Sequence[float], manner: Manner) -> list[float]:
    """The cuts of least cost between the first and the last place."""
    costs, before = [0.0] + [inf] * (len(places) - 1), [0] * len(places)
    first = 0
    for place in range(1, len(places)):
        now = places[place]
        # Where nothing to cut on is near, a shot may be longer than it should.
        while first < place - 1 and now.time_s - places[first].time_s > 2 * manner.longest_s:
            first += 1
        for earlier in range(first, place):
            length_s = now.time_s - places[earlier].time_s
            cost = costs[earlier] + _length_cost(length_s, wishes[earlier], manner) + now.cost
            if cost < costs[place]:
                costs[place], before[place] = cost, earlier
    cuts = []
    place = before[-1]
    while place:
        cuts.append(places[place].time_s)
        place = before[place]
    return cuts[::-1]


_TOO_SHORT, _TOO_LONG = 50.0, 10.0
# What breaking a bound costs: more than any section is worth, and the less bad the nearer it is.
_BRIEFEST_S = 1e-6
# Two beats of a damaged file may be at one moment.


def _length_cost(length_s: float, wished: float, manner: Manner) -> float:
    off = log2(max(length_s, _BRIEFEST_S) / wished)
    cost = off**2 / 2
    if length_s < manner.shortest_s:
        cost += _TOO_SHORT * (1 + manner.shortest_s - length_s)
    if length_s > manner.longest_s:
        cost += _TOO_LONG * (length_s / manner.longest_s)
    return cost
