"""Whether models could be downloaded; the program itself never needs a network."""

import socket
from collections.abc import Mapping

from ai_video_generator.core.checks.check import Check
from ai_video_generator.hardware.patience import answers_in_time

_NAME = "offline mode"
_OFFLINE = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
# huggingface_hub and transformers, "Environment variables".
_TRUE = frozenset({"1", "ON", "YES", "TRUE"})
# What huggingface_hub takes for yes.
_PROXIES = ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy")
_PATIENCE_S = 1.0
# A working line answers in a tenth; a name server that is gone lets one wait for half a minute.

HUB = ("huggingface.co", 443)
"""Where models come from."""


def offline_check(environment: Mapping[str, str], address: tuple[str, int] = HUB) -> Check:
    """Tell whether there is a network; that there is none is fine.

    A connection is opened and closed, nothing is sent. Keys and proxies' addresses, which may hold
    passwords, are not told.
    """
    asked = [name for name in _OFFLINE if environment.get(name, "").upper() in _TRUE]
    if asked:
        return Check(name=_NAME, said=f"{asked[0]} is set: nothing is downloaded")
    if any(environment.get(name) for name in _PROXIES):
        return Check(name=_NAME, said="off; downloads go through the proxy that is set")
    if _reachable(address):
        return Check(name=_NAME, said=f"off; {address[0]} answers")
    return Check(
        name=_NAME,
        said=f"{address[0]} does not answer: fine, only downloading models needs it",
    )


def _reachable(address: tuple[str, int]) -> bool:
    def connect() -> bool:
        with socket.create_connection(address, timeout=_PATIENCE_S):
            return True

    return answers_in_time({"hub": connect}, _PATIENCE_S)["hub"] is True
