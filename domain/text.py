"""Text that people enter: which is valid, and how it is compared, ordered and found.

The length is checked first, because the other checks are slow for a long text.
"""

import re
import unicodedata
from typing import Final

# Control characters, lone surrogates, line and paragraph separators.
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
# They change the direction of the text around them, even outside of their field. The
# joiners that scripts and emoji need are not among them.
BIDI_CONTROLS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# A text needs at least one character of another category: these are invisible.
INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
# Invisible characters of other categories: fillers, the empty Braille cell, blank
# hieroglyphs, the empty note head, and code points that Unicode reserves for more.
FILLERS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f"
    r"\uffa0\ufff0-\ufff8\U00013441\U00013442\U0001d159\U000e0000-\U000e0fff]"
)
# The limit of Unicode's stream-safe text format. The time to sort the marks of one
# letter grows with the square of their number: 10,000 marks take half a second.
MAX_MARKS: Final = 30
LINE_BREAKS = str.maketrans("", "", "\r\n")

MAX_FOLDED_LENGTH: Final = 1_000  # more than any text that is compared
MAX_KEY_LENGTH: Final = 500  # an entry of an index has at most 2,704 bytes

APOSTROPHES = (
    "'`\u00b4\u02b9\u02bb\u02bc\u02bd\u02be\u02bf\u02c8\u055a\u05f3"
    "\u1ffd\u2018\u2019\u201a\u201b\u2032\u2035\ua78c\uff07"
)
QUOTATION_MARKS = (
    "\u00ab\u00bb\u05f4\u201c\u201d\u201e\u201f\u2033\u2036\u301d\u301e\u301f\uff02"
)
# Hyphen bullet, minus sign, and the dots that some names use as a dash.
OTHER_DASHES = "\u2043\u2212\u00b7\u2022\u2027\u2219\u22c5\u30fb"
FRACTION_SLASH = "\u2044"
MARKS: Final = (
    dict.fromkeys(map(ord, APOSTROPHES))
    | dict.fromkeys(map(ord, QUOTATION_MARKS), '"')
    | dict.fromkeys(map(ord, OTHER_DASHES), "-")
    | {ord(FRACTION_SLASH): "/"}
)
# Behind a number they are no digits of it: 8\u00bd is not 81/2.
FRACTIONS = re.compile(r"[\u00bc-\u00be\u2150-\u215f\u2189]")
# Letters that Unicode does not decompose into a letter and a mark.
LETTERS: Final = str.maketrans(
    {
        "\N{LATIN SMALL LETTER AE}": "ae",
        "\N{LATIN SMALL LETTER ETH}": "d",
        "\N{LATIN SMALL LETTER O WITH STROKE}": "o",
        "\N{LATIN SMALL LETTER THORN}": "th",
        "\N{LATIN SMALL LETTER D WITH STROKE}": "d",
        "\N{LATIN SMALL LETTER H WITH STROKE}": "h",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "\N{LATIN SMALL LETTER L WITH STROKE}": "l",
        "\N{LATIN SMALL LIGATURE OE}": "oe",
        "\N{LATIN SMALL LETTER T WITH STROKE}": "t",
    }
)
NUMBER = re.compile(r"[0-9]+")


def is_line(text: str, longest: int) -> bool:
    """One line of 1 to `longest` characters, at least one of them visible."""
    return (
        1 <= len(text) <= longest
        and NOT_IN_A_LINE.isdisjoint(map(unicodedata.category, text))
        and not BIDI_CONTROLS.search(text)
        and _has_few_marks(text)
        and without_invisible(text) != ""
    )


def is_text(text: str, longest: int) -> bool:
    """Like is_line, but with any number of lines."""
    return len(text) <= longest and is_line(text.translate(LINE_BREAKS), longest)


def without_invisible(text: str) -> str:
    seen = (each for each in text if unicodedata.category(each) not in INVISIBLE)
    return FILLERS.sub("", "".join(seen))


def composed(text: str, longest: int) -> str:
    """The text as it is stored: stripped, and in NFC.

    A text that is_line refuses in every form is returned unchanged.
    """
    if len(text) > 4 * longest or not _has_few_marks(text):
        return text
    return unicodedata.normalize("NFC", text.strip())


def folded(text: str) -> str:
    """Equal for texts that people take for the same. To fold twice changes nothing.

    It ignores case, accents, apostrophes, invisible characters, the number of spaces,
    and which kind of dash or quotation mark is used.
    """
    text = FRACTIONS.sub(r" \g<0>", text[:MAX_FOLDED_LENGTH].translate(MARKS))
    text = unicodedata.normalize("NFKD", text)
    plain = "".join(map(_plain, text)).casefold().translate(MARKS).translate(LETTERS)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def order_key(text: str) -> str:
    """Order texts by these keys, compared by code points: `COLLATE "C"`.

    A dash counts as a space. Each number has its length before it, so that numbers are
    ordered by value.
    """
    words = " ".join(_words(text))
    return NUMBER.sub(_with_length, words)[:MAX_KEY_LENGTH]


def search_key(text: str) -> str:
    """A search finds a text if this key contains each of its `search_words`."""
    return folded(text).replace("-", "")


def search_words(text: str) -> tuple[str, ...]:
    """Each word once. Empty if the text has only marks that are ignored."""
    return tuple(dict.fromkeys(_words(text)))


def _has_few_marks(text: str) -> bool:
    if text.isascii():
        return True
    marks = 0
    for letter in text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MAX_MARKS:
            return False
    return True


def _words(text: str) -> list[str]:
    return folded(text).replace("-", " ").split()


def _plain(letter: str) -> str:
    """Nothing for a letter that is ignored. Digits of all scripts become 0 to 9."""
    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    invisible = unicodedata.category(letter) == "Cf" or FILLERS.match(letter)
    if invisible or _is_accent(letter):
        return ""
    return "-" if unicodedata.category(letter) == "Pd" else letter


def _is_accent(letter: str) -> bool:
    """Decides by the combining class. Other marks make another letter: か and が.

    The Greek iota subscript is not an accent: it is a letter in upper case.
    """
    mark = unicodedata.combining(letter)
    return mark == 1 or 10 <= mark <= 36 or 200 <= mark < 240  # noqa: PLR2004


def _with_length(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0") or "0"
    return f"{len(digits):03}{digits}"
