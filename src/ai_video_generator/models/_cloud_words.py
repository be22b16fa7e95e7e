"""Words for a cloud's model: the shot's, the video's, and what the camera does."""

from ai_video_generator.models.base_model import Scene
from ai_video_generator.storyboard.storyboard import Shot

_ZOOMED, _PANNED = 1.04, 0.03
# Less of a zoom, or of the picture's width, is not seen in a shot of some seconds.
_CALM, _LIVELY = 0.35, 0.65
_USUAL = "natural, realistic movement; the picture stays itself"
# Where no words are given: nothing that would change what the picture shows.


def words(scene: Scene, letters: int) -> str:
    """What is asked for in words.

    Args:
        scene: One pass of a shot.
        letters: The most, UTF-16 code units.
    """
    shot = scene.storyboard.shots[0]
    own = [shot.prompt, scene.whole_prompt or scene.prompt]
    asked = list(dict.fromkeys(part.strip().rstrip(".") for part in own if part.strip()))
    parts = [*(asked or [_USUAL]), camera_words(shot), _motion_words(shot)]
    return cut(". ".join(filter(None, parts)), letters)


def camera_words(shot: Shot) -> str:
    """The camera's move, as a person would tell it."""
    start, end = shot.framing_start, shot.framing_end
    moves = []
    if end.zoom > start.zoom * _ZOOMED:
        moves.append("pushes in")
    elif start.zoom > end.zoom * _ZOOMED:
        moves.append("pulls out")
    if abs(across := end.center_x - start.center_x) > _PANNED:
        moves.append("moves right" if across > 0 else "moves left")
    if abs(down := end.center_y - start.center_y) > _PANNED:
        moves.append("moves down" if down > 0 else "moves up")
    return f"The camera slowly {' and '.join(moves)}" if moves else "The camera stays still"


def _motion_words(shot: Shot) -> str:
    if shot.motion < _CALM:
        return "Little moves, gently"
    return "Much moves, lively" if shot.motion > _LIVELY else ""


def cut(text: str, letters: int) -> str:
    """A text of at most so many UTF-16 code units; no letter is cut in two."""
    coded = text.encode("utf-16-le")[: 2 * letters]
    return coded.decode("utf-16-le", "ignore")
