"""Vector extensions are found as each kernel writes them."""

from pathlib import Path

import pytest

from ai_video_generator.hardware.vector_extensions import vector_extensions


@pytest.mark.parametrize(
    ("cpuinfo", "found"),
    [
        ("processor\t: 0\nflags\t\t: fpu sse sse2 sse4_2 avx f16c avx2", "avx avx2 sse4_2"),
        ("flags\t: avx512f avx512_vnni amx_tile amx_int8", "amx_tile avx512_vnni avx512f"),
        ("processor\t: 0\nFeatures\t: fp asimd evtstrm aes sve sve2", "neon sve"),
        ("Features\t: half thumb vfp neon vfpv4", "neon"),
        ("flags\t: avx\nprocessor\t: 1\nflags\t: avx2", "avx"),
        ("isa\t: rv64imafdcv", ""),
    ],
)
def test_those_that_matter_are_found(tmp_path: Path, cpuinfo: str, found: str) -> None:
    (tmp_path / "cpuinfo").write_text(cpuinfo + "\n")

    assert vector_extensions(tmp_path, "linux") == tuple(found.split())


def test_a_system_that_does_not_tell_has_none(tmp_path: Path) -> None:
    assert vector_extensions(tmp_path / "nothing", "linux") == ()


def test_this_machine_answers_with_names_that_facts_know() -> None:
    known = {
        *("sse4_2", "avx", "avx2", "avx512f", "avx512_vnni", "amx_tile", "neon", "sve"),
    }

    found = vector_extensions()

    assert set(found) <= known
    assert list(found) == sorted(found)
