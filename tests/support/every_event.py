"""Changes that write each type of event."""

from datetime import UTC, datetime, timedelta

import asyncpg

from domain.money import Money
from domain.new_seats import NewSeats
from domain.reservation import DEFAULT_TERMS, Reservation
from domain.session_changes import SessionChange
from persistence.catalog.blocks import PostgresBlocks
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.events import open_payment, update_payments
from tests.support.notices import cause_account_events
from tests.support.payments import Payments
from tests.support.refunds import (
    EVERYWHERE,
    asking,
    cancellation_service,
    refund_service,
    sell,
    ticket_ids,
)
from tests.support.rescheduling import another_room, moving, rescheduling_service
from tests.support.sale_events import hold


class EveryEvent:
    """A hold that is sold, an extended one that is cancelled, and one that expires.

    Then more seats, a price, a session that is removed, and an account.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cinema = Cinema(pool)
        self._ledger = PostgresLedger(pool)
        self._catalog = PostgresCatalog(pool)

    async def written(self) -> dict[str, asyncpg.Record]:
        show = await self._cinema.open_session()
        await self._pay(await hold(self._cinema, show, 0))
        await self._refund(show)
        await self._cancel(await hold(self._cinema, show, 1))
        await self._let_expire(await hold(self._cinema, show, 2))
        await self._give_up(show)
        await self._change_the_catalog(await self._cinema.open_session(seats=2))
        never_sold = await self._cinema.open_session()
        await self._catalog.remove_session(never_sold.session_id)
        [rita] = await self._cinema.customers(1)
        moved = await self._cinema.open_session(seats=2)
        await sell(self._pool, moved, rita, 0)
        room_id = await another_room(self._cinema, 2)
        await rescheduling_service(self._pool).reschedule_session(
            moving(moved, rita, None, room_id)
        )
        cancelled = await self._cinema.open_session()
        await cancellation_service(self._pool).cancel_session(
            cancelled.session_id, "flood", rita
        )
        await cause_account_events(self._pool)
        rows = await self._pool.fetch("SELECT * FROM outbox ORDER BY position")
        return {row["type"]: row for row in rows}

    async def _pay(self, held: Reservation) -> None:
        payment_id = await open_payment(self._pool, held.id)
        await self._ledger.approve(payment_id, held.customer_id, None)

    async def _refund(self, show: Show) -> None:
        [ana] = await self._cinema.customers(1)
        sold = await sell(self._pool, show, ana, 3, 4)
        first, _ = await ticket_ids(self._pool, sold.id)
        for wanted in ([first], None):
            await refund_service(self._pool).refund_tickets(
                asking(sold, wanted, manages=EVERYWHERE)
            )

    async def _cancel(self, held: Reservation) -> None:
        await self._ledger.extend(held.id, held.customer_id, DEFAULT_TERMS, None)
        await open_payment(self._pool, held.id)
        await self._ledger.cancel(held.id, held.customer_id)
        await update_payments(self._pool, held.id)

    async def _let_expire(self, held: Reservation) -> None:
        await open_payment(self._pool, held.id)
        await expire_hold(self._pool, held.id)
        await self._ledger.expire_due(10)
        await update_payments(self._pool, held.id)

    async def _give_up(self, show: Show) -> None:
        payments, [ana] = Payments(self._pool), await self._cinema.customers(1)
        bought = await payments.hold(show, ana, 3)
        await payments.start(bought)
        await payments.pay(bought, Money(1, "BRL"))
        await payments.settle()

    async def _change_the_catalog(self, show: Show) -> None:
        await self._catalog.change_session(
            show.session_id,
            SessionChange(
                starts_at=datetime.now(UTC) + timedelta(days=9),
                price=Money(3000, "BRL"),
            ),
        )
        room_id = await self._cinema.room_of(show)
        await PostgresVenues(self._pool).add_seats(room_id, [NewSeats("B", 2)])
        blocks, [rita] = PostgresBlocks(self._pool), await self._cinema.customers(1)
        await blocks.block(show.session_id, show.seat_ids, "broken", rita)
        await blocks.unblock(show.session_id, show.seat_ids)
