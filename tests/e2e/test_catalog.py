"""A manager creates a session and changes it while a customer watches its seat map."""

import asyncio
from contextlib import aclosing
from typing import Any

from loadtest.documents import (
    ADD_SEATS,
    CREATE_MOVIE,
    CREATE_ROOM,
    CREATE_SESSION,
    SIGN_IN,
    UPDATE_SESSION,
)
from tests.support.catalog import moment
from tests.support.polling import PATIENCE_SECONDS
from tests.support.running_service import Customer, RunningService

MANAGER = {"email": "manager@cinema.example", "password": "correct-horse-manager"}
CAPACITY = "query ($id: ID!) { room(id: $id) { capacity } }"


async def until_prices_are(updates: Any, known: dict[str, int], *prices: int) -> None:
    """Reads updates until the seats have exactly these prices."""
    async with asyncio.timeout(PATIENCE_SECONDS):
        while sorted(known.values()) != list(prices):
            for seat in (await anext(updates))["seats"]:
                known[seat["id"]] = seat["price"]["amountMinor"]


async def test_a_session_is_created_changed_and_sold(
    service: RunningService, ana: Customer
) -> None:
    signed_in = await ana.mutate(SIGN_IN, **MANAGER)
    async with service.customer_with_token(signed_in["accessToken"]) as manager:
        movie = await manager.mutate(
            CREATE_MOVIE,
            title="Limite",
            synopsis="A boat, three people.",
            durationMinutes=114,
        )
        rows = [{"row": "A", "seats": 3}]
        room = await manager.mutate(CREATE_ROOM, name="Sala 9", rows=rows)
        price = {"amountMinor": 2500, "currency": "BRL"}
        session = await manager.mutate(
            CREATE_SESSION,
            movieId=movie["id"],
            roomId=room["id"],
            startsAt=moment(3),
            pricePerSeat=price,
        )
        before = await ana.ask(CAPACITY, id=room["id"])
        dearer = price | {"amountMinor": 3000}
        known: dict[str, int] = {}
        async with aclosing(ana.watch(session["id"])) as updates:
            await until_prices_are(updates, known, 2500, 2500, 2500)
            await manager.mutate(UPDATE_SESSION, id=session["id"], pricePerSeat=dearer)
            await until_prices_are(updates, known, 3000, 3000, 3000)
            rows = [{"row": "B", "seats": 1}]
            await manager.mutate(ADD_SEATS, roomId=room["id"], rows=rows)
            await until_prices_are(updates, known, 3000, 3000, 3000, 3000)
        after = await ana.ask(CAPACITY, id=room["id"])
        held = await ana.reserve(session["id"], *known)
        cheaper = await manager.mutate(
            UPDATE_SESSION, id=session["id"], pricePerSeat=price
        )

    assert (before["room"]["capacity"], after["room"]["capacity"]) == (3, 4)
    assert held["total"] == {"amountMinor": 12_000, "currency": "BRL"}
    assert cheaper["pricePerSeat"] == price
