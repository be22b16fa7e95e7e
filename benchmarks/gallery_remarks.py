"""What a person saw in the gallery's films, to be read beside its tables."""

REMARKS = ""
