"""Which text people may enter: text that can be stored and shown."""

import unicodedata

# Control characters, lone surrogates, separators of lines and of paragraphs.
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
# Characters that are invisible alone: a text needs others too.
INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
# They reverse the text behind them, even beyond the field that they were entered in.
OVERRIDES = {"LRO", "RLO"}
LINE_BREAKS = str.maketrans("", "", "\r\n")


def is_line(text: str, longest: int) -> bool:
    """One line of 1 to `longest` characters, of which one at least is visible."""
    if not 1 <= len(text) <= longest:
        return False
    categories = set(map(unicodedata.category, text))
    return (
        NOT_IN_A_LINE.isdisjoint(categories)
        and not categories <= INVISIBLE
        and OVERRIDES.isdisjoint(map(unicodedata.bidirectional, text))
    )


def is_text(text: str, longest: int) -> bool:
    """As is_line, on any number of lines."""
    return len(text) <= longest and is_line(text.translate(LINE_BREAKS), longest)


def without_invisible(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) not in INVISIBLE)
