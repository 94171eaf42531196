"""Sends the statements of release 0.1.0, as its programs do while they are replaced."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

import asyncpg

from persistence.postgres.pool import Pool
from tests.support.cinema import Show
from tests.support.run import ROOT

LAST_MIGRATION = "0002"  # of that release: its programs use these tables
WRITTEN = ROOT / "docs/releases/0.1.0.sql"
STATEMENTS = {
    name: statement
    for name, _, statement in (
        part.partition("\n") for part in WRITTEN.read_text().split("-- name: ")[1:]
    )
}
NOBODY = (None, None)  # no request id, no trace
NO_KEY = (None, None)
PERIOD = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class ReleasedProgram:
    pool: Pool

    async def open_session(self, days: int, seats: int = 12) -> Show:
        """A room with seats, a session in so many days, and one more seat at last."""
        movie = await self.fetchval("ADD_MOVIE", "Limite", "", 114, [], None)
        room = await self.fetchval("ADD_ROOM", f"Sala {uuid4()}")
        await self._add_seats(room, seats - 1)
        start = datetime.now(UTC) + timedelta(days=days)
        end = start + timedelta(hours=2)
        session = await self.fetchval(
            "ADD_SESSION", movie, room, start, end, 2500, "BRL"
        )
        await self._add_seats(room, 1)
        rows = await self.pool.fetch(
            "SELECT id FROM session_seats WHERE session_id = $1 ORDER BY id", session
        )
        return Show(session, tuple(row["id"] for row in rows))

    async def reprice(self, show: Show, price_minor: int) -> None:
        session = await self.pool.fetchrow(
            "SELECT starts_at, ends_at FROM sessions WHERE id = $1", show.session_id
        )
        assert session
        await self.fetchval(
            "CHANGE_SESSION", show.session_id, *session, price_minor, "BRL"
        )
        assert await self.fetchval("REPRICE", show.session_id, *NOBODY)

    async def hold(self, show: Show, customer: UUID, *numbers: int) -> UUID:
        seats, id_ = [show.seat_ids[number] for number in numbers], uuid4()
        row = await self.fetchrow(
            "HOLD", show.session_id, seats, id_, customer, PERIOD, *NO_KEY, *NOBODY
        )
        assert row["held"], row
        return id_

    async def open_payment(self, reservation: UUID) -> UUID:
        """Or close it, if the reservation has ended."""
        for name in ("OPEN_PAYMENTS", "CLOSE_PAYMENTS"):
            await self.pool.execute(
                STATEMENTS[name], [reservation], *([item] for item in NOBODY)
            )
        id_: UUID = await self.pool.fetchval(
            "SELECT id FROM payments WHERE reservation_id = $1", reservation
        )
        return id_

    async def approve(self, reservation: UUID, customer: UUID) -> None:
        payment = await self.open_payment(reservation)
        async with self.pool.acquire() as db, db.transaction():
            locked = await db.fetchrow(STATEMENTS["LOCK_PAYMENT"], payment, customer)
            assert locked
            row = await db.fetchrow(
                STATEMENTS["APPROVE"], reservation, payment, *NOBODY
            )
            assert row
            assert row["confirmed"]
            assert row["seats"] == row["claims"]

    async def cancel(self, reservation: UUID, customer: UUID) -> None:
        row = await self.fetchrow("CANCEL", reservation, customer, *NOBODY)
        assert row["cancelled"], row

    async def expire(self, reservation: UUID) -> None:
        """The hold has to be overdue."""
        row = await self.fetchrow("EXPIRE_THESE", [reservation], *NOBODY)
        assert row["data"]["status"] == "EXPIRED"

    async def fetchrow(self, name: str, *entered: object) -> asyncpg.Record:
        row = await self.pool.fetchrow(STATEMENTS[name], *entered)
        assert row
        return row

    async def fetchval(self, name: str, *entered: object) -> UUID:
        value: UUID = (await self.fetchrow(name, *entered))[0]
        return value

    async def _add_seats(self, room: UUID, seats: int) -> None:
        last = await self.pool.fetchval(
            "SELECT max(number) FROM seats WHERE room_id = $1", room
        )
        rows = await self.pool.fetch(
            STATEMENTS["ADD_SEATS"], room, ["A"], [last or 0], [seats]
        )
        added = [row["id"] for row in rows]
        await self.pool.fetchval(STATEMENTS["PUT_ON_SALE"], room, added, *NOBODY)
