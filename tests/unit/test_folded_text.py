"""Which texts are the same, in which order they are, and what finds them."""

# ruff: noqa: RUF001 # letters that look alike are what this is about

import unicodedata
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.text import (
    MAX_KEY_LENGTH,
    folded,
    is_line,
    order_key,
    search_key,
    search_words,
)

SAME = [
    ["Ágata", "ágata", "AGATA", "A\u0301gata", "ａｇａｔａ"],
    ["TÓQUIO", "tóquio", "to\u0301quio", "ToQuIo"],
    ["L'Avventura", "L’Avventura", "LʼAvventura", "l‘avventura", "l´avventura"],
    ["l\u1ffdavventura", "lavventura"],  # an acute accent too, once it is composed
    ["8½", "8 ½", "8 1/2", "8 1⁄2"],
    ["WALL·E", "WALL•E", "Wall∙E", "WALL⋅E", "wall-e"],
    ["Spider-Man", "spider–man", "Spider—Man", "spider‐man", "Spider−Man"],
    ["“Heroes”", '"Heroes"', "«Heroes»"],
    ["Straße", "STRASSE", "STRAẞE", "strasse"],
    ["Σίσυφος", "ΣΊΣΥΦΟΣ", "σισυφοσ"],
    ["İstanbul", "istanbul", "ıstanbul", "ISTANBUL"],
    ["Łódź", "lodz", "ŁO\u0301DZ\u0301"],
    ["Æon Flux", "aeon flux", "ÆON FLUX"],
    ["Đà Nẵng", "da nang", "ĐÀ NẴNG"],
    ["Ёлки", "елки", "ЁЛКИ"],
    ["أب", "اب", "أَب"],
    ["שָׁלוֹם", "שלום"],
    ["می\u200cخواهم", "میخواهم"],
    ["٢٠٠١", "2001", "２００１"],
    ["co\u00adoperate", "cooperate"],
    ["a\u00a0 b", " a b ", "A\tB"],
    ["ガメラ", "ｶﾞﾒﾗ", "カ\u3099メラ"],
    ["ὁ ᾼ", "Ο ΑΙ"],
]
OTHERS = [
    ["か", "が"],
    ["कल", "कुल", "काल"],
    ["Drama", "Dramas"],
    ["100%", "100_", "100"],
    ["한", "하"],
    ["C", "C++", "C#"],
]
IN_ORDER = [
    "2 Filhos",
    "007 contra",
    "8",
    "8½",
    "9",
    "10 coisas",
    "81",
    "1917",
    "2001",
    "Ágata",
    "Ahab",
    "alien 3",
    "Alien 10",
    "Café 2 andar 3",
    "café 2 andar 20",
    "Sala",
    "Sala 1",
    "Sala 2",
    "SALA 2 B",
    "Sala 10",
    "Spider Man 1",
    "Spider-Man 2",
    "spider–man 10",
    "zebra",
    "Ярмарка",
]
LINES = st.text(st.characters(codec="utf-8"), max_size=40)


@pytest.mark.parametrize("texts", SAME, ids=lambda each: each[0])
def test_texts_are_the_same(texts: list[str]) -> None:
    assert len(set(map(folded, texts))) == 1
    assert len(set(map(order_key, texts))) == 1


@pytest.mark.parametrize("texts", OTHERS, ids=lambda each: each[0])
def test_texts_are_others(texts: list[str]) -> None:
    assert len(set(map(folded, texts))) == len(texts)


def test_titles_are_in_the_order_that_people_expect() -> None:
    entered = IN_ORDER[::-1]

    assert sorted(entered, key=order_key) == IN_ORDER


@pytest.mark.parametrize(
    ("search", "title"),
    [
        ("tóquio", "Encontros em TÓQUIO"),
        ("toquio encontros", "Encontros em Tóquio"),
        ("oquio", "Encontros em Tóquio"),
        ("spider man", "Spider-Man"),
        ("spiderman", "Spider–Man"),
        ("man-spider", "Spider-Man"),
        ("avventura", "L’Avventura"),
        ("lavventura", "L'Avventura"),
        ("l avventura", "L'Avventura"),
        ("dagua", "Gota d’Água"),
        ("8 1/2", "8½"),
        ("8½", "Fellini 8 1/2"),
        ("wall e", "WALL·E"),
        ("walle", "WALL·E"),
        ("100%", "100% Wolf"),
        ("2", "Toy Story 2"),
    ],
)
def test_a_search_finds(search: str, title: str) -> None:
    assert all(word in search_key(title) for word in search_words(search))


@pytest.mark.parametrize(
    ("search", "title"),
    [("%", "100 Wolf"), ("_", "Wolf"), ("toquio kyoto", "Tóquio"), ("\\", "Wolf")],
)
def test_a_search_does_not_find(search: str, title: str) -> None:
    assert not all(word in search_key(title) for word in search_words(search))


def test_marks_that_do_not_count_search_for_nothing() -> None:
    assert search_words(" - ’ \u200b") == ()


def test_a_key_fits_into_an_index_whatever_the_title() -> None:
    for letter in ("\ufdfa", "\U0001d15e", "字", "1 ", "ΐ", "\U0001f468"):
        key = order_key(letter * 200)
        assert len(key) <= MAX_KEY_LENGTH
        assert len(key.encode()) <= 4 * MAX_KEY_LENGTH


def test_only_the_beginning_of_what_is_too_long_is_looked_at() -> None:
    assert len(folded("x" * 1_000_000)) == 1_000
    assert folded("e\u0301" * 1_000_000) == "e" * 500


@pytest.mark.parametrize("letter", [0x345, 0x130, 0x149, 0x1F0, 0x3F4, 0x1E9E, 0xFB06])
def test_a_letter_is_the_same_in_every_case(letter: int) -> None:
    text = chr(letter)
    assert {folded(each) for each in (text.upper(), text.lower(), text.title())} == {
        folded(text)
    }


@given(LINES)
def test_what_is_folded_stays_as_it_is(text: str) -> None:
    assert folded(folded(text)) == folded(text)
    assert search_words(folded(text)) == search_words(text)
    assert order_key(folded(text)) == order_key(text)


def compositions(text: str) -> list[str]:
    return [unicodedata.normalize(form, text) for form in ("NFC", "NFD")]


VARIANTS: list[Callable[[str], str]] = [
    str.upper,
    str.lower,
    str.title,
    str.swapcase,
    str.casefold,
    folded,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: unicodedata.normalize("NFC", text),
    lambda text: text.replace("'", "\u2019").replace("-", "\u2013"),
]


@given(LINES, st.sampled_from(VARIANTS))
def test_a_variant_is_the_same_text(text: str, variant: Callable[[str], str]) -> None:
    assert folded(variant(text)) == folded(text)


@given(LINES, st.data())
def test_a_title_is_found_by_any_of_its_words_in_any_form(
    title: str, data: st.DataObject
) -> None:
    words = data.draw(st.permutations(title.split()))
    variant = data.draw(st.sampled_from(VARIANTS))
    search = " ".join(map(variant, words[:3]))

    assert all(word in search_key(title) for word in search_words(search))


@given(st.lists(st.integers(0, 10**30), min_size=2, max_size=5), st.text(max_size=3))
def test_numbers_are_in_the_order_of_their_values(
    numbers: list[int], before: str
) -> None:
    if before[-1:].isdecimal():
        before += "x"
    titles = [f"{before}{number}" for number in numbers]

    assert sorted(titles, key=order_key) == [f"{before}{n}" for n in sorted(numbers)]


@given(LINES)
def test_keys_can_be_stored(text: str) -> None:
    if is_line(text, 40):
        for key in (order_key(text), search_key(text)):
            assert "\x00" not in key
            key.encode()
