"""Chooses the media type of a response by the `Accept` header."""

from collections.abc import Set as AbstractSet
from functools import lru_cache

from transport import results

GRAPHQL_RESPONSE = "application/graphql-response+json"
JSON = "application/json"

# How exactly a range names a type. The most exact range decides on its quality.
EXACT, SUBTYPE, ANYTHING = 2, 1, 0


@lru_cache(maxsize=64)  # there are few kinds of clients
def media_type_for(accept: str) -> str | None:
    """None when neither is acceptable.

    A client without a preference gets JSON, as the specification wants it for old
    clients. One that names both with the same quality gets the type whose status shows
    a failure.
    """
    if not accept.strip():
        return JSON
    ranges = [_quality(part) for part in accept.lower().split(",")]
    offers = []
    for media_type in (GRAPHQL_RESPONSE, JSON):
        exactness, quality = max(
            (
                (exactness, quality)
                for name, quality in ranges
                if (exactness := _exactness(name, media_type)) is not None
            ),
            default=(ANYTHING, 0.0),
        )
        named = exactness == EXACT
        if quality > 0:
            preferred = named == (media_type == GRAPHQL_RESPONSE)
            offers.append((quality, exactness, preferred, media_type))
    return max(offers)[-1] if offers else None


def status_of(codes: AbstractSet[str | None], media_type: str) -> int:
    """The status of an answer to an operation that was not executed.

    application/json promises 200 to every well-formed request.
    """
    if results.INTERNAL in codes:
        return 500
    return 400 if media_type == GRAPHQL_RESPONSE else 200


def _quality(part: str) -> tuple[str, float]:
    name, *parameters = (piece.strip() for piece in part.split(";"))
    for parameter in parameters:
        key, _, value = parameter.partition("=")
        if key.strip() == "q":
            try:
                quality = float(value)
            except ValueError:
                return name, 0.0
            return name, quality if 0 <= quality <= 1 else 0.0
    return name, 1.0


def _exactness(name: str, media_type: str) -> int | None:
    if name == media_type:
        return EXACT
    if name == "application/*":
        return SUBTYPE
    return ANYTHING if name == "*/*" else None
