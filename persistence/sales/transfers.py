"""Offers of tickets, and their acceptance: each is one transaction."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.account_tokens import TokenInvalidError
from domain.check_ins import TicketNotValidError
from domain.errors import NotFoundError
from domain.tickets import TicketStatus
from persistence.key_value.own_writes import OwnWrites
from persistence.postgres.pool import Connection, Pool
from persistence.sales import transfer_sql as sql


class PostgresTransfers:
    """`own_writes` marks whose lists change, where there is a replica."""

    def __init__(self, pool: Pool, own_writes: OwnWrites | None = None) -> None:
        self._pool = pool
        self._own_writes = own_writes

    async def offer(
        self, ticket_id: UUID, holder_id: UUID, token_hash: bytes, period: timedelta
    ) -> datetime:
        row = await self._pool.fetchrow(
            sql.OFFER, ticket_id, holder_id, token_hash, period
        )
        if row is None:
            raise NotFoundError
        if row["expires_at"] is None:
            raise TicketNotValidError(TicketStatus(row["status"]))
        expires_at: datetime = row["expires_at"]
        return expires_at

    async def accept(self, token_hash: bytes, account_id: UUID) -> UUID:
        async with self._pool.acquire() as db, db.transaction():
            ticket_id, former_holder = await _accept(db, token_hash, account_id)
        if self._own_writes:
            for who in (account_id, former_holder):
                await self._own_writes.mark(who)
        return ticket_id


async def _accept(
    db: Connection, token_hash: bytes, account_id: UUID
) -> tuple[UUID, UUID]:
    """The ticket, and who has offered it."""
    account = await db.fetchrow(sql.LOCK_ACCOUNT, account_id)
    offer = await db.fetchrow(sql.LOCK_OFFER, token_hash)
    if account is None or offer is None or offer["offered_by"] == account_id:
        raise TokenInvalidError
    ticket_id, former_holder = offer["ticket_id"], offer["offered_by"]
    if offer["accepted_by"] not in {None, account_id}:
        raise TokenInvalidError
    if offer["accepted_by"] is None:
        if not await db.fetchval(sql.TAKE, ticket_id, account_id, offer["generation"]):
            status = await db.fetchval(sql.STATUS_NOW, ticket_id)
            raise TicketNotValidError(TicketStatus(status))
        await db.execute(sql.ACCEPTED, ticket_id, account_id)
    return ticket_id, former_holder
