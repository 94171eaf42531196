"""E-mail addresses and names of people, in the form in which they are stored."""

import unicodedata

from domain.text import is_line

MAX_EMAIL_LENGTH = 254  # RFC 5321: what fits into a mail server's path
MAX_NAME_LENGTH = 100


def email_address(text: str) -> str | None:
    """The normalised address; None if the text cannot be one."""
    # Checked first: a megabyte of input must not cost more than this.
    if len(text) > 2 * MAX_EMAIL_LENGTH:
        return None
    # An accent may be a character of its own or a part of one: both look the same.
    address = unicodedata.normalize("NFC", text.strip().lower())
    local, at, host = address.partition("@")
    sane = local and at and host and "@" not in host and " " not in address
    if not sane or not address.isprintable() or len(address) > MAX_EMAIL_LENGTH:
        return None
    return address


def is_name(text: str) -> bool:
    return is_line(text, MAX_NAME_LENGTH)
