"""The successor of a refresh token, sealed so that only a holder of the token reads it.

Two tabs of one client may exchange a token at once. Both get the same successor, so it
is stored beside the used token for some seconds. The key comes from the token, and we
store only a hash of the token. It works only for the network that exchanged the token.
"""

from secrets import token_bytes

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
NONCE_BYTES = 12
PURPOSE = b"successor of a refresh token"


def seal(token: str, network: str, successor: str) -> bytes:
    nonce = token_bytes(NONCE_BYTES)
    sealed = _cipher(token).encrypt(nonce, successor.encode(), network.encode())
    return nonce + sealed


def unseal(token: str, network: str, sealed: bytes) -> str | None:
    """None if it was sealed with another token or network."""
    nonce, text = sealed[:NONCE_BYTES], sealed[NONCE_BYTES:]
    try:
        return _cipher(token).decrypt(nonce, text, network.encode()).decode()
    except InvalidTag:
        return None


def _cipher(token: str) -> AESGCM:
    derivation = HKDF(SHA256(), KEY_BYTES, salt=None, info=PURPOSE)
    return AESGCM(derivation.derive(token.encode()))
