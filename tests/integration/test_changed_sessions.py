"""Changes of a session's price and start."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from loadtest.documents import CREATE_SESSION, UPDATE_SESSION
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.metric_growth import growing
from tests.support.schema_client import SchemaClient

NO_ID = "9b2f4b0e-0000-4000-8000-000000000000"
PRICE = {"amountMinor": 1800, "currency": "EUR"}
LENGTH = timedelta(minutes=114)


async def repriced(client: SchemaClient, show: Show, amount: int) -> dict[str, Any]:
    price = {"amountMinor": amount, "currency": "BRL"}
    return await answer(
        client, UPDATE_SESSION, id=str(show.session_id), pricePerSeat=price
    )


async def event_types(cinema: Cinema, show: Show) -> list[str]:
    rows = await cinema.pool.fetch(
        "SELECT type FROM outbox WHERE session_id = $1 ORDER BY position",
        show.session_id,
    )
    return [row["type"] for row in rows]


async def test_a_new_price_is_a_change_of_every_seat(
    client: SchemaClient, cinema: Cinema
) -> None:
    show = await cinema.open_session(seats=2)

    updated = await repriced(client, show, 3000)

    assert updated["pricePerSeat"] == {"amountMinor": 3000, "currency": "BRL"}
    seats = [
        (seat["version"], seat["price"]["amountMinor"])
        for seat in updated["seatMap"]["seats"]
    ]
    assert seats == [(2, 3000), (2, 3000)]
    event = await cinema.pool.fetchrow(
        "SELECT topic, type, data, awaiting FROM outbox WHERE session_id = $1",
        show.session_id,
    )
    assert event
    assert (event["topic"], event["type"], event["awaiting"]) == (
        "reservations",
        "SeatsRepriced",
        ["fanout"],
    )
    assert [seat["price_minor"] for seat in event["data"]["seats"]] == [3000, 3000]


async def test_a_new_start_moves_the_end_and_no_seat(
    client: SchemaClient, cinema: Cinema, show: Show
) -> None:
    moved = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), startsAt=moment(5)
    )

    assert (moved["startsAt"], moved["endsAt"]) == (moment(5), moment(5, 114))
    assert set(await cinema.seat_states(show)) == {("AVAILABLE", 1)}
    assert await event_types(cinema, show) == ["SessionMoved"]


async def test_the_present_start_corrects_an_end_even_under_a_hold(
    client: SchemaClient, cinema: Cinema, show: Show, ana: UUID
) -> None:
    """As release 0.1.0 left it when the movie's duration was corrected."""
    await client.reserve(ana, show, 0)
    before = await answer(client, UPDATE_SESSION, id=str(show.session_id))

    corrected = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), startsAt=before["startsAt"]
    )
    again = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), startsAt=before["startsAt"]
    )

    starts_at = datetime.fromisoformat(before["startsAt"])
    assert datetime.fromisoformat(corrected["endsAt"]) == starts_at + LENGTH
    assert corrected | {"endsAt": before["endsAt"]} == before
    assert again == corrected
    assert await event_types(cinema, show) == ["ReservationCreated", "SessionMoved"]


async def test_a_start_whose_end_no_calendar_has_is_refused(
    client: SchemaClient, show: Show
) -> None:
    refused = await answer(
        client,
        UPDATE_SESSION,
        id=str(show.session_id),
        startsAt="9999-12-31T23:59:59Z",
    )

    assert refused["__typename"] == "InvalidInput"
    assert [wrong["path"] for wrong in refused["fields"]] == [["startsAt"]]


async def test_equal_values_are_no_change(
    client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
) -> None:
    before = await answer(client, UPDATE_SESSION, id=str(show.session_id))
    before = await answer(
        client, UPDATE_SESSION, id=before["id"], startsAt=before["startsAt"]
    )
    await client.reserve(ana, show, 0)
    before = await answer(client, UPDATE_SESSION, id=before["id"])

    same = await answer(
        client,
        UPDATE_SESSION,
        id=str(show.session_id),
        startsAt=before["startsAt"],
        pricePerSeat=before["pricePerSeat"],
    )

    assert same == before
    assert await event_types(cinema, show) == ["SessionMoved", "ReservationCreated"]


async def test_a_hold_keeps_its_start_and_its_price(
    client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
) -> None:
    held = await client.reserve(ana, show, 0)
    other = {"amountMinor": 3000, "currency": "EUR"}

    later = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), startsAt=moment(5)
    )
    foreign = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), pricePerSeat=other
    )
    dearer = await repriced(client, show, 3000)

    assert [field["path"] for field in later["fields"]] == [["startsAt"]]
    assert [field["path"] for field in foreign["fields"]] == [
        ["pricePerSeat", "currency"]
    ]
    seats = dearer["seatMap"]["seats"]
    assert {seat["price"]["amountMinor"] for seat in seats} == {3000}
    assert [seat["version"] for seat in seats] == [3] + [2] * 9
    assert await event_types(cinema, show) == ["ReservationCreated", "SeatsRepriced"]
    query = """query ($id: ID!) { reservation(id: $id) {
        total { amountMinor } seats { version price { amountMinor } } } }"""
    kept = (await client.data(query, ana, id=held["id"]))["reservation"]
    assert kept == {
        "total": {"amountMinor": 2500},
        "seats": [{"version": 3, "price": {"amountMinor": 2500}}],
    }


async def test_an_expired_hold_does_not_prevent_changes(
    client: SchemaClient, ana: UUID, show: Show, cinema: Cinema
) -> None:
    made = await client.reserve(ana, show, 0, 1)
    await expire_hold(cinema.pool, UUID(made["id"]))

    ended = {"ended_by": "manager"}
    with growing("cinema_expiry_lateness_seconds_count", 1, **ended):
        updated = await repriced(client, show, 3000)

    assert updated["seatMap"]["available"] == 10
    assert await event_types(cinema, show) == [
        "ReservationCreated",
        "ReservationExpired",
        "SeatsRepriced",
    ]
    assert (
        await cinema.seat_states(show)
        == [("AVAILABLE", 4)] * 2 + [("AVAILABLE", 2)] * 8
    )


async def test_nothing_changes_after_the_start(
    client: SchemaClient, cinema: Cinema
) -> None:
    begun = await cinema.open_session(starts_in=timedelta(minutes=-1))

    refused = await answer(
        client,
        UPDATE_SESSION,
        id=str(begun.session_id),
        startsAt=moment(5),
        pricePerSeat=PRICE,
    )
    same = await answer(client, UPDATE_SESSION, id=str(begun.session_id))

    assert refused["fields"] == [
        {"path": ["startsAt"], "message": "The session has started."},
        {"path": ["pricePerSeat"], "message": "The session has started."},
    ]
    assert same["pricePerSeat"] == {"amountMinor": 2500, "currency": "BRL"}


async def test_null_is_refused(client: SchemaClient, show: Show) -> None:
    refused = await answer(
        client,
        UPDATE_SESSION,
        id=str(show.session_id),
        startsAt=None,
        pricePerSeat=None,
    )

    assert refused["fields"] == [
        {"path": ["startsAt"], "message": "This field cannot be empty."},
        {"path": ["pricePerSeat"], "message": "This field cannot be empty."},
    ]


async def test_a_session_moves_only_to_a_free_time_of_its_room(
    client: SchemaClient, place: dict[str, str]
) -> None:
    first, second = [
        await answer(
            client, CREATE_SESSION, **place, startsAt=moment(days), pricePerSeat=PRICE
        )
        for days in (3, 4)
    ]

    busy = await answer(client, UPDATE_SESSION, id=second["id"], startsAt=moment(3, 60))
    within_its_own = await answer(
        client, UPDATE_SESSION, id=second["id"], startsAt=moment(4, 60)
    )
    past = await answer(client, UPDATE_SESSION, id=second["id"], startsAt=moment(-1))

    assert busy["conflictingSession"]["id"] == first["id"]
    assert within_its_own["startsAt"] == moment(4, 60)
    assert [field["path"] for field in past["fields"]] == [["startsAt"]]


@pytest.mark.parametrize("session_id", ["x", NO_ID])
async def test_an_unknown_session_is_not_found(
    client: SchemaClient, session_id: str
) -> None:
    refused = await answer(client, UPDATE_SESSION, id=session_id)

    assert refused["code"] == "NOT_FOUND"
