"""Which text is a line."""

import pytest

from domain.text import is_line, is_text


@pytest.mark.parametrize(
    "text",
    [
        "Central do Brasil",
        "עברית",
        "\N{FAMILY}\N{ZERO WIDTH JOINER}\N{WOMAN}",
        "Cafe\N{COMBINING ACUTE ACCENT}",
        "شور\N{RIGHT-TO-LEFT MARK}!",
        "%(title)s",
        "x" * 40,
    ],
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
        "safe \N{RIGHT-TO-LEFT OVERRIDE}gpj.exe",
        "a\N{LINE SEPARATOR}b",
        "a\0b",
    ],
    ids=ascii,
)
def test_what_is_none(text: str) -> None:
    assert not is_line(text, 40)
    assert not is_text(text, 40)
