"""Text that people enter, as far as it can be kept and shown."""

import unicodedata

# Control characters, lone surrogates, separators of lines and of paragraphs.
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
LINE_BREAKS = str.maketrans("", "", "\r\n")


def is_line(text: str, longest: int) -> bool:
    """1 to `longest` characters on one line."""
    return 1 <= len(text) <= longest and NOT_IN_A_LINE.isdisjoint(
        map(unicodedata.category, text)
    )


def is_text(text: str, longest: int) -> bool:
    """The same, on as many lines as it takes."""
    return len(text) <= longest and is_line(text.translate(LINE_BREAKS), longest)
