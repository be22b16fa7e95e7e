"""The bundled networks are those that NOTICE names; damaged ones are not run."""

from pathlib import Path

import pytest

import ai_video_generator
from ai_video_generator.errors import WeightsCorruptError, WeightsMissingError
from ai_video_generator.media.files import sha256
from ai_video_generator.storyboard.seeing.networks import (
    FACE_DETECTOR,
    PERSON_SEGMENTER,
    NetworkFile,
    network,
    network_at,
)

FOLDER = Path(ai_video_generator.__file__).parent / "storyboard" / "seeing" / "models"
NOTICE = Path(__file__).parents[3] / "NOTICE"


@pytest.mark.parametrize("file", [FACE_DETECTOR, PERSON_SEGMENTER], ids=lambda file: file.name)
def test_a_bundled_network_is_whole_and_named_in_the_notice(file: NetworkFile) -> None:
    notice = NOTICE.read_text(encoding="utf-8")
    assert sha256(FOLDER / file.name) == file.sha256
    assert f"storyboard/seeing/models/{file.name}\n  sha256   {file.sha256}\n" in notice
    assert not network(file).empty()


def test_every_file_of_the_folder_is_a_known_network() -> None:
    names = {path.name for path in FOLDER.iterdir()}
    assert names == {FACE_DETECTOR.name, PERSON_SEGMENTER.name}


def test_a_damaged_network_is_refused(tmp_path: Path) -> None:
    stored = bytearray((FOLDER / FACE_DETECTOR.name).read_bytes())
    stored[500_000] ^= 1
    path = tmp_path / FACE_DETECTOR.name
    path.write_bytes(stored)
    with pytest.raises(WeightsCorruptError, match="face_detection_full_range") as caught:
        network_at(path, FACE_DETECTOR)
    assert "install the program again" in caught.value.hint


def test_a_missing_network_is_named(tmp_path: Path) -> None:
    with pytest.raises(WeightsMissingError, match="selfie_segmentation"):
        network_at(tmp_path / PERSON_SEGMENTER.name, PERSON_SEGMENTER)
