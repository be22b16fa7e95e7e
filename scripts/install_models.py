"""Install models' weights; the same as ``aivg models install``, with the same flags."""

import sys

from ai_video_generator.cli.main import main

sys.exit(main(["models", "install", *sys.argv[1:]]))
