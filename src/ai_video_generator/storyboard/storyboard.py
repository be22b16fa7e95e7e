"""What the camera does: shots, each a move between two framings of one picture."""

from dataclasses import dataclass
from enum import StrEnum

from ai_video_generator.errors import StoryboardError


class Easing(StrEnum):
    """How a move begins and ends."""

    LINEAR = "linear"
    IN_OUT = "in-out"


class DepthMove(StrEnum):
    """How the camera moves in the depth of a picture, on top of its way over the picture."""

    NONE = "none"
    ORBIT = "orbit"
    DOLLY = "dolly"
    VERTIGO = "vertigo"


class Detail(StrEnum):
    """What lives in a picture beside the camera's move."""

    NONE = "none"
    GRAIN = "grain"
    LIGHT = "light"
    DUST = "dust"
    SNOW = "snow"
    RAIN = "rain"
    SHIMMER = "shimmer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Framing:
    """What the camera sees at one moment.

    Attributes:
        center_x: Middle of the view, 0..1 of the picture's width.
        center_y: Middle of the view, 0..1 of the picture's height.
        zoom: 1 = the widest view of the frame's shape that the picture holds; 2 = half as wide.
        rotation_deg: Turn of the camera, degrees clockwise.
    """

    center_x: float = 0.5
    center_y: float = 0.5
    zoom: float = 1.0
    rotation_deg: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Shot:
    """One camera move over one picture.

    Shots overlap: in the frames that two shots share, the earlier dissolves into the later.

    Attributes:
        index: Number of the shot, from 0.
        picture: Number of the picture, from 0.
        start_frame: First frame it is seen in.
        frame_count: Frames it is seen in, the dissolves on both sides included.
        framing_start: Where the camera begins.
        framing_end: Where it arrives.
        easing: How it gets going and comes to rest.
        depth_move: How it moves in depth, by a backend that can and a picture whose depth is known:
            ORBIT sideways round the subject, DOLLY towards the picture or away, VERTIGO the same
            while the subject keeps its size.
        depth_strength: How far, 0..1: at 1 the nearest and the farthest pixel of the picture move
            apart by 4 % of the frame's width over the shot.
        detail: What lives in the picture.
        motion: How much moves in it, 0..1, by a model that invents movement; 0.5 is usual.
        prompt: What it should show, for a model that takes words; empty takes the job's.
    """

    index: int
    picture: int
    start_frame: int
    frame_count: int
    framing_start: Framing
    framing_end: Framing
    easing: Easing = Easing.IN_OUT
    depth_move: DepthMove = DepthMove.NONE
    depth_strength: float = 0.0
    detail: Detail = Detail.NONE
    motion: float = 0.5
    prompt: str = ""

    @property
    def end_frame(self) -> int:
        """The first frame it is no longer seen in."""
        return self.start_frame + self.frame_count


@dataclass(frozen=True, slots=True, kw_only=True)
class Storyboard:
    """All shots of a video, in order.

    Attributes:
        frame_count: Frames of the video.
        shots: Covering every frame; at most two at any frame.
    """

    frame_count: int
    shots: tuple[Shot, ...]

    def __post_init__(self) -> None:
        """Check that every frame is shown by one shot, or by two that dissolve.

        Raises:
            StoryboardError: When a frame is in no shot, or in more than two.
        """
        if not self.shots or self.shots[0].start_frame != 0:
            raise StoryboardError("the first shot does not begin at frame 0")
        if self.shots[-1].end_frame != self.frame_count:
            raise StoryboardError(f"the last shot does not end at frame {self.frame_count}")
        for before, after in zip(self.shots, self.shots[1:], strict=False):
            if not before.start_frame < after.start_frame <= before.end_frame < after.end_frame:
                raise StoryboardError(f"shot {after.index} does not follow on shot {before.index}")
        for first, third in zip(self.shots, self.shots[2:], strict=False):
            if third.start_frame < first.end_frame:
                raise StoryboardError(f"shots {first.index} to {third.index} overlap")
