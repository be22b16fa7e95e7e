"""One file a command; its last line is `COMMAND`."""
