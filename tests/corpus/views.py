"""An independent look at where a view lies."""

from math import cos, radians, sin

from ai_video_generator.storyboard.camera_path import View


def overhang(view: View, picture_aspect: float, frame_aspect: float) -> float:
    """How far a view's corners lie outside the picture, in widths of the view; 0 when inside.

    Written down with corners in a picture of height 1, other than the code under test.
    """
    width = view.width * picture_aspect
    height = width / frame_aspect
    turn = radians(view.rotation_deg)
    worst = 0.0
    for right in (-width / 2, width / 2):
        for down in (-height / 2, height / 2):
            x = view.center_x * picture_aspect + right * cos(turn) - down * sin(turn)
            y = view.center_y + right * sin(turn) + down * cos(turn)
            worst = max(worst, -x, x - picture_aspect, -y, y - 1)
    return worst / max(width, height)
