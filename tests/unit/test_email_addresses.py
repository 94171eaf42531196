"""Which addresses are taken, and which are the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.email_addresses import address_key, known_address, new_address

# What is typed of one address, by people, programs and keyboards.
ONE_ADDRESS = [
    ["ana@cinema.example", " ANA@Cinema.Example\n", "ana@ｃｉｎｅｍａ.example"],  # noqa: RUF001 # wide letters
    ["ana@münchen.example", "ANA@MÜNCHEN.EXAMPLE", "ana@xn--mnchen-3ya.example"],
    ["ana@mu\u0308nchen.example", "ana@XN--MNCHEN-3YA.example"],
    ["joão@x.example", "joa\u0303o@x.example", "JOA\u0303O@x.example"],
    ["νίκος@x.example", "ΝΊΚΟΣ@x.example", "νίκοσ@x.example"],
    ["νίκος.παπάς@x.example", "ΝΊΚΟΣ.ΠΑΠΆΣ@X.EXAMPLE"],
    ["ana@ταξίδιας.example", "ANA@ΤΑΞΊΔΙΑΣ.EXAMPLE"],
]
SEVERAL_ADDRESSES = [
    ["strasse@x.example", "straße@x.example"],
    ["ana@fass.example", "ana@faß.example"],
    ["joao@x.example", "joão@x.example"],
    ["i@x.example", "ı@x.example"],  # noqa: RUF001 # without its dot
    ["ana@x.example", "a.na@x.example", "ana+1@x.example"],
]
REFUSED = [
    "",
    "@",
    "a@",
    "@b.example",
    "a@b",
    "a@b..c",
    "a@-b.c",
    "a@b-.c",
    "a@b.c.",
    "a@.b.c",
    ".a@b.c",
    "a.@b.c",
    "a..b@b.c",
    "a,b@b.c",
    "a;b@b.c",
    "<a@b.c>",
    "Ana <a@b.c>",
    "(Ana) a@b.c",
    '"a b"@b.c',
    "a@[127.0.0.1]",
    "a@b@c.example",
    "a b@c.example",
    "a@b c.example",
    "a@b\u00a0c.example",
    "a@b\nc.example",
    "a\x00@b.example",
    "a\ud800@b.example",
    "a\u2028@b.example",
    "a\u200b@b.example",
    "a\u202e@b.example",
    "\u034f@b.example",
    "a@b.local",
    "a@xn--zzzzzz-.example",
    "a" * 65 + "@b.example",
    "a@" + "b." * 130 + "example",
    "a" * 1_000_000 + "@b.example",
]


@pytest.mark.parametrize("spellings", ONE_ADDRESS, ids=lambda each: each[0])
def test_all_spellings_of_an_address_have_one_key(spellings: list[str]) -> None:
    keys = {address_key(each) for each in spellings}

    assert len(keys) == 1
    assert None not in keys


@pytest.mark.parametrize("addresses", SEVERAL_ADDRESSES, ids=lambda each: each[0])
def test_addresses_of_several_people_stay_several(addresses: list[str]) -> None:
    assert len({address_key(each) for each in addresses}) == len(addresses)


@pytest.mark.parametrize("text", REFUSED, ids=lambda text: repr(text[:20]))
def test_nobody_signs_up_with_what_is_no_address(text: str) -> None:
    assert new_address(text) is None


def test_an_address_is_kept_in_lower_case_and_in_its_own_alphabet() -> None:
    kept = [
        address.text
        for text in ("\tJoão.Silva+x@Exemplo.BR\n", "ana@XN--mnchen-3ya.example")
        if (address := new_address(text))
    ]

    assert kept == ["joão.silva+x@exemplo.br", "ana@münchen.example"]


@pytest.mark.parametrize(
    ("text", "spelling"),
    [
        ("A@b..c ", "a@b..c"),
        ("Ana@Corp.local", "ana@corp.local"),
        ("a" * 252 + "@b", "a" * 252 + "@b"),
        ("Joa\u0303o@x", "joão@x"),
    ],
)
def test_an_account_that_has_a_refused_address_is_found_by_its_spelling(
    text: str, spelling: str
) -> None:
    known = known_address(text)

    assert known
    assert (known.text, known.key) == (spelling, None)


@pytest.mark.parametrize(
    "text", ["", "@", "a@", "@b", "a@b@c", "a b@c", "a\x00@b", "a\ud800@b", "a" * 600]
)
def test_what_was_never_an_address_finds_nobody(text: str) -> None:
    assert known_address(text) is None


@given(st.text(max_size=30), st.text(max_size=30))
def test_what_is_kept_has_the_same_key_and_is_kept_as_it_is(
    local: str, host: str
) -> None:
    address = new_address(f"{local}@{host}.example")
    if address is None or address.key is None:
        return
    assert new_address(address.text) == address
    assert address_key(address.key) == address.key
