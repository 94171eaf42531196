"""The code of a ticket: what its QR code says, for gates to read."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID


class CodeInvalidError(Exception):
    """It is no code of ours: forged, cut off, or of a key that is gone."""


@dataclass(frozen=True, slots=True)
class TicketCode:
    """`key_id` as the published key has it."""

    ticket_id: UUID
    generation: int
    key_id: str


class TicketCodes(Protocol):
    def code(self, ticket_id: UUID, generation: int) -> str:
        """The same one each time, until another key signs."""

    def read(self, code: str) -> TicketCode:
        """Raises CodeInvalidError. Says nothing of the ticket as it is now."""
