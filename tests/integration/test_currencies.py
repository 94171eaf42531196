"""Currencies that are no longer in use, and prices in those with large numbers."""

from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import CREATE_SESSION, UPDATE_SESSION
from tests.support.catalog import NOW, answer, moment
from tests.support.cinema import Cinema, Show
from tests.support.schema_client import SchemaClient

WITHDRAWN = [
    {
        "path": ["pricePerSeat", "currency"],
        "message": "This currency is no longer in use.",
    }
]
OLD_PRICE = {"amountMinor": 1200, "currency": "BGN"}


@pytest.fixture
async def old_session(cinema: Cinema) -> Show:
    """Of the days when its currency was in use."""
    show = await cinema.open_session()
    await cinema.pool.execute(
        "UPDATE sessions SET price_minor = 1200, currency = 'BGN' WHERE id = $1",
        show.session_id,
    )
    return show


async def changed(client: SchemaClient, show: Show, **facts: Any) -> dict[str, Any]:
    return await answer(client, UPDATE_SESSION, id=str(show.session_id), **facts)


async def test_a_new_session_is_not_sold_in_a_withdrawn_currency(
    client: SchemaClient, place: dict[str, str], cinema: Cinema
) -> None:
    refused = await answer(
        client, CREATE_SESSION, **place, startsAt=moment(3), pricePerSeat=OLD_PRICE
    )

    assert refused["fields"] == WITHDRAWN
    room_id = UUID(place["roomId"])
    assert await cinema.count("sessions", "room_id = $1", room_id) == 0


async def test_an_old_session_keeps_its_price_in_a_withdrawn_currency(
    client: SchemaClient, old_session: Show
) -> None:
    moved = await changed(client, old_session, startsAt=moment(9))
    same = await changed(
        client, old_session, startsAt=moment(8), pricePerSeat=OLD_PRICE
    )

    assert (moved["startsAt"], moved["pricePerSeat"]) == (moment(9), OLD_PRICE)
    assert (same["startsAt"], same["pricePerSeat"]) == (moment(8), OLD_PRICE)


async def test_a_new_price_is_not_in_a_withdrawn_currency(
    client: SchemaClient, old_session: Show
) -> None:
    refused = await changed(
        client, old_session, pricePerSeat=OLD_PRICE | {"amountMinor": 1300}
    )
    in_euros = await changed(
        client, old_session, pricePerSeat={"amountMinor": 600, "currency": "EUR"}
    )

    assert refused["fields"] == WITHDRAWN
    assert in_euros["pricePerSeat"] == {"amountMinor": 600, "currency": "EUR"}


@pytest.mark.parametrize("currency", ["IRR", "LBP", "VND"])
async def test_eight_dear_seats_in_a_currency_of_large_numbers_have_a_sum(
    client: SchemaClient, place: dict[str, str], currency: str
) -> None:
    price = {"amountMinor": 250_000_000, "currency": currency}

    made = await answer(
        client, CREATE_SESSION, **place, startsAt=moment(3), pricePerSeat=price
    )

    assert made["pricePerSeat"] == price


async def test_a_session_may_start_on_the_same_day_two_years_later(
    client: SchemaClient, place: dict[str, str]
) -> None:
    leap_day = (NOW.month, NOW.day) == (2, 29)
    same_day = NOW.replace(year=NOW.year + 2, day=28 if leap_day else NOW.day)
    days = (same_day - NOW).days

    made = await answer(
        client,
        CREATE_SESSION,
        **place,
        startsAt=moment(days),
        pricePerSeat={"amountMinor": 1, "currency": "BRL"},
    )

    assert made["startsAt"] == moment(days)
