"""Keys with which a client asks again for an answer that was lost on the way."""

from hashlib import sha256

from domain.errors import InvalidInputError
from domain.ports import IdempotencyKey

MAX_KEY_LENGTH = 255


def key_for(key: str | None, *input: object) -> IdempotencyKey | None:
    """The key with a hash of what it is used for; raises InvalidInputError."""
    if key is None:
        return None
    if not key or len(key) > MAX_KEY_LENGTH or not _is_storable(key):
        raise InvalidInputError(
            "idempotencyKey", rule="idempotency_key_length", limit=MAX_KEY_LENGTH
        )
    return IdempotencyKey(key, sha256("\n".join(map(str, input)).encode()).digest())


def _is_storable(text: str) -> bool:
    """Postgres keeps neither NUL nor halves of characters."""
    return "\x00" not in text and not any("\ud800" <= c <= "\udfff" for c in text)
