"""Each figure moves for its reason, and a repeat is no second sale."""

import re
from collections.abc import AsyncIterator
from uuid import UUID

import pytest
from redis.asyncio import Redis

from app.settings import Settings
from domain.booking import BookingService
from loadtest.documents import APPROVE_PAYMENT, CANCEL_RESERVATION, RESERVE_SEATS
from persistence.key_value.script_batch import ScriptBatch
from persistence.key_value.seat_locks import RedlockSeatLocks
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold, reserving
from tests.support.events import open_payment
from tests.support.metric_growth import counted, growing
from tests.support.metrics_scrape import Served, api_of, ask, figure, scrape
from tests.support.null_services import NoWakeup
from tests.support.sale_events import hold

ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}", re.IGNORECASE)
SECONDS = "cinema_operation_duration_seconds_count"


@pytest.fixture
def cinema(scratch_pool: Pool) -> Cinema:
    """Of the test's own: nobody else writes to its outbox."""
    return Cinema(scratch_pool)


@pytest.fixture
async def api(settings: Settings, scratch_database_url: str) -> AsyncIterator[Served]:
    changed = settings.model_copy(update={"database_url": scratch_database_url})
    async with api_of(changed) as app:
        yield app


async def reserve(
    api: Served, who: UUID, show: Show, number: int, key: str | None = None
) -> UUID:
    entered = reserving(show, number, key=key)
    answer = await ask(api, who, RESERVE_SEATS, input=entered)
    return UUID(answer["data"]["reserveSeats"]["id"])


async def cancel(api: Served, who: UUID, reservation: str) -> None:
    await ask(api, who, CANCEL_RESERVATION, input={"reservationId": reservation})


async def test_a_hold_counts_once_however_often_it_is_asked_for(
    api: Served, ana: UUID, show: Show
) -> None:
    labels = {"transport": "http", "kind": "mutation", "field": "reserveSeats"}
    with (
        growing("cinema_holds_total", 1),
        growing(SECONDS, 3, outcome="ok", **labels),
        growing("cinema_refusals_total", 0, code="SEATS_UNAVAILABLE"),
    ):
        first = await reserve(api, ana, show, 0, "a key")
        assert await reserve(api, ana, show, 0, "a key") == first
        assert await reserve(api, ana, show, 0, "a key") == first


async def test_a_refusal_counts_by_its_code_and_by_who_knew_of_the_seat(
    api: Served, cinema: Cinema, redis: Redis, ana: UUID, show: Show
) -> None:
    """The hold of another process is known from its marker."""
    [bruno] = await cinema.customers(1)
    locks = RedlockSeatLocks([ScriptBatch(redis)])
    elsewhere = BookingService(PostgresLedger(cinema.pool), locks, NoWakeup())
    await elsewhere.reserve_seats(show.session_id, [show.seat_ids[0]], ana)
    labels = {"transport": "http", "kind": "mutation", "field": "reserveSeats"}

    with (
        growing("cinema_holds_total", 0),
        growing("cinema_refusals_total", 1, code="SEATS_UNAVAILABLE"),
        growing("cinema_seat_refusals_total", 1, known_by="redis"),
        growing("cinema_seat_refusals_total", 0, known_by="postgres"),
        growing(SECONDS, 1, outcome="refused", **labels),
    ):
        await ask(api, bruno, RESERVE_SEATS, input=reserving(show, 0))


async def test_a_sale_and_a_cancel_count_once_and_their_refusals_do_not(
    api: Served, scratch_pool: Pool, ana: UUID, show: Show
) -> None:
    sold, given_up = [await reserve(api, ana, show, number) for number in (0, 1)]
    payment = await open_payment(scratch_pool, sold)

    with (
        growing("cinema_sales_total", 1),
        growing("cinema_cancels_total", 1),
        growing("cinema_refusals_total", 2, code="RESERVATION_CLOSED"),
    ):
        for _ in range(2):
            await ask(api, ana, APPROVE_PAYMENT, input={"paymentId": str(payment)})
            await cancel(api, ana, str(given_up))
        await cancel(api, ana, str(sold))


async def test_an_end_counts_once_and_is_late_by_the_databases_clock(
    cinema: Cinema, show: Show
) -> None:
    ledger = PostgresLedger(cinema.pool)
    for seat in range(3):
        await expire_hold(cinema.pool, (await hold(cinema, show, seat)).id)
    for ended_by in ("buyer", "sweeper"):
        due = await cinema.pool.fetch(
            "SELECT id FROM reservations WHERE status = 'PENDING' ORDER BY id"
        )
        name, labels = "cinema_expiry_lateness_seconds", {"ended_by": ended_by}
        before = counted(f"{name}_sum", **labels)

        with growing(f"{name}_count", 1 if ended_by == "buyer" else 2, **labels):
            for _ in range(2):
                if ended_by == "buyer":
                    await ledger.expire([due[0]["id"]])
                else:
                    await ledger.expire_due(10)

        assert 0.001 <= counted(f"{name}_sum", **labels) - before < 60


async def test_the_outbox_and_who_is_behind_are_told_as_they_are(
    api: Served, scratch_pool: Pool, ana: UUID, show: Show
) -> None:
    for number in range(3):
        await reserve(api, ana, show, number)
    await scratch_pool.execute(
        "UPDATE outbox SET created_at = clock_timestamp() - interval '100 seconds'"
        " WHERE position = (SELECT min(position) FROM outbox)"
    )
    await scratch_pool.execute(
        "UPDATE outbox SET sends = 1, awaiting = '{fanout}'"
        " WHERE position = (SELECT min(position) FROM outbox)"
    )

    scraped = await scrape(api)

    assert figure(scraped, "cinema_outbox_events") == 3
    assert 100 <= (figure(scraped, "cinema_outbox_oldest_seconds") or 0) < 200
    events = {
        who: figure(scraped, "cinema_behind_events", who=who)
        for who in ("relay", "payments", "fanout")
    }
    assert events == {"relay": 2, "payments": 2, "fanout": 3}
    seconds = {
        who: figure(scraped, "cinema_behind_seconds", who=who) or 0
        for who in ("relay", "payments", "fanout")
    }
    assert seconds["relay"] < 100
    assert seconds["payments"] < 100
    assert 100 <= seconds["fanout"] < 200
    assert figure(scraped, "cinema_up", server="postgres") == 1
    assert figure(scraped, "cinema_up", server="redis") == 1
    for pool in ("decisions", "reads"):
        connections = figure(scraped, "cinema_db_connections", pool=pool, state="most")
        assert connections == 16


async def test_an_empty_outbox_is_told_as_nothing(api: Served) -> None:
    scraped = await scrape(api)

    assert figure(scraped, "cinema_outbox_events") == 0
    assert figure(scraped, "cinema_outbox_oldest_seconds") == 0
    assert figure(scraped, "cinema_behind_events", who="fanout") == 0


async def test_a_fault_is_an_error(api: Served, scratch_pool: Pool, ana: UUID) -> None:
    await scratch_pool.execute("ALTER TABLE reservations RENAME TO gone")
    labels = {"transport": "http", "kind": "query", "field": "reservations"}

    with (
        growing(SECONDS, 1, outcome="error", **labels),
        growing("cinema_graphql_errors_total", 1, code="INTERNAL"),
    ):
        await ask(api, ana, "{ reservations { edges { node { id } } } }")


async def test_no_label_tells_of_a_person_or_a_thing(
    api: Served, ana: UUID, show: Show
) -> None:
    await reserve(api, ana, show, 0, "ana@cinema.example")
    await cancel(api, ana, "ana@cinema.example")

    labels = {value for _, pairs in await scrape(api) for _, value in pairs}

    assert not {value for value in labels if "@" in value or ID.search(value)}
    assert len(labels) < 200
