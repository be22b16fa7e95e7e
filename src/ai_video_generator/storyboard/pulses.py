"""What was heard in a sound becomes what cuts are made by."""

from math import ceil

import numpy as np

from ai_video_generator.media.energy import energy_between
from ai_video_generator.media.hearing import Hearing
from ai_video_generator.media.sound import SoundKind
from ai_video_generator.storyboard.cutting import Pulse

_STRONG_PERCENTILE = 75.0
# A quarter of all onsets are accents.
_ENERGY_STEP_S = 1.0
# Shots are not shorter; a finer curve would follow single drum strokes.
_SHORTEST_PAUSE_S = 0.25
# Between words it is shorter, between sentences longer.


def pulse_of(hearing: Hearing) -> Pulse:
    """Beats, bars, sections, accents, pauses and loudness of a sound; speech has no beats."""
    duration_s = float(hearing.info.duration_s)
    rhythm = None if hearing.kind is SoundKind.SPEECH else hearing.rhythm
    strengths = hearing.onsets.strengths
    strong = (
        hearing.onsets.times_s[strengths >= np.percentile(strengths, _STRONG_PERCENTILE)]
        if len(strengths)
        else hearing.onsets.times_s
    )
    edges_s = np.linspace(0, duration_s, max(1, ceil(duration_s / _ENERGY_STEP_S)) + 1)
    return Pulse(
        duration_s=duration_s,
        beat_times_s=[] if rhythm is None else rhythm.beat_times_s.tolist(),
        downbeat_times_s=[] if rhythm is None else rhythm.downbeat_times_s.tolist(),
        section_starts_s=[section.start_s for section in hearing.sections],
        onset_times_s=strong.tolist(),
        pause_times_s=[
            (start_s + end_s) / 2
            for start_s, end_s in hearing.silences_s
            if end_s - start_s >= _SHORTEST_PAUSE_S
        ],
        energy=energy_between(hearing.envelope, edges_s).tolist(),
    )
