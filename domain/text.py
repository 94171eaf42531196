"""Text that people enter: which is taken, and how it is compared, ordered and found.

The length is checked first: what follows costs more the longer a text is.
"""

import re
import unicodedata
from typing import Final

# Control characters, lone surrogates, separators of lines and of paragraphs.
NOT_IN_A_LINE = {"Cc", "Cs", "Zl", "Zp"}
# They turn the text around them, even beyond the field that they were entered in. The
# joiners that scripts and emoji need are none of them.
BIDI_CONTROLS = re.compile(r"[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
# Characters that are invisible alone: a text needs others too.
INVISIBLE = {"Cf", "Mn", "Me", "Zs"}
# Other categories have such characters too: fillers, an empty Braille cell, blank
# hieroglyphs, an empty note, and places that Unicode keeps for more of them.
FILLERS = re.compile(
    r"[\u034f\u115f\u1160\u17b4\u17b5\u180b-\u180f\u2065\u2800\u3164\ufe00-\ufe0f"
    r"\uffa0\ufff0-\ufff8\U00013441\U00013442\U0001d159\U000e0000-\U000e0fff]"
)
# Of Unicode's stream-safe text. Sorting the marks of one letter takes the square of
# their number: 10,000 of them are half a second.
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
# Hyphen bullet, minus sign, and the dots that some names have for a dash.
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
# Letters whose accent Unicode does not take apart.
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
    """One line of 1 to `longest` characters, of which one at least is visible."""
    return (
        1 <= len(text) <= longest
        and NOT_IN_A_LINE.isdisjoint(map(unicodedata.category, text))
        and not BIDI_CONTROLS.search(text)
        and _has_few_marks(text)
        and without_invisible(text) != ""
    )


def is_text(text: str, longest: int) -> bool:
    """As is_line, on any number of lines."""
    return len(text) <= longest and is_line(text.translate(LINE_BREAKS), longest)


def without_invisible(text: str) -> str:
    seen = (each for each in text if unicodedata.category(each) not in INVISIBLE)
    return FILLERS.sub("", "".join(seen))


def composed(text: str, longest: int) -> str:
    """As it is stored: stripped, and each accent a part of its letter (NFC).

    What is_line refuses, whatever its composition, is returned as it is.
    """
    if len(text) > 4 * longest or not _has_few_marks(text):
        return text
    return unicodedata.normalize("NFC", text.strip())


def folded(text: str) -> str:
    """Equal for texts that people take for one, and folded already.

    Case does not count, nor accents, apostrophes, kinds of dash and of quotation mark,
    invisible characters, and how many spaces there are.
    """
    text = FRACTIONS.sub(r" \g<0>", text[:MAX_FOLDED_LENGTH].translate(MARKS))
    text = unicodedata.normalize("NFKD", text)
    plain = "".join(map(_plain, text)).casefold().translate(MARKS).translate(LETTERS)
    return " ".join(unicodedata.normalize("NFC", plain).split())


def order_key(text: str) -> str:
    """Texts are in the order of their keys, by code points: `COLLATE "C"`.

    Dashes are spaces, and numbers are in the order of their values: each has its length
    before it.
    """
    words = " ".join(_words(text))
    return NUMBER.sub(_with_length, words)[:MAX_KEY_LENGTH]


def search_key(text: str) -> str:
    """A text is found by what its key contains: every one of `search_words`."""
    return folded(text).replace("-", "")


def search_words(text: str) -> tuple[str, ...]:
    """Each word once. None if there are just marks that do not count."""
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
    """Without what does not count; digits of all scripts are the same ten."""
    if letter.isascii():
        return letter
    if letter.isdecimal():
        return str(unicodedata.decimal(letter))
    invisible = unicodedata.category(letter) == "Cf" or FILLERS.match(letter)
    if invisible or _is_accent(letter):
        return ""
    return "-" if unicodedata.category(letter) == "Pd" else letter


def _is_accent(letter: str) -> bool:
    """By the class of the mark. Those of other classes make another letter: か and が.

    The Greek subscript is a letter in upper case.
    """
    mark = unicodedata.combining(letter)
    return mark == 1 or 10 <= mark <= 36 or 200 <= mark < 240  # noqa: PLR2004


def _with_length(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0") or "0"
    return f"{len(digits):03}{digits}"
