"""Check-ins: each is one statement."""

from domain.check_ins import (
    FAST_CLOCK,
    OLDEST_SCAN,
    CheckedIn,
    CheckIn,
    TicketAtDoor,
)
from domain.tickets import TicketStatus
from persistence.door import check_in_sql as sql
from persistence.postgres.pool import Pool


class PostgresCheckIns:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def check_in(self, check_in: CheckIn) -> CheckedIn | None:
        scan = check_in.scan
        rows = await self._pool.fetch(
            sql.CHECK_IN,
            check_in.ticket.ticket_id,
            check_in.ticket.generation,
            scan.session_id,
            scan.scanned_at,
            scan.gate,
            check_in.stored_nonce,
            scan.works_at.whole_network,
            scan.works_at.cinema_ids,
            check_in.opens_before,
            OLDEST_SCAN,
            FAST_CLOCK,
        )
        return CheckedIn(**rows[0]) if rows else None

    async def ticket(self, check_in: CheckIn) -> TicketAtDoor | None:
        places = check_in.scan.works_at
        row = await self._pool.fetchrow(
            sql.TICKET,
            check_in.ticket.ticket_id,
            places.whole_network,
            places.cinema_ids,
            check_in.opens_before,
        )
        if row is None:
            return None
        return TicketAtDoor(**{**row, "status": TicketStatus(row["status"])})
