"""What is posted, over real sockets, to servers that answer well and badly."""

import io
import logging
import socket
import urllib.request
from functools import partial
from http.client import HTTPMessage

import pytest
from corpus.listener import listening

import ai_video_generator
from ai_video_generator.core.webhook import _Redirects, post

DOCUMENT = {"state": "done", "what": "lied.mp4 is made — schön"}


def no_pause(seconds: float) -> None:
    assert seconds > 0


def test_the_document_arrives_as_json_and_says_who_sends_it() -> None:
    with listening() as listener:
        assert post(listener.address, DOCUMENT)
    [(path, headers, document)] = listener.heard
    assert path == "/hook"
    assert document == DOCUMENT
    assert headers["content-type"] == "application/json"
    assert headers["user-agent"] == f"aivg/{ai_video_generator.__version__}"


def test_a_server_that_fails_once_is_asked_again() -> None:
    pauses_s: list[float] = []
    with listening(500, 200) as listener:
        assert post(listener.address, DOCUMENT, pause=pauses_s.append)
    assert [document for _, _, document in listener.heard] == [DOCUMENT] * 2
    assert pauses_s == [1.0]


@pytest.mark.parametrize(("status", "tries"), [(503, 2), (404, 1)])
def test_a_refusal_is_a_warning(status: int, tries: int, caplog: pytest.LogCaptureFixture) -> None:
    with listening(status) as listener:
        assert not post(listener.address, DOCUMENT, pause=no_pause)
    assert len(listener.heard) == tries
    [warning] = caplog.records
    assert warning.levelno == logging.WARNING
    assert f"it answered {status}" in warning.message


def test_a_refused_connection_is_a_warning_that_keeps_the_address_secret(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    pauses_s: list[float] = []
    assert not post(f"http://127.0.0.1:{port}/secret", DOCUMENT, pause=pauses_s.append)
    assert len(pauses_s) == 1
    assert "127.0.0.1 was not told" in caplog.text
    assert "secret" not in caplog.text


def test_a_silent_server_is_given_up_and_not_told_twice(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with listening(None) as listener:
        assert not post(listener.address, DOCUMENT, patience_s=0.05, pause=no_pause)
    assert len(listener.heard) <= 1
    assert "no answer within 0.05 seconds" in caplog.text


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_the_same_document_follows_a_server_that_moved(status: int) -> None:
    with listening() as new, listening((status, new.address)) as old:
        assert post(old.address, DOCUMENT)
    assert [document for _, _, document in new.heard] == [DOCUMENT]


@pytest.mark.parametrize("place", ["file:///etc/passwd", "ftp://127.0.0.1/a", "//["])
def test_a_redirect_leads_nowhere_but_to_the_web(
    place: str, caplog: pytest.LogCaptureFixture
) -> None:
    with listening((302, place)) as listener:
        assert not post(listener.address, DOCUMENT, pause=no_pause)
    assert len(listener.heard) == 1
    assert "was not told" in caplog.text


@pytest.mark.parametrize("place", ["http://there/", "file:///etc/passwd"])
def test_what_was_encrypted_stays_so(place: str) -> None:
    request = urllib.request.Request("https://here/", data=b"{}", method="POST")
    follow = partial(_Redirects().redirect_request, request, io.BytesIO(), 307, "", HTTPMessage())
    followed = follow("https://there/")
    assert followed is not None
    assert (followed.full_url, followed.data) == ("https://there/", b"{}")
    assert follow(place) is None


def test_servers_that_send_in_circles_are_left(caplog: pytest.LogCaptureFixture) -> None:
    with listening((307, "/hook")) as listener:
        assert not post(listener.address, DOCUMENT, pause=no_pause)
    assert len(listener.heard) < 10
    assert "it answered 307" in caplog.text


@pytest.mark.parametrize("address", ["http://[", "http://ann:secret@127.0.0.1/", "http://a b/"])
def test_an_odd_address_is_a_warning_without_its_secrets(
    address: str, caplog: pytest.LogCaptureFixture
) -> None:
    assert not post(address, DOCUMENT, pause=no_pause)
    assert "was not told" in caplog.text
    assert "secret" not in caplog.text
