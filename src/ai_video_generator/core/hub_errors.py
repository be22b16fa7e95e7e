"""What the hub's refusals and a line's failures mean, in our words."""

from collections.abc import Iterator
from contextlib import contextmanager
from errno import EDQUOT, EFBIG, ENOSPC
from typing import TYPE_CHECKING

from ai_video_generator.errors import (
    AIVideoError,
    CredentialsMissingError,
    DependencyMissingError,
    DiskFullError,
    DownloadError,
)

if TYPE_CHECKING:
    from huggingface_hub.errors import HfHubHTTPError

FULL = frozenset({ENOSPC, EDQUOT, EFBIG})
"""What a system says when there is no room on a disk, in a share of it, or for so large a file."""
_UNAUTHORIZED, _FORBIDDEN, _TOO_MANY, _SERVER_FAULTS = 401, 403, 429, 500

BY_HAND = "or copy its files from another machine: aivg models install NAME --from FOLDER"
"""What helps whenever the hub does not."""


class LineError(Exception):
    """The line or the hub failed in a way that another try may mend."""


def dependency_missing() -> DependencyMissingError:
    """The hub's client is not installed."""
    return DependencyMissingError(
        "downloading models needs the package huggingface_hub, which is not installed",
        hint="pip install 'ai-video-generator[models]'",
    )


@contextmanager
def hub_errors(repository: str, revision: str) -> Iterator[None]:
    """Say what an exception of the hub's client means.

    Raises:
        LineError: When another try may help.
        CredentialsMissingError: When the hub wants to know who asks.
        DownloadError: When it has not what is asked for.
        DiskFullError: When there is no room.
    """
    from huggingface_hub import errors as hub

    try:
        yield
    except (AIVideoError, LineError):
        raise
    except hub.OfflineModeIsEnabled as error:
        raise DownloadError(
            f"{repository} is not on this disk, and HF_HUB_OFFLINE forbids to fetch it",
            hint=f"unset HF_HUB_OFFLINE, {BY_HAND}",
        ) from error
    except hub.HfHubHTTPError as error:
        raise _answered(error, repository, revision) from error
    except OSError as error:
        raise disk_full(repository) if error.errno in FULL else LineError(str(error)) from error
    except Exception as error:
        # The client's HTTP library has changed its name before; its base class is that of the
        # hub's own errors.
        if isinstance(error, hub.HfHubHTTPError.__bases__[0]):
            raise LineError(str(error) or type(error).__name__) from error
        raise


def _answered(error: "HfHubHTTPError", repository: str, revision: str) -> AIVideoError | LineError:
    """What an answer other than yes means."""
    from huggingface_hub import errors as hub

    match error:
        case hub.GatedRepoError():
            return _gated(repository)
        case hub.RevisionNotFoundError():
            return DownloadError(
                f"the hub has no commit {revision} of {repository}",
                hint=f"install a newer version of this program, {BY_HAND}",
            )
        case hub.RepositoryNotFoundError():
            # The hub also answers this to those who may not know that it exists.
            return DownloadError(
                f"the hub has no {repository}, or does not show it to you",
                hint=f"if it is private, `export HF_TOKEN=hf_...`, {BY_HAND}",
            )
    return _refused(repository, error.response.status_code, error.server_message)


def _gated(repository: str) -> CredentialsMissingError:
    from huggingface_hub import get_token

    said = "the hub hands it out only to those who have accepted its licence there"
    known = "your token's account has not" if get_token() else "you did not say who"
    return CredentialsMissingError(
        f"{repository}: {said}, and {known}",
        hint=f"accept it on https://huggingface.co/{repository}, then give a token of that account "
        "(https://huggingface.co/settings/tokens): export HF_TOKEN=hf_...",
    )


def _refused(
    repository: str, status: int, said: str | None
) -> CredentialsMissingError | DownloadError | LineError:
    told = f": {said}" if said else ""
    if status == _UNAUTHORIZED:
        return CredentialsMissingError(
            f"the hub does not know the token that was given for {repository}{told}",
            hint="make a new one on https://huggingface.co/settings/tokens: export HF_TOKEN=hf_...",
        )
    if status == _FORBIDDEN:
        return _gated(repository)
    if status == _TOO_MANY or status >= _SERVER_FAULTS:
        return LineError(f"the hub answered {status}{told}")
    return DownloadError(
        f"the hub answered {status} for {repository}{told}", hint=f"try again later, {BY_HAND}"
    )


def disk_full(repository: str) -> DiskFullError:
    """The disk, or a limit on files, is full."""
    return DiskFullError(
        f"no room is left for {repository}",
        hint="free some space, or point HF_HOME at another disk; what is fetched is kept",
    )
