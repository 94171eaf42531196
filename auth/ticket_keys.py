"""The keys that sign the codes of tickets: a ring of their own.

A code is valid for as long as its ticket, a token for minutes. So these keys live long,
and retiring a key that signs tokens must not touch tickets.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey,
    Ed25519PublicKey,
)

from auth import ticket_codes
from auth.signing_keys import ALGORITHM, KeyRing, SigningKey
from auth.ticket_codes import KEY_ID_LENGTH
from domain.ticket_codes import TicketCode

# Where the keys are by default, in the folder of those that sign tokens.
FOLDER: Final = "tickets"
# A gate that works without a network has the keys that it loaded today.
SETTLING: Final = timedelta(days=1)


def ticket_ring(folder: Path) -> KeyRing:
    """Raises SigningKeyError."""
    return KeyRing(folder, settling=SETTLING)


class TicketKeys:
    """The codes of tickets, by the keys of a ring. A key's id begins its thumbprint."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def code(self, ticket_id: UUID, generation: int) -> str:
        key = self._ring.signing()
        private = key.pair.private_key
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(key.id)
        return ticket_codes.written(ticket_id, generation, _short_id(key), private)

    def read(self, code: str) -> TicketCode:
        return ticket_codes.read(code, self._public_key)

    def public(self) -> dict[str, Any]:
        """As a JWK Set (RFC 7517); `kid` is the key id in the codes."""
        return {
            "keys": [
                key.pair.as_dict(
                    private=False, kid=_short_id(key), use="sig", alg=ALGORITHM
                )
                for key in self._ring.keys().values()
            ]
        }

    def _public_key(self, key_id: str) -> Ed25519PublicKey | None:
        key = self._key(key_id)
        if key is None:
            self._ring.find(key_id)  # a new one: the ring may read the folder again
            key = self._key(key_id)
        public = key and key.pair.public_key
        return public if isinstance(public, Ed25519PublicKey) else None

    def _key(self, key_id: str) -> SigningKey | None:
        keys = self._ring.keys().values()
        return next((key for key in keys if _short_id(key) == key_id), None)


def _short_id(key: SigningKey) -> str:
    return key.id[:KEY_ID_LENGTH]
