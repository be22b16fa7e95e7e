"""What the program calls its files; whatever has another name is not its own."""

import re

CHUNK = re.compile(r"[0-9a-f]{32}\.(?:[0-9a-f]{64}\.mkv|json)")
"""A chunk of the store, or a list of chunks."""
CLOUD = re.compile(r"[0-9a-f]{32}\.(?:json|mp4|part)")
"""A request to a cloud, and what it gave."""
MANIFEST = re.compile(r"[0-9a-f]{32}\.json")
"""What a job is."""
RUNNING = re.compile(r"[0-9a-f]{16}\.(?:lock|json)")
"""What a run tells of itself."""
ALONE = re.compile(r"alone-([0-9a-f]{16})")
"""The folder of a run's own store."""
PROMPT = re.compile(r"[0-9a-f]{32}\.safetensors")
"""A prompt as a text encoder reads it."""
UNFINISHED = re.compile(r"\.aivg-[0-9a-f]{16}-[a-z0-9_]{8}\.part")
"""What a run has not finished, with its mark."""
APPEARING = re.compile(r"\.aivg-[a-z0-9_]{8}\.part")
"""What is about to appear, of a process without a mark."""
BOOK = re.compile(r"(?:jobs|inputs|torch)\.json")
"""What is learned, in the cache folder."""
LOG = re.compile(r"aivg\.log(?:\.(\d{1,9}))?")
"""The log, and earlier ones by number."""
KEPT = re.compile(r"[a-z]+\.(?:json|lock|sqlite(?:-wal|-shm|-journal)?)")
"""What is in the data folder, which is kept."""
TEMPORARY = re.compile(r"aivg-[a-z0-9_]{8}")
"""A folder in the system's own for temporary files."""
TRIAL = re.compile(r"trial\.(?:mp4|mov|mkv|webm)")
"""What a sound is copied into, in such a folder, to see whether that is exact."""

_Names = tuple[re.Pattern[str], ...]

CACHE_NAMES: dict[tuple[str, ...], _Names] = {
    (): (BOOK, APPEARING),
    ("prompts",): (PROMPT, APPEARING),
    ("work",): (re.compile("lock"),),
    ("work", "chunks"): (CHUNK, UNFINISHED),
    ("work", "clouds"): (CLOUD, APPEARING),
    ("work", "jobs"): (MANIFEST, UNFINISHED),
    ("work", "running"): (RUNNING, UNFINISHED),
}
"""Names of the files in each folder of the cache folder."""


def is_named(name: str, names: _Names) -> bool:
    """Whether a name is one of these."""
    return any(pattern.fullmatch(name) for pattern in names)
