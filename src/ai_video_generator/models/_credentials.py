"""Keys of services: from the environment, else from the system's keyring, and nowhere else."""

import logging
import os

from ai_video_generator.errors import CredentialsMissingError

_log = logging.getLogger(__name__)

KEYRING_NAME = "aivg"
"""What the keys of this program are kept under in a keyring."""


def credential(variable: str, service: str) -> str:
    """The key of a service; it is handed to its client, and neither shown nor kept.

    Args:
        variable: The variable of the environment; in the keyring it is the user's name.
        service: What people call the service.

    Raises:
        CredentialsMissingError: When there is none.
    """
    found = os.environ.get(variable, "").strip() or _from_keyring(variable)
    if not found:
        raise CredentialsMissingError(
            f"{service} needs a key, and none was found",
            hint=f"set {variable}, or run: keyring set {KEYRING_NAME} {variable}",
        )
    return found


def _from_keyring(variable: str) -> str:
    """The key in the system's keyring; empty where there is no keyring or no key."""
    try:
        import keyring

        return (keyring.get_password(KEYRING_NAME, variable) or "").strip()
    except Exception as error:  # noqa: BLE001 - each system's keyring fails in its own ways
        _log.debug("no keyring: %s", type(error).__name__)
        return ""
