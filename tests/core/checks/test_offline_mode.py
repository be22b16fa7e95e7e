"""Without a network all is well, and nothing secret is told."""

import socket
from collections.abc import Iterator

import pytest

from ai_video_generator.core.checks.check import State
from ai_video_generator.core.checks.offline_mode import offline_check


@pytest.fixture
def listener() -> Iterator[tuple[str, int]]:
    """A server that takes connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()


@pytest.fixture
def nobody() -> tuple[str, int]:
    """An address that refuses connections."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        address: tuple[str, int] = server.getsockname()
    return address


def test_a_server_that_answers_is_told(listener: tuple[str, int]) -> None:
    check = offline_check({}, listener)

    assert (check.state, check.said) == (State.OK, "off; 127.0.0.1 answers")


def test_no_network_is_fine(nobody: tuple[str, int]) -> None:
    check = offline_check({}, nobody)

    assert check.state is State.OK
    assert "does not answer: fine" in check.said


@pytest.mark.parametrize("value", ["1", "true", "ON"])
def test_a_person_who_wants_no_network_is_heeded(value: str, listener: tuple[str, int]) -> None:
    check = offline_check({"HF_HUB_OFFLINE": value}, listener)

    assert (check.state, check.said) == (
        State.OK,
        "HF_HUB_OFFLINE is set: nothing is downloaded",
    )


def test_a_proxy_is_not_gone_around_and_keys_are_not_told(nobody: tuple[str, int]) -> None:
    secrets = {"HTTPS_PROXY": "http://me:s3cret@proxy:3128", "HF_TOKEN": "hf_s3cret"}

    check = offline_check(secrets, nobody)

    assert "proxy" in check.said
    assert "s3cret" not in check.said + check.mend
    assert "s3cret" not in str(offline_check({"HF_TOKEN": "hf_s3cret"}, nobody))
