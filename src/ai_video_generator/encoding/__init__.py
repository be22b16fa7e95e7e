"""Frames and sound become a file that appears only when it is whole."""
