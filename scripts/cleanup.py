"""Show what the program has left on the disk, and remove it: ``aivg cleanup``, the same flags."""

import sys

from ai_video_generator.cli.main import main

sys.exit(main(["cleanup", *sys.argv[1:]]))
