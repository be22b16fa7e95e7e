"""The command line: answers on stdout, progress and errors on stderr."""
