"""What commonly goes wrong on a person's machine: one file a part of it."""
