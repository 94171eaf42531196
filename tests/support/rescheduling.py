"""Sessions that are moved, and the rooms that they are moved to."""

from datetime import datetime, timedelta
from uuid import UUID

from domain.rescheduling import Reschedule, ReschedulingService
from persistence.catalog.rescheduling import PostgresReschedules
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.null_services import NothingCached, NoWakeup

ADD_ROOM = """
WITH room AS (INSERT INTO rooms (name) VALUES ('Sala 2') RETURNING id),
added AS (
    INSERT INTO seats (room_id, row_label, number)
    SELECT room.id, 'A', n FROM room, generate_series(1, $1::int) n
)
SELECT id FROM room
"""
STARTS_AT = "SELECT starts_at FROM sessions WHERE id = $1"
# In the order of their ids.
LABELS = """
SELECT seat.label, seat.room_id, ss.status, ss.version, ss.zone_id IS NULL AS is_retired
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
WHERE ss.session_id = $1 ORDER BY ss.id
"""


def rescheduling_service(pool: Pool) -> ReschedulingService:
    return ReschedulingService(
        PostgresReschedules(pool), PostgresLedger(pool), NothingCached(), NoWakeup()
    )


def moving(
    show: Show,
    by: UUID,
    starts_at: datetime | None = None,
    room_id: UUID | None = None,
    *seats: tuple[UUID, UUID],
) -> Reschedule:
    return Reschedule(
        session_id=show.session_id,
        starts_at=starts_at,
        room_id=room_id,
        seats=seats,
        reason="broken projector",
        by=by,
    )


async def another_room(cinema: Cinema, seats: int) -> UUID:
    """With A1 and so on, as sessions of tests have it."""
    room_id: UUID = await cinema.pool.fetchval(ADD_ROOM, seats)
    return room_id


async def later(cinema: Cinema, show: Show, **more: float) -> datetime:
    starts_at: datetime = await cinema.pool.fetchval(STARTS_AT, show.session_id)
    return starts_at + timedelta(**more)


async def labels(cinema: Cinema, show: Show) -> list[tuple[str, str, int, bool]]:
    """Label, status and version of each seat, and whether the room has it not."""
    rows = await cinema.pool.fetch(LABELS, show.session_id)
    return [
        (row["label"], row["status"], row["version"], row["is_retired"]) for row in rows
    ]
