"""Text that people enter, as far as it can be kept and shown."""

import unicodedata

# Control characters, lone surrogates, separators of lines and of paragraphs.
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
# What nobody sees, or only by what stands next to it: a text is not made of it alone.
UNSEEN = {"Cf", "Mn", "Me", "Zs"}
# They turn around what is shown behind them, on other people's pages too.
OVERRIDES = {"LRO", "RLO"}
LINE_BREAKS = str.maketrans("", "", "\r\n")


def is_line(text: str, longest: int) -> bool:
    """1 to `longest` characters on one line, of which one can be seen."""
    if not 1 <= len(text) <= longest:
        return False
    categories = set(map(unicodedata.category, text))
    return (
        NOT_IN_A_LINE.isdisjoint(categories)
        and not categories <= UNSEEN
        and OVERRIDES.isdisjoint(map(unicodedata.bidirectional, text))
    )


def is_text(text: str, longest: int) -> bool:
    """The same, on as many lines as it takes."""
    return len(text) <= longest and is_line(text.translate(LINE_BREAKS), longest)


def without_unseen(text: str) -> str:
    return "".join(each for each in text if unicodedata.category(each) not in UNSEEN)
