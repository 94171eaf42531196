"""Random secrets of clients: refresh tokens and sign-in codes, stored as hashes."""

from hashlib import sha256
from secrets import token_urlsafe

SECRET_BYTES = 32
MAX_SECRET_LENGTH = 64  # ours are shorter


def new_secret() -> str:
    return token_urlsafe(SECRET_BYTES)


def may_be_secret(text: str) -> bool:
    return len(text) <= MAX_SECRET_LENGTH and text.isascii()


def secret_hash(secret: str) -> bytes:
    """Fast and without a salt: a secret has too many bits to be guessed."""
    return sha256(secret.encode()).digest()
