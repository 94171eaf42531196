"""Tickets at the door."""

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.check_ins import CheckInService, Scan
from domain.people import Workplaces
from persistence.door.check_ins import PostgresCheckIns
from persistence.postgres.pool import Pool
from tests.support.refunds import EVERYWHERE
from tests.support.ticket_codes import TICKET_CODES

USED = """
SELECT used_at, used_gate, generation, changed_in IS NOT NULL AS listed
FROM claims WHERE id = $1
"""
RITA = UUID(int=4)  # who stands at the door


def check_in_service(
    pool: Pool, opens_before: timedelta = timedelta(hours=1)
) -> CheckInService:
    return CheckInService(PostgresCheckIns(pool), TICKET_CODES, opens_before)


def scan_of(
    ticket_id: UUID,
    *,
    generation: int = 1,
    gate: str | None = None,
    session_id: UUID | None = None,
    scanned_at: datetime | None = None,
    works_at: Workplaces = EVERYWHERE,
) -> Scan:
    """Each with a nonce of its own."""
    return Scan(
        code=TICKET_CODES.code(ticket_id, generation),
        gate=gate,
        session_id=session_id,
        scanned_at=scanned_at,
        nonce=str(uuid4()),
        scanned_by=RITA,
        works_at=works_at,
    )
