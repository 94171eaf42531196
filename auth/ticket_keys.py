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
from auth.signing_keys import KeyRing
from auth.ticket_codes import KEY_ID_LENGTH
from domain.ticket_codes import TicketCode

# Where the keys are by default, in the folder of those that sign tokens.
FOLDER: Final = "tickets"
# A gate that works without a network has the keys that it loaded today.
SETTLING: Final = timedelta(days=1)


def ticket_ring(folder: Path) -> KeyRing:
    """Raises SigningKeyError."""
    return KeyRing(folder, settling=SETTLING, id_length=KEY_ID_LENGTH)


class TicketKeys:
    """The codes of tickets, by the keys of a ring. A key's id begins its thumbprint."""

    def __init__(self, ring: KeyRing) -> None:
        self._ring = ring

    def code(self, ticket_id: UUID, generation: int) -> str:
        key = self._ring.signing()
        private = key.pair.private_key
        if not isinstance(private, Ed25519PrivateKey):
            raise TypeError(key.id)
        key_id = key.id[:KEY_ID_LENGTH]
        return ticket_codes.written(ticket_id, generation, key_id, private)

    def read(self, code: str) -> TicketCode:
        return ticket_codes.read(code, self._public_key)

    def public(self) -> dict[str, Any]:
        """As a JWK Set (RFC 7517); `kid` is the key id in the codes."""
        return self._ring.public()

    def _public_key(self, key_id: str) -> Ed25519PublicKey | None:
        key = self._ring.find(key_id)
        public = key and key.pair.public_key
        return public if isinstance(public, Ed25519PublicKey) else None
