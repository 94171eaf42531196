"""What does not change with a session's seats: their labels, places and zones."""

from collections.abc import Sequence
from uuid import UUID

from domain.seat_plan import PriceZone, Seat, SeatPlan
from persistence.catalog_rows import seat_of, zone_of
from persistence.postgres.pool import RecordPool
from runtime.kept_values import KeptValues

MAX_SEATS = 50_000  # of all plans, some 700 bytes each
EMPTY = 5  # what a plan takes without its seats, in seats

# Names a plan. Whatever changes a seat or a price zone counts as a change of the room
# or of its cinema.
PLAN = """(
    SELECT rooms.id || '.' || rooms.version || '.' || cinemas.version
    FROM rooms JOIN cinemas ON cinemas.id = rooms.cinema_id
    WHERE rooms.id = {room_id})"""
ON_SALE = f"""
SELECT ss.id, seat.row_label, seat.number, seat.room_id,
       {PLAN.format(room_id="seat.room_id")} AS plan
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
WHERE ss.id = ANY($1::uuid[])
"""  # noqa: S608  # made of constant fragments; values are parameters
SEATS = """
SELECT seat.id, seat.row_label, seat.number, seat.label, seat.x, seat.y, seat.place,
       seat.features, seat.zone_id, seat.out_of_service, zone.name AS zone_name,
       zone.is_default AS zone_is_default
FROM seats seat JOIN price_zones zone ON zone.id = seat.zone_id
WHERE seat.room_id = $1
"""
Planned = tuple[Seat, PriceZone]


class SeatPlans:
    """Plans are read when somebody asks for a seat of them, and then kept."""

    def __init__(self, pool: RecordPool) -> None:
        self._pool = pool
        self._plans: KeptValues[str, SeatPlan] = KeptValues(MAX_SEATS)

    def named(self, name: str) -> SeatPlan:
        """It may be empty. See PLAN."""
        plan = self._plans.get(name)
        if plan is None:
            plan = SeatPlan({})
            self._plans.keep(name, plan, EMPTY)
        return plan

    async def of_session_seats(self, ids: Sequence[UUID]) -> dict[UUID, Planned]:
        """By the ids of session seats. Fills their plans."""
        found: dict[UUID, Planned] = {}
        for row in await self._pool.fetch(ON_SALE, ids):
            plan = self.named(row["plan"])
            key = row["row_label"], row["number"]
            # A program of the last release adds seats, but changes no version.
            if key not in plan.seats:
                await self._fill(plan, row["room_id"])
                self._plans.keep(row["plan"], plan, EMPTY + len(plan.seats))
            found[row["id"]] = plan.seats[key]
        return found

    async def _fill(self, plan: SeatPlan, room_id: UUID) -> None:
        plan.seats = {
            (row["row_label"], row["number"]): (seat_of(row), zone_of(row, "zone_"))
            for row in await self._pool.fetch(SEATS, room_id)
        }
