"""``python -m ai_video_generator`` and ``aivg``."""

import signal
import sys

from ai_video_generator.errors import CancelledError


def main() -> int:
    """Run the command line and return its exit code."""
    heed = signal.getsignal(signal.SIGINT)
    if heed is signal.default_int_handler:
        signal.signal(signal.SIGINT, signal.SIG_DFL)  # nothing to clean up while modules load
    from ai_video_generator.cli.main import main as run

    signal.signal(signal.SIGINT, heed)
    try:
        return run()
    except KeyboardInterrupt:  # when all was done
        return CancelledError.exit_code


if __name__ == "__main__":
    sys.exit(main())
