"""Sizes in pixels, and the names people have for them."""

import re
from dataclasses import dataclass

from ai_video_generator.errors import SettingsError

MIN_SIDE_PX, MAX_SIDE_PX = 16, 8192
# Below 16 an H.264 macroblock is not filled; 8192 is the largest side of H.264/HEVC/AV1 level 6.

NAMED_SIZES: dict[str, tuple[int, int]] = {
    "480p": (854, 480),
    "720p": (1280, 720),
    "1080p": (1920, 1080),
    "1440p": (2560, 1440),
    "4k": (3840, 2160),
    "square": (1080, 1080),
    "portrait": (1080, 1920),
}


@dataclass(frozen=True, slots=True)
class Resolution:
    """A size of pictures or frames.

    Attributes:
        width_px: Columns, at least 1.
        height_px: Rows, at least 1.
    """

    width_px: int
    height_px: int

    @property
    def pixel_count(self) -> int:
        """Columns times rows."""
        return self.width_px * self.height_px

    @property
    def aspect(self) -> float:
        """Width divided by height."""
        return self.width_px / self.height_px

    def snapped(self, multiple_px: int) -> "Resolution":
        """The nearest size whose sides are multiples of ``multiple_px``, at least one each."""

        def snap(side: int) -> int:
            return max(multiple_px, round(side / multiple_px) * multiple_px)

        return Resolution(snap(self.width_px), snap(self.height_px))

    def fitted_into(self, box: "Resolution") -> "Resolution":
        """The largest size of this aspect inside ``box``, rounded to whole pixels (at least 1)."""
        scale = min(box.width_px / self.width_px, box.height_px / self.height_px)
        return Resolution(
            max(1, round(self.width_px * scale)), max(1, round(self.height_px * scale))
        )

    def __str__(self) -> str:
        return f"{self.width_px}x{self.height_px}"


def parse_size(text: str) -> Resolution:
    """Read ``1920x1080`` or a name (``720p``, ``4k``, ``square``, ``portrait``) as a size.

    Odd sides are refused, because 4:2:0 video shares colour between pairs of pixels.

    Raises:
        SettingsError: When it is not an even size from 16 to 8192 pixels a side.
    """
    names = ", ".join(NAMED_SIZES)
    hint = f"write WIDTHxHEIGHT with even numbers from 16 to 8192, or one of: {names}"
    if text.strip().lower() in NAMED_SIZES:
        return Resolution(*NAMED_SIZES[text.strip().lower()])
    match = re.fullmatch(r"\s*(\d{1,6})\s*[xX\u00d7]\s*(\d{1,6})\s*", text)
    if match is None:
        raise SettingsError(f"size {text!r} is not a size", hint=hint)
    size = Resolution(int(match[1]), int(match[2]))
    sides = (size.width_px, size.height_px)
    if any(side % 2 or not MIN_SIDE_PX <= side <= MAX_SIDE_PX for side in sides):
        raise SettingsError(f"size {text!r} cannot be a video", hint=hint)
    return size
