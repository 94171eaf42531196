"""Sessions whose seats have prices by zone and ticket type."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

from tests.support.cinema import Cinema, Show

ADD_TYPE = "INSERT INTO ticket_types (name) VALUES ($1) RETURNING id"
DEFAULT_TYPE = "SELECT id FROM ticket_types WHERE is_default"
ADD_ZONE = """
INSERT INTO price_zones (cinema_id, name, name_key)
SELECT room.cinema_id, $2, $2 FROM sessions s JOIN rooms room ON room.id = s.room_id
WHERE s.id = $1 RETURNING id
"""
PUT_INTO_ZONE = """
UPDATE session_seats SET zone_id = $2, price_minor = $3 WHERE id = ANY($1)
"""
ADD_PRICE = """
INSERT INTO session_prices (session_id, zone_id, ticket_type_id, amount_minor)
VALUES ($1, $2, $3, $4)
"""
ADD_QUOTA = """
INSERT INTO ticket_quotas (session_id, ticket_type_id, seats_limit) VALUES ($1, $2, $3)
"""
TAKEN = """
SELECT seats_taken FROM ticket_quotas WHERE session_id = $1 AND ticket_type_id = $2
"""
RESERVE = """
mutation ($input: ReserveSeatsInput!) { reserveSeats(input: $input) {
  __typename
  ... on Reservation { id total { amountMinor } seats { price { amountMinor } } }
  ... on InvalidInput { fields { path } }
  ... on PriceChanged { total { amountMinor currency } }
  ... on Problem { code }
} }
"""
ADULT, STUDENT, CHILD = 3000, 1500, 1000
DEARER = 500  # in the zone of the last two seats


@dataclass(frozen=True, kw_only=True)
class PricedShow(Show):
    """Seats cost more in a zone of their own; students have a quota, children none."""

    adult: UUID
    student: UUID
    child: UUID
    unsold: UUID  # a type without a price
    standard: UUID
    premium: UUID


async def open_priced_session(
    cinema: Cinema, seats: int = 10, *, students: int = 4
) -> PricedShow:
    """The last two seats are premium."""
    pool = cinema.pool
    show = await cinema.open_session(seats, price_minor=ADULT)
    session_id = show.session_id
    adult = await pool.fetchval(DEFAULT_TYPE)
    student, child, unsold = [
        await pool.fetchval(ADD_TYPE, f"{name} {uuid4()}")
        for name in ("Student", "Child", "Senior")
    ]
    standard, premium = [
        await pool.fetchval(ADD_ZONE, session_id, f"{name} {uuid4()}")
        for name in ("Standard", "Premium")
    ]
    await pool.execute(PUT_INTO_ZONE, show.seat_ids, standard, ADULT)
    await pool.execute(PUT_INTO_ZONE, show.seat_ids[-2:], premium, ADULT + DEARER)
    for zone, more in ((standard, 0), (premium, DEARER)):
        for ticket_type, amount in ((adult, ADULT), (student, STUDENT), (child, CHILD)):
            await pool.execute(ADD_PRICE, session_id, zone, ticket_type, amount + more)
    await pool.execute(ADD_QUOTA, session_id, student, students)
    return PricedShow(
        session_id,
        show.seat_ids,
        adult=adult,
        student=student,
        child=child,
        unsold=unsold,
        standard=standard,
        premium=premium,
    )


def with_types(show: Show, types: dict[int, UUID], *others: int) -> dict[str, Any]:
    """Input of reserveSeats for these seats, from 0, and others of no chosen type."""
    return {
        "sessionId": str(show.session_id),
        "seatIds": [str(show.seat_ids[number]) for number in (*types, *others)],
        "tickets": tickets(show, types),
    }


def tickets(show: Show, types: dict[int, UUID]) -> list[dict[str, str]]:
    return [
        {"seatId": str(show.seat_ids[number]), "ticketTypeId": str(ticket_type)}
        for number, ticket_type in types.items()
    ]


async def students_of(cinema: Cinema, show: PricedShow) -> int:
    """How many seats the counter of the quota says that they have."""
    return int(await cinema.pool.fetchval(TAKEN, show.session_id, show.student))
