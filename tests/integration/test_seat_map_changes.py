"""For each change of seats: the map before, and its deltas, are the map read again.

The changes come in through the schema, and the deltas out through the real relay,
consumers, hub and feed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from uuid import UUID

import pytest
from graphql import build_schema as build_from_sdl
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.events import EVENTS
from domain.expiry import ExpiryService
from loadtest.documents import (
    ADD_SEATS,
    APPROVE_PAYMENT,
    CANCEL_RESERVATION,
    UPDATE_SESSION,
)
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.sales.ledger import PostgresLedger
from realtime.hub import Hub
from realtime.seat_feed import SeatFeed
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.embedded import EmbeddedStack
from tests.support.folded_map import FoldedMap, true_map
from tests.support.minimal_operations import root_fields
from tests.support.null_services import NoWakeup
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import until_outbox_is_empty
from tests.support.schema_client import SchemaClient

# The outbox forgets an event once its consumers have confirmed it.
RECORD_EVENTS = """
CREATE TABLE recorded_events (session_id uuid, type text);
CREATE FUNCTION record_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO recorded_events VALUES (NEW.session_id, NEW.type);
    RETURN NULL;
END $$;
CREATE TRIGGER record_event AFTER INSERT ON outbox
FOR EACH ROW EXECUTE FUNCTION record_event();
"""


@dataclass(frozen=True)
class Sale:
    """A session on sale, a customer, and ways to change its seats."""

    client: SchemaClient
    cinema: Cinema
    show: Show
    customer: UUID

    async def hold(self, *seats: int) -> UUID:
        """Until its payment is open."""
        made = await self.client.reserve(self.customer, self.show, *seats)
        assert made["__typename"] == "Reservation", made
        await until_outbox_is_empty(self.cinema)
        return UUID(made["id"])

    async def overdue_hold(self, *seats: int) -> None:
        await expire_hold(self.cinema.pool, await self.hold(*seats))

    async def new_price(self, amount: int, currency: str) -> None:
        price = {"amountMinor": amount, "currency": currency}
        session_id = str(self.show.session_id)
        changed = await answer(
            self.client, UPDATE_SESSION, id=session_id, pricePerSeat=price
        )
        assert changed["__typename"] == "Session", changed


async def reserve(sale: Sale) -> None:
    await sale.hold(0, 1)


async def cancel(sale: Sale) -> None:
    held = await sale.hold(0, 1)
    cancelled = await sale.client.mutate(
        CANCEL_RESERVATION, sale.customer, reservationId=str(held)
    )
    assert cancelled["__typename"] == "Reservation", cancelled


async def approve(sale: Sale) -> None:
    payment_id = await sale.cinema.pool.fetchval(
        "SELECT id FROM payments WHERE reservation_id = $1", await sale.hold(0, 1)
    )
    approved = await sale.client.mutate(
        APPROVE_PAYMENT, sale.customer, paymentId=str(payment_id)
    )
    assert approved["__typename"] == "Payment", approved


async def add_seats(sale: Sale) -> None:
    room = str(await sale.cinema.room_of(sale.show))
    grown = await answer(
        sale.client, ADD_SEATS, roomId=room, rows=[{"row": "B", "seats": 3}]
    )
    assert grown["__typename"] == "Room", grown


async def change_price(sale: Sale) -> None:
    await sale.new_price(1800, "EUR")


async def sweep(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    assert await ExpiryService(PostgresLedger(sale.cinema.pool), NoWakeup()).sweep()


async def reserve_overdue_seats(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    await sale.hold(1, 2)


async def change_price_of_overdue_seats(sale: Sale) -> None:
    await sale.overdue_hold(0, 1)
    await sale.new_price(1800, "BRL")


@dataclass(frozen=True)
class Case:
    """`events`: all that it writes, in the order of their names."""

    change: Callable[[Sale], Awaitable[None]]
    events: list[str]


HELD = ["PaymentOpened", "ReservationCreated"]
EXPIRED = ["PaymentExpired", "PaymentOpened", "ReservationCreated"]
CASES = {
    "reserveSeats": Case(reserve, HELD),
    "cancelReservation": Case(
        cancel, ["PaymentCancelled", *HELD, "ReservationCancelled"]
    ),
    "approvePayment": Case(approve, ["PaymentApproved", *HELD, "ReservationConfirmed"]),
    "addSeats": Case(add_seats, ["SeatsAdded"]),
    "updateSession, price": Case(change_price, ["SeatsRepriced"]),
    "expiry, by the sweeper": Case(
        sweep, ["PaymentExpired", *HELD, "ReservationExpired"]
    ),
    "expiry, by the next buyer": Case(
        reserve_overdue_seats, ["PaymentExpired", *HELD, *HELD, "ReservationExpired"]
    ),
    "expiry, by a manager": Case(
        change_price_of_overdue_seats,
        ["PaymentExpired", *HELD, "ReservationExpired", "SeatsRepriced"],
    ),
}
# createSession makes a map that nobody can have watched before.
CHANGE_NO_MAP = {
    "createMovie",
    "createRoom",
    "createSession",
    "exchangeSignInCode",
    "refreshTokens",
    "signIn",
    "signOut",
    "signUp",
    "updateMovie",
}


@pytest.fixture
async def pool(scratch_pool: Pool) -> Pool:
    await scratch_pool.execute(RECORD_EVENTS)
    return scratch_pool


@pytest.fixture
async def engine(scratch_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(scratch_database_url, max_size=4, name="tests")
    yield engine
    await engine.dispose()


@pytest.fixture
async def feed(stack: EmbeddedStack, pool: Pool) -> AsyncIterator[SeatFeed]:
    hub = Hub(stack.redis_url)
    async with hub:
        yield SeatFeed(hub, SeatMaps(pool))


async def test_deltas_lead_from_the_map_before_to_the_map_read_again(
    subtests: pytest.Subtests,
    client: SchemaClient,
    cinema: Cinema,
    feed: SeatFeed,
    worker: Worker,
) -> None:
    worker.start("relay", "payments", "fanout")  # a case sweeps by itself
    for name, case in CASES.items():
        with subtests.test(name):
            [customer] = await cinema.customers(1)
            sale = Sale(client, cinema, await cinema.open_session(), customer)
            await check(case, sale, feed)


async def check(case: Case, sale: Sale, feed: SeatFeed) -> None:
    pool, session_id = sale.cinema.pool, sale.show.session_id
    before = (await SeatMaps(pool).whole([session_id]))[session_id]
    watcher, began = FoldedMap(), asyncio.Event()
    task = asyncio.create_task(watcher.watch(feed, session_id, began))
    await began.wait()

    await case.change(sale)
    await until_outbox_is_empty(sale.cinema)

    after = await true_map(pool, session_id)
    assert after != {seat.id: seat for seat in before.seats}

    async def has_caught_up() -> bool:
        return watcher.seats == after

    try:
        await eventually(has_caught_up)
    except TimeoutError:
        assert watcher.seats == after
    finally:
        task.cancel()
    assert watcher.snapshots == 1
    assert watcher.deltas > 0
    # A client that was away meanwhile and resumes from the map before.
    resumed = FoldedMap()
    resumed.apply(before)
    missed = await SeatMaps(pool).read(session_id, before.position)
    assert missed
    resumed.apply(missed)
    assert resumed.seats == after
    rows = await pool.fetch(
        "SELECT type FROM recorded_events WHERE session_id = $1", session_id
    )
    assert sorted(row["type"] for row in rows) == sorted(case.events)


def test_each_type_of_event_has_a_case() -> None:
    assert EVENTS.keys() == {event for case in CASES.values() for event in case.events}


def test_each_mutation_has_a_case_or_changes_no_map(client: SchemaClient) -> None:
    fields = root_fields(build_from_sdl(client.schema.as_str()))
    mutations = {
        name.removeprefix("Mutation.")
        for name in fields
        if name.startswith("Mutation.")
    }

    tried = {name.partition(",")[0] for name in CASES} - {"expiry"}

    assert tried.isdisjoint(CHANGE_NO_MAP)
    assert tried | CHANGE_NO_MAP == mutations
