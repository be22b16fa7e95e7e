"""Is finished work ever lost? Jobs that are killed at random instants, and begun again.

`make reliability` runs it; a sample of so many kills is only printed:

PYTHONPATH=tests python -m benchmarks.kills --sample 20
"""

import argparse
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from math import ceil
from pathlib import Path
from random import Random
from typing import Any

from corpus import kills, kills_job
from corpus.kills import WAYS, Ended, Victim

from ai_video_generator.config.choices import Fit
from ai_video_generator.encoding.chunk_store import ChunkStore
from ai_video_generator.media.frames import FrameStream
from ai_video_generator.media.image_file import read_picture
from ai_video_generator.media.resolution import Resolution
from ai_video_generator.models.base_model import Scene
from ai_video_generator.models.ken_burns import KenBurns
from ai_video_generator.storyboard.storyboard import Framing, Shot, Storyboard
from benchmarks.campaign import shown
from benchmarks.common import PHOTO, publish, table

_KILLS = 200
_KILLS_PER_JOB = 5
# Early kills meet passes, late ones the joining of finished passes into the video.
_MET_PER_JOB = 2.2
# Of those that are sent, so many meet a job that runs; for the progress line alone.
_WORKERS = 2
_STAGES = ("start", "passes", "video")

_COSTS = {"toy": (Resolution(64, 64), 8), "photo": (Resolution(1024, 576), 25)}
# The toy of the campaign, and what Stable Video Diffusion makes at once.


@dataclass(frozen=True, slots=True, kw_only=True)
class Chain:
    """One job, killed several times, then let run.

    Attributes:
        seed: Of its ways and instants.
        runs: All runs, in order.
        pass_count: Passes of the video.
        again_count: Passes that were begun more than once.
    """

    seed: int
    runs: list[Ended]
    pass_count: int
    again_count: int

    @property
    def kill_count(self) -> int:
        """Runs that did not come to their end."""
        return sum(run.code != 0 for run in self.runs)

    @property
    def faults(self) -> list[str]:
        """All that is wrong."""
        faults = [fault for run in self.runs for fault in run.faults]
        if self.again_count > self.kill_count:
            faults.append(f"{self.again_count} passes made again after {self.kill_count} kills")
        return faults


def victim(folder: Path) -> Victim:
    """A job in a new folder."""
    folder.mkdir()
    kills.write_inputs(folder, kills_job.SECONDS)
    kills_job.write_backend(folder)
    return Victim(folder, "corpus.kills_job")


def chains(wanted: int, folder: Path) -> Iterator[Chain]:
    """Kill jobs until so many kills have met one."""
    calm = victim(folder / "undisturbed")
    calm.run()
    # Once more, now that the disk is warm: this is what kills are spread over.
    undisturbed, calm = calm.video.read_bytes(), victim(folder / "timed")
    whole_s = calm.run().seconds

    def chain(seed: int) -> Chain:
        one = victim(folder / f"job-{seed}")
        runs = kills.killed_until_done(
            one,
            Random(seed),  # noqa: S311 - the same instants every time, no secret
            kills=_KILLS_PER_JOB,
            whole_s=whole_s,
            undisturbed=undisturbed,
        )
        passes = kills_job.passes_made(folder / f"job-{seed}")
        return Chain(
            seed=seed,
            runs=runs,
            pass_count=len(set(passes)),
            again_count=kills.again_count(passes),
        )

    met = seed = 0
    with ThreadPoolExecutor(_WORKERS) as pool:
        while met < wanted:
            count = max(1, min(_WORKERS, (wanted - met + _KILLS_PER_JOB - 1) // _KILLS_PER_JOB))
            for found in pool.map(chain, range(seed, seed + count)):
                met += found.kill_count
                yield found
            seed += count


def store_cost(name: str) -> dict[str, Any]:
    """What keeping frames costs: bytes and processor seconds a frame."""
    size, count = _COSTS[name]
    still = read_picture(PHOTO, needed=size)
    shot = Shot(
        index=0,
        start_frame=0,
        frame_count=count,
        picture=0,
        framing_start=Framing(),
        framing_end=Framing(center_x=0.55, zoom=1.2),
    )
    scene = Scene(
        pictures=(still,),
        storyboard=Storyboard(frame_count=count, shots=(shot,)),
        size=size,
        fit=Fit.FILL,
    )
    with closing(KenBurns().generate(scene)) as made:
        frames = list(made)
    with tempfile.TemporaryDirectory() as folder:
        store = ChunkStore(Path(folder))
        started_s = time.process_time()
        _drained(store.recorded("chunk", (frame for frame in frames), count))
        written_s = time.process_time()
        store.is_sound("chunk")
        verified_s = time.process_time()
        _drained(store.frames("chunk", count))
        read_s = time.process_time()
        (kept,) = store.kept()
    return {
        "name": name,
        "size": str(size),
        "frames": count,
        "bytes_per_frame": round(kept.size_bytes / count),
        "bytes_per_pixel": round(kept.size_bytes / count / size.pixel_count, 3),
        "write_ms_per_frame": round(1000 * (written_s - started_s) / count, 2),
        "verify_ms_per_frame": round(1000 * (verified_s - written_s) / count, 2),
        "read_ms_per_frame": round(1000 * (read_s - verified_s) / count, 2),
    }


def _drained(frames: FrameStream) -> None:
    for _ in frames:
        pass


def published(chain: Chain) -> dict[str, Any]:
    """A job without what its runs wrote: tracebacks name folders, and faults quote them already."""
    values = asdict(chain)
    for run in values["runs"]:
        del run["told"]
    return values


def report(found: list[Chain], costs: list[dict[str, Any]]) -> str:
    """The table for people."""
    faulty = [chain for chain in found if chain.faults]
    met = [run for chain in found for run in chain.runs if run.code != 0]
    counts = Counter((run.way, run.stage) for run in met)
    summary = (
        f"{len(met)} kills of {len(found)} jobs at random instants, each job begun again until it "
        f"was done. **{len(faulty)} faulty.** Every video is the undisturbed one bit for bit; "
        "no process lived on, no unfinished file was left beside a video or in the cache, and no "
        f"finished pass was made again: {sum(chain.pass_count for chain in found)} passes, and "
        f"{sum(chain.again_count for chain in found)} that were under way at a kill."
    )
    rows = [[way, *(counts[way, stage] for stage in _STAGES)] for way in WAYS]
    cost_rows = [
        [
            f"{cost['name']}, {cost['size']}",
            cost["bytes_per_frame"],
            cost["bytes_per_pixel"],
            cost["write_ms_per_frame"],
            cost["verify_ms_per_frame"],
            cost["read_ms_per_frame"],
        ]
        for cost in costs
    ]
    parts = [
        summary,
        table(["kills", "before passes", "in a pass", "loading, or joining passes"], rows),
        "What keeping a frame costs (FFV1), in processor time; reading verifies too:",
        table(["frames", "bytes", "bytes a pixel", "write ms", "verify ms", "read ms"], cost_rows),
    ]
    if faulty:
        parts += ["Faults:", "\n".join(f"- job {one.seed}: {one.faults}" for one in faulty)]
    return "\n\n".join(parts)


def main() -> int:
    """Run the campaign; the exit code says whether nothing was lost."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--sample", type=int, help="only so many kills, and publish nothing")
    sample = parser.parse_args().sample
    wanted = _KILLS if sample is None else sample
    with tempfile.TemporaryDirectory() as name:
        jobs = chains(wanted, Path(name))
        found = list(shown("kills", jobs, ceil(wanted / _MET_PER_JOB)))
    costs = [store_cost(kind) for kind in _COSTS]
    text = report(found, costs)
    if sample is None:
        publish(
            "kills",
            title="Killed, and begun again",
            settings={"kills": _KILLS, "kills per job": _KILLS_PER_JOB, "workers": _WORKERS},
            results={"chains": list(map(published, found)), "store": costs},
            text=text,
        )
    else:
        print(text)
    return int(any(chain.faults for chain in found))


if __name__ == "__main__":
    sys.exit(main())
