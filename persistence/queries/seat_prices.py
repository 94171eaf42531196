"""What tickets cost in each seat of a session."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

import asyncpg

from domain.price_cards import price_order
from domain.ticket_prices import SeatPrices, TicketPrice
from persistence.postgres.pool import RecordPool
from persistence.queries.prices import PRICES_OF_SESSIONS, price_of
from persistence.queries.seat_plans import PLAN
from runtime.kept_values import KeptValues

MAX_SEATS = 50_000  # of all sessions, some 100 bytes each
EMPTY = 5  # what the prices of a session take without its seats, in seats

# Stands for all prices of a session, beside its plan, in which the names of its zones
# are. A changed type has another xmin. A program of the last release changes the price
# of a session, but not its version.
PRICES = """(sessions.version || '.' || sessions.price_minor || '.'
    || (SELECT sum(xmin::text::bigint) FROM ticket_types))"""
SEATS = f"""
SELECT ss.id, ss.session_id, ss.zone_id,
       {PLAN.format(room_id="sessions.room_id")} AS plan, {PRICES} AS prices
FROM session_seats ss JOIN sessions ON sessions.id = ss.session_id
WHERE {{column}} = ANY($1::uuid[])
"""  # noqa: S608  # made of constant fragments; values are parameters
ON_SALE = SEATS.format(column="ss.id")
ALL_ON_SALE = SEATS.format(column="ss.session_id")
BY_ZONE = PRICES_OF_SESSIONS.format(ids="$1::uuid[]")


@dataclass(frozen=True, slots=True)
class _Named:
    name: tuple[str, str]
    prices: SeatPrices


class KeptPrices:
    """Prices are read when somebody asks for those of a seat, and then kept.

    When they have changed, those of all seats are read with the next map.
    """

    def __init__(self, pool: RecordPool) -> None:
        self._pool = pool
        self._kept: KeptValues[UUID, _Named] = KeptValues(MAX_SEATS)
        self._changed: set[UUID] = (
            set()
        )  # sessions, for whose prices somebody has asked

    def named(self, row: asyncpg.Record) -> SeatPrices:
        """Those of the row's session, plan and prices. They may be empty."""
        session_id, name = row["session_id"], (row["plan"], row["prices"])
        kept = self._kept.get(session_id)
        if kept is None or kept.name != name:
            if kept and kept.prices.by_seat:
                self._changed.add(session_id)
            kept = _Named(name, SeatPrices())
            self._kept.keep(session_id, kept, EMPTY)
        return kept.prices

    async def of_session_seats(
        self, ids: Sequence[UUID]
    ) -> dict[UUID, tuple[TicketPrice, ...]]:
        """By the ids of session seats."""
        return await self._read(await self._pool.fetch(ON_SALE, ids))

    async def refresh(self) -> None:
        """Those that have changed, for all seats."""
        if self._changed:
            changed, self._changed = self._changed, set()
            await self._read(await self._pool.fetch(ALL_ON_SALE, list(changed)))

    async def _read(
        self, rows: Sequence[asyncpg.Record]
    ) -> dict[UUID, tuple[TicketPrice, ...]]:
        of_session = {row["session_id"]: self.named(row) for row in rows}
        await self._fill(of_session)
        found: dict[UUID, tuple[TicketPrice, ...]] = {}
        for row in rows:
            prices = of_session[row["session_id"]]
            known = (prices.by_zone or {}).get(row["zone_id"], ())
            found[row["id"]] = prices.by_seat[row["id"]] = known
        for session_id, prices in of_session.items():
            kept = self._kept.get(session_id)
            if kept and kept.prices is prices:
                self._kept.keep(session_id, kept, EMPTY + len(prices.by_seat))
        return found

    async def _fill(self, of_session: dict[UUID, SeatPrices]) -> None:
        """One statement for all sessions."""
        empty = [each for each, prices in of_session.items() if prices.by_zone is None]
        if not empty:
            return
        shares: defaultdict[UUID, defaultdict[UUID, list[TicketPrice]]]
        shares = defaultdict(lambda: defaultdict(list))
        for row in await self._pool.fetch(BY_ZONE, empty):
            shares[row["session_id"]][row["zone_id"]].append(price_of(row))
        for each in empty:
            zones = shares[each].items()
            of_session[each].by_zone = {
                zone: tuple(sorted(prices, key=price_order)) for zone, prices in zones
            }
