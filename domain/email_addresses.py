"""E-mail addresses: which are valid, how they are stored, and how they are compared."""

import unicodedata
from dataclasses import dataclass

from email_validator import EmailNotValidError, validate_email

from domain.text import is_line

MAX_EMAIL_LENGTH = 254  # RFC 5321: what fits into a mail server's path


@dataclass(frozen=True, slots=True)
class EmailAddress:
    text: str  # stored and shown: in lower case, the host in its own script
    key: str | None  # equal for all spellings; None if only `text` finds it


def new_address(text: str) -> EmailAddress | None:
    """The address of a new account. None if the text is not a valid address."""
    # First, because the checks below are slow for a long text.
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
    """An address to look for, or one that a provider has verified.

    An older account may have an address that is not valid any more, or one whose key
    belongs to another account. Its exact spelling finds it.
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
    """Equal for all spellings of one address. None if the text is not a valid address.

    Hosts are compared in punycode, as registries do. Local parts are compared without
    case, and composed. To ignore more could give two people one account.
    """
    address = new_address(text)
    return address.key if address else None


def _host_key(host: str, ascii_host: str) -> str:
    folded = _one_sigma(host)
    if folded == host:
        return ascii_host
    return validate_email(f"a@{folded}", check_deliverability=False).ascii_domain


def _one_sigma(text: str) -> str:
    """Sigma has another form at the end of a word, but only in lower case."""
    return text.replace("ς", "σ")  # noqa: RUF001 # a sigma, not the letter o
