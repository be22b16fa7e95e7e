"""Limits of containers are read from both kernels' interfaces."""

from pathlib import Path

import pytest

from ai_video_generator.hardware.cgroups import Limits, cgroup_limits

_MB = 2**20


def _tree(root: Path, files: dict[str, str]) -> tuple[Path, Path]:
    """Write files; return the roots of the control groups and of /proc."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text + "\n")
    return root / "cgroup", root / "proc"


def test_a_version_2_container_is_bound_by_its_own_files(tmp_path: Path) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/",
            "cgroup/cpu.max": "150000 100000",
            "cgroup/memory.max": str(2048 * _MB),
            "cgroup/memory.current": str(900 * _MB),
            "cgroup/memory.stat": f"anon 1\nfile 2\ninactive_file {400 * _MB}",
        },
    )

    assert cgroup_limits(*roots) == Limits(
        cpu_cores=1.5, memory_bytes=2048 * _MB, memory_free_bytes=1548 * _MB
    )


def test_the_tightest_group_on_the_way_to_the_root_counts(tmp_path: Path) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/user.slice/app.slice/job.scope",
            "cgroup/user.slice/cpu.max": "300000 100000",
            "cgroup/user.slice/app.slice/cpu.max": "50000 100000",
            "cgroup/user.slice/app.slice/job.scope/cpu.max": "max 100000",
            "cgroup/user.slice/memory.max": str(512 * _MB),
            "cgroup/user.slice/app.slice/memory.max": "max",
            "cgroup/user.slice/app.slice/job.scope/memory.max": str(1024 * _MB),
        },
    )

    limits = cgroup_limits(*roots)

    assert (limits.cpu_cores, limits.memory_bytes) == (0.5, 512 * _MB)


def test_a_full_group_leaves_nothing_though_a_tighter_one_is_empty(tmp_path: Path) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "0::/a/b",
            "cgroup/a/memory.max": str(1024 * _MB),
            "cgroup/a/memory.current": str(1024 * _MB),
            "cgroup/a/b/memory.max": str(256 * _MB),
            "cgroup/a/b/memory.current": "0",
        },
    )

    limits = cgroup_limits(*roots)

    assert (limits.memory_bytes, limits.memory_free_bytes) == (256 * _MB, 0)


@pytest.mark.parametrize("mount", ["cpu", "cpu,cpuacct"])
def test_version_1_writes_quota_and_period_apart(tmp_path: Path, mount: str) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "5:memory:/docker/abc\n4:cpu,cpuacct:/docker/abc\n0::/",
            f"cgroup/{mount}/docker/abc/cpu.cfs_quota_us": "250000",
            f"cgroup/{mount}/docker/abc/cpu.cfs_period_us": "100000",
            "cgroup/memory/docker/abc/memory.limit_in_bytes": str(3072 * _MB),
            "cgroup/memory/docker/abc/memory.usage_in_bytes": str(1000 * _MB),
            "cgroup/memory/docker/abc/memory.stat": f"inactive_file 5\ntotal_inactive_file {_MB}",
        },
    )

    assert cgroup_limits(*roots) == Limits(
        cpu_cores=2.5, memory_bytes=3072 * _MB, memory_free_bytes=2073 * _MB
    )


def test_a_container_that_sees_only_its_own_mount_is_bound_by_it(tmp_path: Path) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/docker/unseen\n3:cpu:/docker/unseen",
            "cgroup/cpu/cpu.cfs_quota_us": "200000",
            "cgroup/cpu/cpu.cfs_period_us": "100000",
            "cgroup/memory/memory.limit_in_bytes": str(100 * _MB),
        },
    )

    limits = cgroup_limits(*roots)

    assert (limits.cpu_cores, limits.memory_bytes) == (2.0, 100 * _MB)


def test_no_limit_is_none(tmp_path: Path) -> None:
    roots = _tree(
        tmp_path,
        {
            "proc/self/cgroup": "4:memory:/\n3:cpu:/\n0::/../..",
            "cgroup/cpu/cpu.cfs_quota_us": "-1",
            "cgroup/cpu/cpu.cfs_period_us": "100000",
            "cgroup/cpu.max": "max 100000",
            "cgroup/memory/memory.limit_in_bytes": "9223372036854771712",
            "cgroup/memory.max": "max",
        },
    )

    assert cgroup_limits(*roots) == Limits()


def test_a_system_without_control_groups_has_no_limit(tmp_path: Path) -> None:
    assert cgroup_limits(tmp_path / "nothing", tmp_path / "nothing") == Limits()
