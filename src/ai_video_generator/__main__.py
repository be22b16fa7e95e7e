"""``python -m ai_video_generator`` and ``aivg``."""

import sys


def main() -> int:
    """Run the command line and return its exit code."""
    from ai_video_generator.cli.main import main as run

    return run()


if __name__ == "__main__":
    sys.exit(main())
