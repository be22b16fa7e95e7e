"""Which pixels are people (or animals): MediaPipe's selfie segmentation, where it can be believed.

The network was made for video calls. On close-ups without a person it marks nearly everything, and
is then ignored.
"""

from collections.abc import Iterator

import cv2
import numpy as np

from ai_video_generator.storyboard.picture_notes import Region, RegionKind
from ai_video_generator.storyboard.seeing.networks import PERSON_SEGMENTER, network
from ai_video_generator.storyboard.seeing.reduction import Map, Rgb

_VIEW_PX = 256
# Side of the network's view.

_MIN_SHARE, _MAX_SHARE = 0.01, 0.7
# Less than a hundredth of the picture is noise of the network; more than 70 % is its saturation,
# seen on close-ups of insects and flowers.

_MIN_SUBJECT_SHARE = 0.01
# Of the picture: a subject smaller than a tenth of both sides is no subject.

_MOST_SUBJECTS = 4
# Further ones are bystanders.

_SUBJECT = 0.5
# The network's own border between person and background.

_MOST_WEIGHT, _LEAST_WEIGHT = 0.75, 0.45
# Above most salient places, below every large face.


def subject_mask(rgb: Rgb) -> Map | None:
    """How much each pixel belongs to a person or an animal; None when nothing can be believed.

    Args:
        rgb: ``(height, width, 3)``, uint8.

    Returns:
        ``(height, width)``, float32, 0..1.

    Raises:
        WeightsError: When the network's file is missing or damaged.
    """
    net = network(PERSON_SEGMENTER)
    net.setInput(cv2.dnn.blobFromImage(rgb, 1 / 255, (_VIEW_PX, _VIEW_PX)))
    seen = np.asarray(net.forward(), np.float32).reshape(_VIEW_PX, _VIEW_PX)
    mask = np.clip(cv2.resize(seen, (rgb.shape[1], rgb.shape[0])), 0.0, 1.0).astype(np.float32)
    share = float((mask > _SUBJECT).mean())
    return mask if _MIN_SHARE <= share <= _MAX_SHARE else None


def subjects(mask: Map) -> tuple[Region, ...]:
    """The connected parts of a subject mask, the largest first.

    Args:
        mask: ``(height, width)``, float32, 0..1.
    """
    regions = sorted(_parts(mask), key=lambda region: -region.weight)
    return tuple(regions[:_MOST_SUBJECTS])


def _parts(mask: Map) -> Iterator[Region]:
    height, width = mask.shape
    binary = (mask > _SUBJECT).astype(np.uint8)
    count, labels, boxes, _ = cv2.connectedComponentsWithStats(binary, connectivity=8)
    for label in range(1, count):
        left, top, box_width, box_height, area = (int(value) for value in boxes[label])
        share = area / mask.size
        if share < _MIN_SUBJECT_SHARE:
            continue
        spread = min(1.0, (share / _MAX_SHARE) ** 0.5)
        yield Region(
            center_x=(left + box_width / 2) / width,
            center_y=(top + box_height / 2) / height,
            width=box_width / width,
            height=box_height / height,
            weight=_LEAST_WEIGHT + (_MOST_WEIGHT - _LEAST_WEIGHT) * spread,
            kind=RegionKind.SUBJECT,
            confidence=float(mask[labels == label].mean()),
        )
