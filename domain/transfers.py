"""Give a ticket to another person: it is offered by a link, and accepted once."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Protocol
from uuid import UUID

from domain.account_tokens import TokenInvalidError
from domain.client_secrets import may_be_secret, new_secret, secret_hash

OFFER_PERIOD: Final = timedelta(days=7)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketOffer:
    """Who has the token may accept the ticket, until then or until its session ends."""

    ticket_id: UUID
    token: str
    expires_at: datetime


class Transfers(Protocol):
    async def offer(
        self, ticket_id: UUID, holder_id: UUID, token_hash: bytes, period: timedelta
    ) -> datetime:
        """Until when. The offer replaces an earlier one of the ticket.

        Raises NotFoundError for who does not hold it, or TicketNotValidError.
        """

    async def accept(self, token_hash: bytes, account_id: UUID) -> UUID:
        """The id of the ticket, which the account holds from now on.

        Raises TokenInvalidError or TicketNotValidError, and then changes nothing.
        """


class TransferService:
    def __init__(self, transfers: Transfers) -> None:
        self._transfers = transfers

    async def offer(self, ticket_id: UUID, holder_id: UUID) -> TicketOffer:
        """Each call makes a new link, and ends the one before. Raises likewise."""
        token = new_secret()
        expires_at = await self._transfers.offer(
            ticket_id, holder_id, secret_hash(token), OFFER_PERIOD
        )
        return TicketOffer(ticket_id=ticket_id, token=token, expires_at=expires_at)

    async def accept(self, token: str, account_id: UUID) -> UUID:
        """A repeated call of who has accepted it has the same answer."""
        if not may_be_secret(token):
            raise TokenInvalidError
        return await self._transfers.accept(secret_hash(token), account_id)
