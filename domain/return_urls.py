"""Where a provider sends the browser when the buyer is done."""

from typing import Final
from urllib.parse import urlsplit

from domain.errors import InvalidInputError

LONGEST: Final = 2_000
LOOPBACK: Final = frozenset({"localhost", "127.0.0.1", "::1"})
NEVER_IN_A_URL: Final = frozenset(' \\"<>^`{|}')


def checked_return_url(url: str) -> str:
    """Raises InvalidInputError for anything but https, or http on this machine."""
    if not _is_safe(url):
        raise InvalidInputError("returnUrl", rule="return_url", limit=LONGEST)
    return url


def _is_safe(url: str) -> bool:
    if len(url) > LONGEST or not (url.isascii() and url.isprintable()):
        return False
    if NEVER_IN_A_URL & set(url):
        return False
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or port == 0 or "@" in parts.netloc:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in LOOPBACK)
