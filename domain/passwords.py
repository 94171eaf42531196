"""Which passwords a new account may have, and how they are compared."""

import unicodedata
from collections.abc import Iterator
from pathlib import Path

from domain.errors import InvalidInputError
from domain.text import without_invisible

MIN_PASSWORD_LENGTH = 8
MAX_PASSWORD_LENGTH = 128
MAX_TYPED_LENGTH = 4 * MAX_PASSWORD_LENGTH  # a letter and its accents may be 4

# The most common passwords, in the form in which they are compared.
WELL_KNOWN = frozenset(
    Path(__file__).with_name("well_known_passwords.txt").read_text("utf-8").split()
)


def opaque_string(password: str) -> str:
    """The same for all keyboards and systems: OpaqueString of RFC 8265.

    Letters are composed with their accents, and all kinds of space are one.
    Unlike in the RFC, no class of characters is forbidden here.
    """
    if len(password) > MAX_TYPED_LENGTH:
        return password  # too long, so it is refused later
    spaces = (" " if unicodedata.category(each) == "Zs" else each for each in password)
    return unicodedata.normalize("NFC", "".join(spaces))


def password_spellings(password: str) -> tuple[str, ...]:
    """What may have been hashed: the first one, or, by 0.1.0, the password as typed.

    How many there are depends on the typed password alone. So the time of a refusal
    shows nothing about the account.
    """
    opaque = opaque_string(password)
    older = unicodedata.normalize("NFD", opaque) if opaque == password else password
    return tuple(filter(is_password, dict.fromkeys((opaque, older))))


def is_password(text: str) -> bool:
    """By length only; NUL and lone surrogates cannot be hashed safely."""
    return (
        MIN_PASSWORD_LENGTH <= len(text) <= MAX_PASSWORD_LENGTH
        and "\x00" not in text
        and not any(unicodedata.category(letter) == "Cs" for letter in text)
    )


def wrong_password(
    password: str, address: str, name: str
) -> Iterator[InvalidInputError]:
    """Also rejects common passwords and those derived from the user's own data."""
    guess = _compared(password)
    local_part = address.partition("@")[0]
    if not is_password(password):
        yield InvalidInputError(
            "password",
            rule="password_length",
            shortest=MIN_PASSWORD_LENGTH,
            longest=MAX_PASSWORD_LENGTH,
        )
    elif not guess or guess in WELL_KNOWN:  # a password of spaces is common too
        yield InvalidInputError("password", rule="password_well_known")
    elif guess in map(_compared, (address, local_part, name)):
        yield InvalidInputError("password", rule="password_personal")


def _compared(text: str) -> str:
    """Equal for passwords that look alike: no wide letters or invisible characters."""
    plain = unicodedata.normalize("NFKC", text)
    return without_invisible(plain).strip().casefold()
