"""Make the demo pictures and music in assets/ from public-domain material.

Usage::

    apt-get download lomiri-wallpapers-16.04 sonic-pi-samples
    for package in *.deb; do dpkg -x "$package" unpacked; done
    pip download --no-deps scikit-image && unzip scikit_image-*.whl -d unpacked
    python scripts/make_demo_assets.py unpacked assets

The music is mixed here from one-shot recordings (CC0) and a synthesised pad. It is in E minor at
exactly 100 beats a
minute: two bars of introduction, two of build-up, four whole, one of break, two whole, one to ring
out. The mix is seeded, so the same input gives the same samples.
"""

import argparse
from pathlib import Path

import av
import numpy as np
from numpy.typing import NDArray
from PIL import Image

Sound = NDArray[np.float64]
"""Samples ``(2, sample_count)``, left and right, 1.0 = full scale."""

RATE_HZ = 44_100
BEAT_S = 0.6
BAR_S = 4 * BEAT_S
BAR_COUNT = 12
LENGTH = round(BAR_COUNT * BAR_S * RATE_HZ)
MP3_BITS_PER_S = 128_000
PEAK = 0.89
# One decibel below full scale: MP3 decoding overshoots a little.

A4_HZ, A4_NUMBER = 440.0, 69
# Notes are MIDI numbers.

CHORDS = {
    "Em9": (40, (52, 59, 62, 66, 67), (64, 67, 71, 74, 78, 74, 71, 67)),
    "Cmaj7": (36, (52, 55, 59, 62, 64), (64, 67, 71, 74, 76, 74, 71, 67)),
    "G": (43, (50, 55, 59, 62, 66), (62, 67, 71, 74, 79, 74, 71, 67)),
    "D": (38, (50, 54, 57, 62, 64), (62, 66, 69, 74, 76, 74, 69, 66)),
}
# Bass note, pad notes, and the eight notes of the broken chord.

BARS = ("Em9", "Cmaj7", "G", "D", "Em9", "Cmaj7", "G", "D", "Em9", "Cmaj7", "D", "Em9")
INTRO, BUILD, WHOLE, BREAK, END = {0, 1}, {2, 3}, {4, 5, 6, 7, 9, 10}, {8}, {11}

PICTURE_SIZE, PICTURE_QUALITY = (2560, 1440), 85
PORTRAIT_QUALITY = 92
# A camera that moves in by a third still finds a pixel for each of 1080p; 450 and 120 kB at most.


class Mixer:
    """Places recordings from a folder of FLAC files on stereo tracks."""

    def __init__(self, samples: Path) -> None:
        self._samples = samples
        self._cache: dict[str, Sound] = {}

    def recording(self, name: str, *, start_s: float = 0.0, length_s: float | None = None) -> Sound:
        """A recording scaled to a peak of 1, faded at the ends so that it does not click."""
        if name not in self._cache:
            self._cache[name] = decoded(self._samples / f"{name}.flac")
        sound = self._cache[name][:, round(start_s * RATE_HZ) :]
        if length_s is not None:
            sound = sound[:, : round(length_s * RATE_HZ)]
        return faded(sound / np.abs(sound).max(), 0.002, min(0.4, sound.shape[1] / RATE_HZ / 3))

    @staticmethod
    def place(
        track: Sound, sound: Sound, at_s: float, *, gain: float = 1.0, pan: float = 0.0
    ) -> None:
        """Add a sound to a track, panned from -1 left to 1 right with constant power."""
        start = round(at_s * RATE_HZ)
        piece = sound[:, : track.shape[1] - start]
        angle = (pan + 1) * np.pi / 4
        sides = np.sqrt(2) * np.array([[np.cos(angle)], [np.sin(angle)]])
        track[:, start : start + piece.shape[1]] += gain * sides * piece


def decoded(path: Path) -> Sound:
    """Decode a file to stereo at `RATE_HZ`."""
    resampler = av.AudioResampler("dblp", "stereo", RATE_HZ)
    blocks: list[Sound] = []
    with av.open(str(path)) as container:
        for frame in [*container.decode(audio=0), None]:
            blocks += [
                np.asarray(part.to_ndarray(), np.float64) for part in resampler.resample(frame)
            ]
    return np.concatenate(blocks, 1)


def faded(sound: Sound, in_s: float, out_s: float) -> Sound:
    """Fade both ends along a quarter of a cosine."""
    result = sound.copy()
    rising, falling = round(in_s * RATE_HZ), round(out_s * RATE_HZ)
    result[:, :rising] *= np.sin(np.linspace(0, np.pi / 2, rising))
    result[:, result.shape[1] - falling :] *= np.cos(np.linspace(0, np.pi / 2, falling))
    return result


def pitched(sound: Sound, semitones: float) -> Sound:
    """Play a recording faster or slower, as a sampler does."""
    ratio = 2 ** (semitones / 12)
    at = np.arange(int((sound.shape[1] - 1) / ratio)) * ratio
    index = np.arange(sound.shape[1])
    return np.stack([np.interp(at, index, side) for side in sound])


def pad_chord(notes: tuple[int, ...], length_s: float) -> Sound:
    """A soft string-like chord: six falling partials a note, two detuned voices a side."""
    time_s = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    sides = np.zeros((2, len(time_s)))
    for note in notes:
        for side, cents in ((0, -5), (0, 2), (1, 5), (1, -2)):
            base_hz = A4_HZ * 2 ** ((note + cents / 100 - A4_NUMBER) / 12)
            for partial in range(1, 7):
                phase = 0.7 * note + 2.1 * partial + cents
                wave = np.sin(2 * np.pi * base_hz * partial * time_s + phase)
                sides[side] += wave * np.exp(-0.55 * partial) / partial
    return faded(sides / np.abs(sides).max(), 0.5, 0.7)


def reverberated(dry: Sound, length_s: float, seed: int) -> Sound:
    """Convolve with a decaying noise: a hall of diffuse sound."""
    count = round(length_s * RATE_HZ)
    noise = np.random.default_rng(seed).standard_normal((2, count))
    tail = noise * np.exp(-6.9 * np.arange(count) / count)
    # Dull the hall: a running mean of eight samples takes away what hisses.
    tail = np.stack([np.convolve(side, np.ones(8) / 8, "same") for side in tail])
    tail /= np.sqrt((tail**2).sum(1, keepdims=True))
    size = 1 << (dry.shape[1] + count).bit_length()
    spectrum = np.fft.rfft(dry, size) * np.fft.rfft(tail, size)
    return np.fft.irfft(spectrum, size)[:, : dry.shape[1]]


def echoed(dry: Sound, delay_s: float, feedback: float) -> Sound:
    """Repeat a track, each repeat weaker and on the other side."""
    result, echo = dry.copy(), dry
    step = round(delay_s * RATE_HZ)
    for _ in range(4):
        echo = feedback * np.pad(echo, ((0, 0), (step, 0)))[::-1, : dry.shape[1]]
        result += echo
    return result


def ducked(track: Sound, kick_times_s: list[float], depth: float) -> Sound:
    """Lower a track at each kick and let it rise again within a third of a second."""
    gain = np.ones(track.shape[1])
    count = round(0.33 * RATE_HZ)
    dip = 1 - depth * np.cos(np.linspace(0, np.pi / 2, count)) ** 2
    for time_s in kick_times_s:
        start = round(time_s * RATE_HZ)
        part = gain[start : start + count]
        part *= dip[: len(part)]
    return track * gain


def drums(mixer: Mixer) -> tuple[Sound, list[float]]:
    """Kick, snare, snaps and cymbals; also the times of the kicks."""
    track = np.zeros((2, LENGTH))
    kick, snare = mixer.recording("bd_haus"), mixer.recording("sn_dolf")
    snap, hat = mixer.recording("perc_snap"), mixer.recording("drum_cymbal_closed")
    splash = mixer.recording("drum_splash_soft")
    kicks: list[float] = []
    for bar in range(BAR_COUNT):
        start_s = bar * BAR_S
        if bar in WHOLE:
            kicks += [start_s + beat * BEAT_S for beat in (0, 1.5, 2)]
            for beat in (1, 3):
                mixer.place(track, snare, start_s + beat * BEAT_S, gain=0.30)
        if bar in WHOLE | BUILD:
            for beat in (1, 3):
                mixer.place(track, snap, start_s + beat * BEAT_S, gain=0.16, pan=0.25)
            for eighth in range(8):
                gain = 0.13 if eighth % 2 else 0.07
                mixer.place(track, hat, start_s + eighth * BEAT_S / 2, gain=gain, pan=-0.3)
        if bar in {4, 9, 11}:
            mixer.place(track, splash, start_s, gain=0.25, pan=0.2)
            backwards = faded(splash[:, ::-1], 0.3, 0.01)
            mixer.place(track, backwards, start_s - splash.shape[1] / RATE_HZ, gain=0.22)
    kicks.append(11 * BAR_S)
    for time_s in kicks:
        mixer.place(track, kick, time_s, gain=0.55)
    return track, kicks


def strings(mixer: Mixer) -> Sound:
    """Picked guitar: harmonics in eighths, and the recorded chord where the key is home."""
    plucks, chords = np.zeros((2, LENGTH)), np.zeros((2, LENGTH))
    pluck = mixer.recording("guit_harmonics", start_s=0.385, length_s=2.0)
    chord = mixer.recording("guit_em9", length_s=4.8)
    for bar, name in enumerate(BARS):
        notes = CHORDS[name][2]
        for eighth, note in enumerate(notes):
            if bar in END or (bar in INTRO | BREAK and eighth % 2):
                continue
            # The recorded harmonic is a B4 (MIDI 71), six cents flat.
            tone = pitched(pluck, note - 71 + 0.06)
            loudness = 0.34 if eighth == 0 else 0.24
            time_s = bar * BAR_S + eighth * BEAT_S / 2
            mixer.place(plucks, tone, time_s, gain=loudness, pan=0.5 * np.sin(2.1 * eighth))
        if name == "Em9":
            # The recorded chord is 14 cents sharp.
            mixer.place(chords, pitched(chord, -0.14), bar * BAR_S, gain=0.34, pan=-0.15)
    return echoed(plucks, 0.75 * BEAT_S, 0.33) + chords


def pad_and_bass(mixer: Mixer) -> tuple[Sound, Sound]:
    """Held chords, and a bass on the first and the third beat and a half."""
    pad, bass = np.zeros((2, LENGTH)), np.zeros((2, LENGTH))
    tone = mixer.recording("bass_woodsy_c", length_s=1.6)
    for bar, name in enumerate(BARS):
        root, notes, _ = CHORDS[name]
        start_s = bar * BAR_S
        gain = 0.13 if bar in INTRO | BREAK else 0.17
        mixer.place(pad, pad_chord(notes, BAR_S + 0.6), start_s, gain=gain)
        if bar in WHOLE | END:
            # The recorded bass is a C2 (MIDI 36), four cents flat.
            low = pitched(tone, root - 36 + 0.04)
            mixer.place(bass, low, start_s, gain=0.23)
            if bar in WHOLE:
                short = faded(low[:, : round(1.1 * RATE_HZ)], 0.002, 0.15)
                mixer.place(bass, short, start_s + 2.5 * BEAT_S, gain=0.18)
    return pad, bass


def music(samples: Path) -> Sound:
    """Mix the whole piece."""
    mixer = Mixer(samples)
    beat, kicks = drums(mixer)
    guitar = strings(mixer)
    pad, bass = pad_and_bass(mixer)
    air = np.zeros((2, LENGTH))
    hiss = mixer.recording("vinyl_hiss")
    for start_s in np.arange(0, BAR_COUNT * BAR_S, hiss.shape[1] / RATE_HZ - 0.4):
        mixer.place(air, hiss, float(start_s), gain=0.012)
    held = ducked(pad, kicks, 0.55)
    low = ducked(bass, kicks, 0.45)
    hall = reverberated(0.9 * guitar + 0.8 * held + 0.25 * beat, 1.9, seed=7)
    mixed = beat + guitar + held + low + air + 0.22 * hall
    # A soft ceiling instead of a hard one: peaks bend by at most a few percent.
    mixed = np.tanh(1.1 * mixed / np.abs(mixed).max()) / np.tanh(1.1)
    ending = faded(mixed, 0.005, 2.2)
    return ending * (PEAK / float(np.abs(ending).max()))


def save_music(sound: Sound, path: Path) -> None:
    """Encode as MP3 with a title."""
    with av.open(str(path), "w") as container:
        container.metadata.update(
            {
                "title": "Seed Heads",
                "artist": "AI Video Generator demo",
                "genre": "Instrumental",
                "comment": "CC0 1.0; mixed from CC0 recordings, see NOTICE",
            }
        )
        stream = container.add_stream("libmp3lame", rate=RATE_HZ, layout="stereo")
        stream.bit_rate = MP3_BITS_PER_S
        frame = av.AudioFrame.from_ndarray(sound.astype(np.float32), "fltp", "stereo")
        frame.sample_rate, frame.pts = RATE_HZ, 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def save_pictures(unpacked: Path, assets: Path) -> None:
    """Scale the photographs."""
    seeds = next(unpacked.rglob("seeding_by_Clements_Engelhardt.jpg"))
    with Image.open(seeds) as image:
        scaled = image.convert("RGB").resize(PICTURE_SIZE, Image.Resampling.LANCZOS)
    scaled.save(assets / "demo.jpg", quality=PICTURE_QUALITY, progressive=True, optimize=True)
    astronaut = next(unpacked.rglob("astronaut.png"))
    with Image.open(astronaut) as image:
        image.convert("RGB").save(
            assets / "demo_portrait.jpg", quality=PORTRAIT_QUALITY, progressive=True, optimize=True
        )


def main() -> None:
    """Read the two folders from the command line and make the three files."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("unpacked", type=Path, help="folder where the packages were unpacked")
    parser.add_argument("assets", type=Path, help="folder to write demo.jpg, demo.mp3 ... into")
    given = parser.parse_args()
    save_pictures(given.unpacked, given.assets)
    samples = next(given.unpacked.rglob("guit_em9.flac")).parent
    save_music(music(samples), given.assets / "demo.mp3")
    for path in sorted(given.assets.glob("demo*")):
        print(f"{path}: {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
