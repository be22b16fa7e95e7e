"""Text that a terminal shows as it is."""


def harmless(text: str, *, kept: str = "") -> str:
    """Write out control characters, which a file's name may hold and a terminal would obey.

    Args:
        text: Any text.
        kept: Letters that stay what they are.
    """
    return "".join(
        letter if letter.isprintable() or letter in kept else ascii(letter)[1:-1] for letter in text
    )
