"""Negotiates a language from Accept-Language, or the locale of connection_init."""

import re
from functools import lru_cache

from resolvers.texts import ENGLISH, TRANSLATED

OFFERED = (ENGLISH, *TRANSLATED)
MAX_LENGTH = 500  # longer than any browser's list; also bounds the cache's keys

# One language range of RFC 9110. Some clients write pt_BR instead of pt-BR.
RANGE = re.compile(
    r"(\*|[a-z]{1,8}(?:[-_][a-z0-9]{1,8})*)"
    r"(?:[ \t]*;[ \t]*q=(0(?:\.\d{0,3})?|1(?:\.0{0,3})?))?",
    re.ASCII | re.IGNORECASE,
)


def locale_for(accept_language: str | None) -> str:
    """One of OFFERED. English if none of them is accepted, or for a bad header."""
    if not accept_language or len(accept_language) > MAX_LENGTH:
        return ENGLISH
    return _negotiated(accept_language)


@lru_cache(maxsize=256)
def _negotiated(accept_language: str) -> str:
    """The first offered language that matches, by descending quality.

    A variant of another country beats another language: pt-PT gets pt-BR.
    """
    wanted = _ranges(accept_language)
    for tag in sorted(wanted, key=lambda tag: -wanted[tag]):
        for offer in OFFERED:
            if _fits(offer, tag, wanted) and not _is_unwanted(offer, wanted):
                return offer
    return ENGLISH


def _ranges(accept_language: str) -> dict[str, float]:
    """Quality by language range, in order. Malformed ranges are skipped."""
    found = map(RANGE.fullmatch, map(str.strip, accept_language.split(",")))
    return {
        each[1].lower().replace("_", "-"): float(each[2] or 1) for each in found if each
    }


def _fits(offer: str, tag: str, wanted: dict[str, float]) -> bool:
    if wanted[tag] == 0:
        return False
    if tag == "*":  # matches languages without a range of their own
        return all(_language(offer) != _language(each) for each in wanted)
    return _language(offer) == _language(tag)


def _is_unwanted(offer: str, wanted: dict[str, float]) -> bool:
    """The most exact range decides; ranges of other countries do not count."""
    quality = wanted.get(offer.lower(), wanted.get(_language(offer), 1.0))
    return quality == 0


def _language(tag: str) -> str:
    return tag.partition("-")[0]
