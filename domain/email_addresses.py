"""E-mail addresses: which are taken, how they are kept, and how they are found."""

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from domain.text import is_line

MAX_EMAIL_LENGTH = 254  # RFC 5321: what fits into a mail server's path


@dataclass(frozen=True, slots=True)
class EmailAddress:
    text: str  # as it is kept and shown: in lower case, the host in its own alphabet
    key: str | None  # equal for all spellings of the address; None: it has just one


def new_address(text: str) -> EmailAddress | None:
    """Of a new account; None for what cannot be an address."""
    # Before it is looked at any closer: a megabyte of input is not worth it.
    if len(text) > 2 * MAX_EMAIL_LENGTH:
        return None
    try:
        valid = validate_email(
            text.strip().lower(),
            check_deliverability=False,  # it would ask name servers
            strict=True,  # with the limits of RFC 5321
        )
        host = _host_key(valid.domain, valid.ascii_domain)
    except (EmailNotValidError, UnicodeError):
        return None
    local = unicodedata.normalize("NFC", valid.local_part.lower())
    if not is_line(local, MAX_EMAIL_LENGTH):
        return None
    return EmailAddress(f"{local}@{valid.domain}", f"{_one_sigma(local)}@{host}")


def known_address(text: str) -> EmailAddress | None:
    """Of an account that there may be, or that a provider vouches for.

    Older accounts may have an address that is refused by now, or one that is another
    account's by its key. They are found by their exact spelling.
    """
    if len(text) > 2 * MAX_EMAIL_LENGTH:
        return None
    spelling = unicodedata.normalize("NFC", text.strip().lower())
    local, _, host = spelling.partition("@")
    if not (local and host and spelling.isprintable()) or set(" @") & set(host):
        return None
    if " " in local or len(spelling) > MAX_EMAIL_LENGTH:
        return None
    return EmailAddress(spelling, address_key(spelling))


def address_key(text: str) -> str | None:
    """What finds the account of an address, however that is spelt.

    The host is compared as its registry does, in punycode. Of the local part only case
    and composition do not count: anything more could make two people one account.
    """
    address = new_address(text)
    return address.key if address else None


def _host_key(host: str, ascii_host: str) -> str:
    folded = _one_sigma(host)
    if folded == host:
        return ascii_host
    return validate_email(f"a@{folded}", check_deliverability=False).ascii_domain


def _one_sigma(text: str) -> str:
    """At the end of a word sigma has a form of its own, which no upper case has."""
    return text.replace("ς", "σ")  # noqa: RUF001 # it is no o
