"""A plain model of who holds and buys seats, to compare the database with."""

from dataclasses import dataclass, field
from typing import TypeAlias
from uuid import UUID

from persistence.postgres.pool import Pool
from tests.support.cinema import Show

Outcome: TypeAlias = str | tuple[frozenset[int], frozenset[UUID]]


@dataclass
class Booked:
    """What the model knows of one reservation."""

    id: UUID
    customer: UUID
    seats: tuple[int, ...]
    status: str = "PENDING"
    payment: str | None = None
    over: bool = False
    key: str | None = None


@dataclass
class Model:
    versions: list[int]  # of each seat
    booked: list[Booked] = field(default_factory=list)
    used_keys: set[tuple[UUID, str]] = field(default_factory=set)

    def holder(self, seat: int) -> Booked | None:
        taken = (b for b in self.booked if b.status in {"PENDING", "CONFIRMED"})
        return next((b for b in taken if seat in b.seats), None)

    def hold(self, booked: Booked) -> Outcome:
        """Seats of others and overdue reservations, if it is refused for them."""
        holders = {id(h): h for s in booked.seats if (h := self.holder(s))}
        if holders:
            overdue = (h for h in holders.values() if h.over and h.status == "PENDING")
            taken = frozenset(s for s in booked.seats if self.holder(s))
            return taken, frozenset(h.id for h in overdue)
        if booked.key and (booked.customer, booked.key) in self.used_keys:
            return "key reused"
        if booked.key:
            self.used_keys.add((booked.customer, booked.key))
        self.booked.append(booked)
        self.touch(booked)
        return "held"

    def close(self, booked: Booked, status: str) -> None:
        booked.status = status
        self.touch(booked)

    def touch(self, booked: Booked) -> None:
        for seat in booked.seats:
            self.versions[seat] += 1

    async def compare(self, pool: Pool, show: Show) -> None:
        """All rows, versions and events have to agree."""
        await self._compare_seats(pool, show)
        await self._compare_reservations(pool, show)
        await self._compare_events(pool, show)

    async def _compare_seats(self, pool: Pool, show: Show) -> None:
        seats = await pool.fetch(
            "SELECT status, version, reservation_id FROM session_seats"
            " WHERE session_id = $1 ORDER BY id",
            show.session_id,
        )
        for seat, row in enumerate(seats):
            holder = self.holder(seat)
            states = {"PENDING": "HELD", "CONFIRMED": "SOLD"}
            assert row["status"] == (states[holder.status] if holder else "AVAILABLE")
            assert row["reservation_id"] == (holder.id if holder else None)
            assert row["version"] == self.versions[seat]

    async def _compare_reservations(self, pool: Pool, show: Show) -> None:
        known = await pool.fetch(
            "SELECT r.id, r.status, r.amount_minor, p.status AS payment,"
            " p.amount_minor AS paid FROM reservations r"
            " LEFT JOIN payments p ON p.reservation_id = r.id WHERE r.session_id = $1",
            show.session_id,
        )
        assert {(row["id"], row["status"], row["payment"]) for row in known} == {
            (booked.id, booked.status, booked.payment) for booked in self.booked
        }
        assert all(row["paid"] in {None, row["amount_minor"]} for row in known)

    async def _compare_events(self, pool: Pool, show: Show) -> None:
        events = await pool.fetch(
            "SELECT seat->>'id' AS id, array_agg((seat->>'version')::int"
            " ORDER BY position) AS versions"
            " FROM outbox, jsonb_array_elements(data->'seats') seat"
            " WHERE session_id = $1 AND topic = 'reservations' GROUP BY 1",
            show.session_id,
        )
        versions = {UUID(row["id"]): row["versions"] for row in events}
        for seat, seat_id in enumerate(show.seat_ids):
            newest = self.versions[seat]
            assert versions.get(seat_id, []) == list(range(2, newest + 1))
