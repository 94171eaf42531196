"""What customers are answered who want more seats of a session than they may have."""

import asyncio
from typing import Any
from uuid import UUID

from loadtest.documents import RESERVE_SEATS
from tests.integration.test_best_seats import best
from tests.support.cinema import Cinema, Show, expire_hold, reserving
from tests.support.schema_client import SchemaClient


async def reserve(
    client: SchemaClient, who: UUID, show: Show, first: int, key: str | None = None
) -> dict[str, Any]:
    """Eight seats."""
    wanted = reserving(show, *range(first, first + 8), key=key)
    return await client.mutate(RESERVE_SEATS, who, **wanted)


async def test_a_seat_too_many_is_refused_whole(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=30)
    await reserve(client, ana, show, 0)
    answers = await asyncio.gather(
        client.reserve(ana, show, 8),
        *(reserve(client, ana, show, 9 + 8 * turn) for turn in range(2)),
    )

    kinds = sorted(each["__typename"] for each in answers)
    refused = next(each for each in answers if each["__typename"] == "CustomerLimit")
    held = sum(len(each.get("seats", ())) for each in answers)
    assert kinds == ["CustomerLimit", "CustomerLimit", "Reservation"]
    assert (refused["code"], refused["limit"]) == ("CUSTOMER_LIMIT", 16)
    assert "16 seats" in refused["message"]
    assert 8 + held == await cinema.count(
        "session_seats", "session_id = $1 AND status = 'HELD'", show.session_id
    )


async def test_a_repeated_call_gets_its_reservation_again(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=20)
    await reserve(client, ana, show, 0)
    first = await reserve(client, ana, show, 8, key="second")
    again = await reserve(client, ana, show, 8, key="second")
    best_seats = await best(client, ana, show, 2)

    assert (first["__typename"], again["id"]) == ("Reservation", first["id"])
    assert best_seats["__typename"] == "CustomerLimit"


async def test_best_seats_that_are_asked_for_again_are_the_same(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=20)
    first = await best(client, ana, show, 8, idempotencyKey="best")
    await best(client, ana, show, 8)
    again = await best(client, ana, show, 8, idempotencyKey="best")

    assert again["id"] == first["id"]


async def test_overdue_holds_are_ended_for_the_next_one(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    """Whether customers choose the seats or let us choose."""
    show = await cinema.open_session(seats=40)
    holds = [await reserve(client, ana, show, first) for first in (0, 8)]
    for held in holds:
        await expire_hold(cinema.pool, UUID(held["id"]))

    chosen = await reserve(client, ana, show, 16)
    found = await best(client, ana, show, 8)

    assert chosen["__typename"] == found["__typename"] == "Reservation"
