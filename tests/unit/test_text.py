"""Which text is a line, and in which form it is stored."""

import unicodedata

import pytest

from domain.text import composed, is_line, is_text

SPARKLES = "\N{SPARKLES}"


@pytest.mark.parametrize(
    "text",
    [
        "Central do Brasil",
        "עברית",
        "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{WOMAN}",
        "Cafe\N{COMBINING ACUTE ACCENT}",
        "شور!",
        "می\N{ZERO WIDTH NON-JOINER}خواهم",
        "क्\N{ZERO WIDTH JOINER}ष",
        "\N{HEAVY BLACK HEART}\N{VARIATION SELECTOR-16}",
        "\N{WAVING BLACK FLAG}\N{TAG LATIN SMALL LETTER G}\N{CANCEL TAG}",
        f"\N{HANGUL FILLER}{SPARKLES}",
        "co\N{SOFT HYPHEN}operate",
        "\U0001fae9",  # an emoji of Unicode 16, newer than our tables
        "%(title)s",
        "x" * 40,
        "a" + "\N{COMBINING ACUTE ACCENT}" * 30,
    ],
    ids=ascii,
)
def test_what_is_a_line(text: str) -> None:
    assert is_line(text, 40)
    assert is_text(text, 40)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "x" * 41,
        "\N{ZERO WIDTH SPACE}",
        "\N{NO-BREAK SPACE}\N{WORD JOINER}",
        "\N{COMBINING ACUTE ACCENT}",
        "\N{HANGUL FILLER}",
        "\N{BRAILLE PATTERN BLANK}",
        "\N{HANGUL CHOSEONG FILLER}\N{HANGUL JUNGSEONG FILLER}",
        "\N{HALFWIDTH HANGUL FILLER}",
        "\N{SOFT HYPHEN}",
        "\N{COMBINING GRAPHEME JOINER}",
        "\N{KHMER VOWEL INHERENT AQ}",
        "\N{MONGOLIAN FREE VARIATION SELECTOR ONE}",
        "\N{VARIATION SELECTOR-16}",
        "\N{VARIATION SELECTOR-17}",
        "\N{TAG LATIN SMALL LETTER G}\N{CANCEL TAG}",
        "\N{MUSICAL SYMBOL NULL NOTEHEAD}",
        "\U00013441\U00013442",  # blanks between hieroglyphs
        "\U000e0fff",
        "\N{ZERO WIDTH JOINER}",
        "\N{ZERO WIDTH NO-BREAK SPACE}\N{IDEOGRAPHIC SPACE}",
        "safe \N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
        "a\N{LINE SEPARATOR}b",
        "a" + "\N{COMBINING ACUTE ACCENT}" * 31,
        "a\0b",
        "a\x7fb",
        "a\x85b",
        "a\ud800b",
    ],
    ids=ascii,
)
def test_what_is_none(text: str) -> None:
    assert not is_line(text, 40)
    assert not is_text(text, 40)


@pytest.mark.parametrize(
    "code",
    [0x61C, 0x200E, 0x200F, *range(0x202A, 0x202F), *range(0x2066, 0x206A)],
    ids=hex,
)
def test_nothing_turns_the_text_around_it(code: int) -> None:
    assert not is_line(f"Sala {code:c}1", 40)
    assert not is_text(f"Two\nlines {code:c}", 40)


def test_every_bidi_control_of_unicode_is_one_of_them() -> None:
    """Those that only turn text, and the marks: see UAX 9."""
    turning = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}
    controls = [
        letter
        for letter in map(chr, range(0x110000))
        if unicodedata.bidirectional(letter) in turning
    ]

    assert len(controls) == 9
    assert not any(is_line(f"a{control}", 40) for control in controls)


def test_text_is_stored_stripped_and_composed() -> None:
    assert composed(" Cafe\u0301\n", 10) == "Café"
    assert composed("e\u0301" * 10, 10) == "é" * 10
    assert composed("e\u0301" * 100, 10) == "e\u0301" * 100  # too long in any form


def test_marks_without_end_are_not_sorted() -> None:
    """It would take the square of their number: half a second for 10,000."""
    marks = "a" + "\u0301\u0323" * 5_000

    assert composed(marks, 5_000) is marks
    assert not is_text(marks, 20_000)
