"""What the customer was shown: another start or another total is refused."""

import asyncio
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.catalog import CatalogService
from domain.errors import PriceChangedError, SessionMovedError
from domain.money import Money
from domain.ports import Expected
from domain.session_changes import SessionFacts
from loadtest.documents import RESERVE_SEATS, UPDATE_SESSION
from persistence.catalog import catalog_sql
from persistence.catalog.catalog import PostgresCatalog
from persistence.sales.ledger import PostgresLedger
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show, expire_hold, reserving
from tests.support.gate import STOP, Gate
from tests.support.null_services import NoSeatLocks, NothingCached, NoWakeup
from tests.support.polling import until_blocked
from tests.support.schema_client import SchemaClient

TOTAL = {"amountMinor": 5000, "currency": "BRL"}


@pytest.fixture
async def starts_at(client: SchemaClient, show: Show) -> str:
    [session] = (
        await client.data(
            "query ($id: ID!) { session(id: $id) { startsAt } }",
            id=str(show.session_id),
        )
    ).values()
    return str(session["startsAt"])


async def test_what_was_shown_is_held(
    client: SchemaClient, ana: UUID, show: Show, starts_at: str
) -> None:
    held = await client.mutate(
        RESERVE_SEATS,
        ana,
        **reserving(show, 0, 1),
        expectedStartsAt=starts_at,
        expectedTotal=TOTAL,
    )

    assert held["total"] == TOTAL


async def test_another_start_is_refused_with_the_session_as_it_is(
    client: SchemaClient, cinema: Cinema, ana: UUID, show: Show, starts_at: str
) -> None:
    refused = await client.mutate(
        RESERVE_SEATS,
        ana,
        **reserving(show, 0, 1),
        expectedStartsAt=moment(9),
        expectedTotal=TOTAL | {"amountMinor": 1},
    )

    assert refused == {
        "__typename": "SessionMoved",
        "code": "SESSION_MOVED",
        "message": "This session now starts at another time. Check the new time.",
        "session": {"startsAt": starts_at},
    }
    assert set(await cinema.seat_states(show)) == {("AVAILABLE", 1)}


@pytest.mark.parametrize("shown", [{"amountMinor": 4999}, {"currency": "EUR"}])
async def test_another_total_is_refused_with_the_present_one(
    client: SchemaClient,
    cinema: Cinema,
    ana: UUID,
    show: Show,
    shown: dict[str, Any],
) -> None:
    refused = await client.mutate(
        RESERVE_SEATS, ana, **reserving(show, 0, 1), expectedTotal=TOTAL | shown
    )

    assert (refused["code"], refused["total"]) == ("PRICE_CHANGED", TOTAL)
    assert set(await cinema.seat_states(show)) == {("AVAILABLE", 1)}


@pytest.mark.parametrize("currency", ["", "BR", "brl", "B\x00L", "\ud800BR"])
async def test_text_that_is_no_currency_is_invalid(
    client: SchemaClient, ana: UUID, show: Show, currency: str
) -> None:
    refused = await client.mutate(
        RESERVE_SEATS,
        ana,
        **reserving(show, 0),
        expectedTotal=TOTAL | {"currency": currency},
    )

    [field] = refused["fields"]
    assert field["path"] == ["expectedTotal", "currency"]


async def test_a_key_is_answered_again_although_the_session_has_moved(
    client: SchemaClient, cinema: Cinema, ana: UUID, show: Show, starts_at: str
) -> None:
    call = reserving(show, 0, key="once") | {"expectedStartsAt": starts_at}
    first = await client.mutate(RESERVE_SEATS, ana, **call)
    await expire_hold(cinema.pool, UUID(first["id"]))
    moved = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), startsAt=moment(9)
    )

    again = await client.mutate(RESERVE_SEATS, ana, **call)
    other = await client.mutate(
        RESERVE_SEATS, ana, **call | {"expectedStartsAt": moved["startsAt"]}
    )

    assert (again["id"], again["status"]) == (first["id"], "EXPIRED")
    assert other["code"] == "IDEMPOTENCY_CONFLICT"


def to_another_price() -> SessionFacts:
    return {"price_per_seat": Money(9900, "BRL")}


def to_another_start() -> SessionFacts:
    return {"starts_at": datetime.now(UTC) + timedelta(days=9)}


@pytest.mark.parametrize(
    ("change", "refusal"),
    [(to_another_price, PriceChangedError), (to_another_start, SessionMovedError)],
    ids=["price", "start"],
)
async def test_a_change_under_way_is_waited_for(
    cinema: Cinema,
    show: Show,
    monkeypatch: pytest.MonkeyPatch,
    change: Callable[[], SessionFacts],
    refusal: type[Exception],
) -> None:
    """The hold waits for the session's row and judges what it finds then."""
    stopped = catalog_sql.CHANGE_SESSION.rstrip() + f", {STOP}"
    monkeypatch.setattr(catalog_sql, "CHANGE_SESSION", stopped)
    catalog = CatalogService(PostgresCatalog(cinema.pool), NothingCached(), NoWakeup())
    [ana] = await cinema.customers(1)
    booking = BookingService(PostgresLedger(cinema.pool), NoSeatLocks(), NoWakeup())
    shown = Expected(
        starts_at=await cinema.pool.fetchval(
            "SELECT starts_at FROM sessions WHERE id = $1", show.session_id
        ),
        total=Money(2500, "BRL"),
    )

    def hold() -> Coroutine[Any, Any, object]:
        return booking.reserve_seats(
            show.session_id, show.seat_ids[:1], ana, expected=shown
        )

    async with Gate(cinema.pool) as gate:
        changing = asyncio.create_task(
            catalog.update_session(show.session_id, change())
        )
        await until_blocked(cinema.pool, 1)
        holding = asyncio.create_task(hold())
        await until_blocked(cinema.pool, 2)
        await gate.open()
        await changing
        with pytest.raises(refusal):
            await holding

    assert {status for status, _ in await cinema.seat_states(show)} == {"AVAILABLE"}
