"""What a machine did becomes a picture, or a page that needs nothing else."""

import re
import xml.etree.ElementTree as ET
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from ai_video_generator.core.telemetry_plot import check_plot, draw_telemetry
from ai_video_generator.errors import OutputPathError
from ai_video_generator.hardware.telemetry import DeviceTelemetry, Telemetry
from ai_video_generator.progress_tracker import StageTime

_RED = (0xC8, 0x42, 0x3D)
_GPU = DeviceTelemetry(
    device="cuda:0",
    name="NVIDIA <RTX> & more",
    total_bytes=24 * 2**30,
    power_limit_w=450.0,
    peak_used_bytes=11 * 2**30,
    peak_temperature_c=84.0,
    peak_power_w=380.0,
    mean_load=0.9,
    mean_power_w=300.0,
    throttled_s=7.0,
    throttle_reasons=("temperature",),
    load=(0.9, None, 0.9),
    used_bytes=(2.0**30, 2.0**33, 2.0**33),
    temperature_c=(60.0, 84.0, 80.0),
    power_w=(100.0, 380.0, 300.0),
    clock_mhz=(2000.0, 2000.0, 2000.0),
    throttled=(0.0, 1.0, 0.0),
)
_TOLD = Telemetry(
    seconds=12.0,
    ram_total_bytes=32 * 2**30,
    peak_own_ram_bytes=2**30,
    least_ram_free_bytes=2**33,
    mean_cpu_load=0.5,
    times_s=(1.0, 6.0, 12.0),
    cpu_load=(0.4, 0.5, 0.6),
    own_cpu_load=(0.1, 0.2, 0.1),
    own_ram_bytes=(2.0**29, 2.0**30, 2.0**30),
    ram_used_bytes=(2.0**30,) * 3,
    disk_read_bytes_per_s=(None, 1e6, 0.0),
    disk_written_bytes_per_s=(None, 0.0, 2e6),
    devices=(_GPU,),
)
_STAGES = (
    StageTime(stage="listening to the sound", seconds=2.0, parts_s=((0.0, 2.0),)),
    StageTime(stage="rendering", seconds=10.0, parts_s=((2.0, 6.0), (6.0, 12.0))),
)


def test_a_vector_drawing_tells_stages_machine_and_devices(tmp_path: Path) -> None:
    draw_telemetry(_TOLD, _STAGES, tmp_path / "told.svg", title="a & b")

    root = ET.fromstring((tmp_path / "told.svg").read_text())  # noqa: S314  # we wrote it
    words = [element.text or "" for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for word in ("a & b", "rendering 10.0 s", "processor", "disk", "power", "at most 84 °C"):
        assert word in words
    assert any("NVIDIA <RTX> & more" in word for word in words)
    assert "90% on average, slowed for 7 s" in words


def test_a_picture_has_the_same_in_pixels(tmp_path: Path) -> None:
    draw_telemetry(_TOLD, _STAGES, tmp_path / "told.png")

    with Image.open(tmp_path / "told.png") as image:
        pixels = np.array(image)
    assert pixels.shape[1] == 1600
    assert (np.abs(pixels.astype(int) - _RED).max(axis=2) < 8).sum() > 500  # temperature


def test_a_page_needs_nothing_else_and_holds_the_numbers(tmp_path: Path) -> None:
    draw_telemetry(_TOLD, _STAGES, tmp_path / "told.html")

    page = (tmp_path / "told.html").read_text()
    assert "<svg" in page
    assert "NVIDIA &lt;RTX&gt; &amp; more" in page
    assert "<th>slowed by temperature</th><td>7 s</td>" in page
    assert "<th>rendering</th><td>10.00 s</td>" in page
    outside = re.findall(r"""(?:src|href)=|url\(|@import|https?://[^"]+""", page)
    assert set(outside) == {"http://www.w3.org/2000/svg"}  # a name, not an address


@pytest.mark.parametrize(
    ("told", "stages"),
    [
        (Telemetry(seconds=0.0), ()),
        (Telemetry(seconds=0.0), _STAGES),
        (Telemetry(seconds=1.0, times_s=(0.5,), cpu_load=(0.0,), own_ram_bytes=(0.0,)), ()),
        (Telemetry(seconds=1e6, times_s=(9e5,), cpu_load=(None,)), ()),
    ],
)
def test_little_to_tell_is_drawn_as_well(
    tmp_path: Path, told: Telemetry, stages: tuple[StageTime, ...]
) -> None:
    draw_telemetry(told, stages, tmp_path / "told.png")

    with Image.open(tmp_path / "told.png") as image:
        assert image.width == 1600


def test_a_long_job_is_no_larger_a_drawing(tmp_path: Path) -> None:
    count = 3600
    column = tuple(float(i % 2) for i in range(count))
    told = Telemetry(
        seconds=count, times_s=tuple(map(float, range(count))), cpu_load=column, own_cpu_load=column
    )
    draw_telemetry(told, (), tmp_path / "told.svg")

    assert (tmp_path / "told.svg").stat().st_size < 60_000


def test_only_drawings_and_pages_are_written_and_nothing_is_overwritten(tmp_path: Path) -> None:
    with pytest.raises(OutputPathError, match=r"'\.pdf'"):
        check_plot(tmp_path / "told.pdf", overwrite=False)
    there = tmp_path / "told.svg"
    there.write_text("mine")
    with pytest.raises(OutputPathError, match="already there"):
        draw_telemetry(_TOLD, _STAGES, there)
    assert there.read_text() == "mine"
    draw_telemetry(_TOLD, _STAGES, there, overwrite=True)
    assert there.read_text() != "mine"
