"""Which passwords are good enough for a new account."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from domain.errors import InvalidInputError
from domain.text import without_unseen

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 128

# What everybody tries first; in the form in which it is compared.
WELL_KNOWN = frozenset(
    Path(__file__).with_name("well_known_passwords.txt").read_text("utf-8").split()
)


def is_password(text: str) -> bool:
    """Judged by its length; NUL and halves of characters cannot be hashed safely."""
    return (
        MIN_PASSWORD_LENGTH <= len(text) <= MAX_PASSWORD_LENGTH
        and "\x00" not in text
        and not any(unicodedata.category(letter) == "Cs" for letter in text)
    )


def wrong_password(
    password: str, address: str, name: str
) -> Iterator[InvalidInputError]:
    """Wrong is, too, what can be guessed of anybody, or of this one."""
    guess = _compared(password)
    local_part = address.partition("@")[0]
    if not is_password(password):
        yield InvalidInputError(
            "password",
            rule="password_length",
            shortest=MIN_PASSWORD_LENGTH,
            longest=MAX_PASSWORD_LENGTH,
        )
    elif not guess or guess in WELL_KNOWN:  # nothing but spaces is as soon tried
        yield InvalidInputError("password", rule="password_well_known")
    elif guess in map(_compared, (address, local_part, name)):
        yield InvalidInputError("password", rule="password_personal")


def _compared(text: str) -> str:
    """What looks alike is guessed alike: wide letters, and what hides between them."""
    plain = unicodedata.normalize("NFKC", text)
    return without_unseen(plain).strip().casefold()
