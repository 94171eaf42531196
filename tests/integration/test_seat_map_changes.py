"""For each change of seats: the map before, and its deltas, are the map read again.

So is the map that was kept, with the rows that are read to complete it.

The changes come in through the schema, and the deltas out through the real relay,
consumers, hub and feed.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from graphql import build_schema as build_from_sdl
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.account_events import ACCOUNT_EVENTS
from domain.events import EVENTS
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from realtime.hub import Hub
from realtime.seat_feed import SeatFeed
from tests.support import checkout_changes
from tests.support.cinema import Cinema
from tests.support.embedded import EmbeddedStack
from tests.support.folded_map import FoldedMap
from tests.support.minimal_operations import root_fields
from tests.support.mutations_without_map import CHANGE_NO_MAP
from tests.support.polling import eventually
from tests.support.realtime import Worker
from tests.support.sale_events import until_outbox_is_empty
from tests.support.schema_client import SchemaClient
from tests.support.seat_changes import (
    Sale,
    add_seats,
    approve,
    block,
    cancel,
    cancel_session,
    change_price,
    change_price_of_overdue_seats,
    change_room,
    extend,
    lengthen,
    move,
    refund,
    refund_all,
    reschedule,
    reserve,
    reserve_best,
    reserve_overdue_seats,
    sweep,
    unblock,
)

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
class Case:
    """`events`: all that it writes, in the order of their names.

    What `moves` the session leaves each seat as it is. This and new prices are a whole
    map again.
    """

    change: Callable[[Sale], Awaitable[None]]
    events: list[str]
    moves: bool = False
    reprices: bool = False

    @property
    def is_whole(self) -> bool:
        return self.moves or self.reprices


HELD = ["PaymentOpened", "ReservationCreated"]
SOLD = ["PaymentApproved", *HELD, "ReservationConfirmed"]
MOVED = ["ReservationMoved", "SessionMoved"]
REFUNDED = ["PaymentRefunded", "TicketsRefunded"]
EXTENDED = "ReservationExtended"
EXPIRED = ["PaymentExpired", "PaymentOpened", "ReservationCreated"]
CASES = {
    "reserveSeats": Case(reserve, HELD),
    "reserveBestSeats": Case(reserve_best, HELD),
    "extendReservation": Case(extend, [*HELD, "ReservationExtended"]),
    "blockSeats": Case(block, ["SeatsBlocked"]),
    "unblockSeats": Case(unblock, ["SeatsBlocked", "SeatsUnblocked"]),
    "cancelReservation": Case(
        cancel, ["PaymentCancelled", *HELD, "ReservationCancelled"]
    ),
    "approvePayment": Case(approve, SOLD),
    "startCheckout": Case(checkout_changes.start, [*HELD, EXTENDED]),
    "startCheckout, given up": Case(
        checkout_changes.give_up,
        ["PaymentOpened", "PaymentSettled", "ReservationCreated", EXTENDED],
    ),
    "startCheckout, sold late": Case(
        checkout_changes.sell_late,
        [
            *("PaymentApproved", "PaymentExpired", "PaymentOpened"),
            *("ReservationConfirmed", "ReservationCreated", "ReservationExpired"),
            EXTENDED,
        ],
    ),
    "refundTickets": Case(refund, [*SOLD, "PaymentPartlyRefunded", "TicketsRefunded"]),
    "refundTickets, all": Case(refund_all, [*SOLD, *REFUNDED]),
    "cancelSession": Case(
        cancel_session,
        [
            *(*SOLD, *REFUNDED, "SessionCancelled"),
            *(*HELD, "ReservationCancelled", "PaymentCancelled"),
        ],
        reprices=True,
    ),
    "rescheduleSession, start": Case(reschedule, [*SOLD, *MOVED], reprices=True),
    "rescheduleSession, room": Case(
        change_room, [*SOLD, *MOVED, "SeatsMoved", "SeatsMoved"], reprices=True
    ),
    "addSeats": Case(add_seats, ["SeatsAdded"]),
    "updateSession, price": Case(change_price, ["SeatsRepriced"], reprices=True),
    "updateSession, start": Case(move, ["SessionMoved"], moves=True),
    "updateMovie, length": Case(lengthen, ["SessionMoved"], moves=True),
    "expiry, by the sweeper": Case(
        sweep, ["PaymentExpired", *HELD, "ReservationExpired"]
    ),
    "expiry, by the next buyer": Case(
        reserve_overdue_seats, ["PaymentExpired", *HELD, *HELD, "ReservationExpired"]
    ),
    "expiry, by a manager": Case(
        change_price_of_overdue_seats,
        ["PaymentExpired", *HELD, "ReservationExpired", "SeatsRepriced"],
        reprices=True,
    ),
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
    worker.start("relay", "payments", "fanout", "notices")  # a case sweeps by itself
    for name, case in CASES.items():
        with subtests.test(name):
            [customer] = await cinema.customers(1)
            sale = Sale(client, cinema, await cinema.open_session(), customer)
            await check(case, sale, feed)


async def check(case: Case, sale: Sale, feed: SeatFeed) -> None:
    pool, session_id = sale.cinema.pool, sale.show.session_id
    kept_maps = SeatMaps(pool)
    before = (await kept_maps.whole([session_id]))[session_id]
    watcher, began = FoldedMap(), asyncio.Event()
    task = asyncio.create_task(watcher.watch(feed, session_id, began))
    await began.wait()

    await case.change(sale)
    await until_outbox_is_empty(sale.cinema)

    now = (await SeatMaps(pool).whole([session_id]))[session_id]
    kept = (await kept_maps.whole([session_id]))[session_id]
    assert (kept.seats, kept.starts_at) == (now.seats, now.starts_at)
    after = {seat.id: seat for seat in now.seats}
    assert (after != {seat.id: seat for seat in before.seats}) is not case.moves

    async def has_caught_up() -> bool:
        return watcher.seats == after and watcher.snapshots == 1 + case.is_whole

    try:
        await eventually(has_caught_up)
    except TimeoutError:
        assert (watcher.seats, watcher.snapshots) == (after, 1 + case.is_whole)
    finally:
        task.cancel()
    assert watcher.starts_at == now.starts_at
    assert watcher.snapshots == 1 + case.is_whole
    assert watcher.deltas > 0 or case.is_whole
    assert watcher.deltas == 0 or not case.moves
    # A client that was disconnected meanwhile, and resumes from the map before.
    resumed = FoldedMap()
    resumed.apply(before)
    missed = await SeatMaps(pool).read(session_id, before.position)
    assert missed
    resumed.apply(missed)
    assert (resumed.seats, resumed.starts_at) == (after, now.starts_at)
    assert resumed.snapshots == 2 or not case.moves  # or it was cheaper
    rows = await pool.fetch(
        "SELECT type FROM recorded_events WHERE session_id = $1", session_id
    )
    assert sorted(row["type"] for row in rows) == sorted(case.events)


def test_each_type_of_event_has_a_case() -> None:
    """SessionRemoved ends a map: see test_removed_live. Accounts have no map."""
    cases = {event for case in CASES.values() for event in case.events}
    accounts = {event.__name__ for event in ACCOUNT_EVENTS}
    assert EVENTS.keys() == cases | accounts | {"SessionRemoved"}


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
