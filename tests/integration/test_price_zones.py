"""Price zones through the API, and what sessions keep of them."""

import asyncio
from typing import Any
from uuid import UUID

from tests.support.catalog import answer, moment, wrong
from tests.support.cinema import Cinema
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    CINE,
    CREATE_CINEMA,
    CREATE_SESSION,
    SAVE_PRICE_ZONE,
    UPDATE_SEATS,
)

UNKNOWN = str(UUID(int=7))
PRICE = {"amountMinor": 2500, "currency": "BRL"}
ZONES_ON_SALE = """
SELECT seat.label, z.name, ss.status
FROM session_seats ss JOIN seats seat ON seat.id = ss.seat_id
JOIN price_zones z ON z.id = ss.zone_id WHERE ss.session_id = $1
"""


async def zones(client: SchemaClient, cine: str) -> list[dict[str, Any]]:
    asked = "query ($id: ID!) { priceZones(cinemaId: $id) { id name isDefault } }"
    found: list[dict[str, Any]] = (await client.data(asked, id=cine))["priceZones"]
    return found


async def test_a_zone_of_another_cinema_is_unknown(
    client: SchemaClient, room: dict[str, Any]
) -> None:
    other = await answer(client, CREATE_CINEMA, name="Other", **CINE)
    [zone] = await zones(client, other["id"])

    refused = await answer(
        client,
        UPDATE_SEATS,
        roomId=room["id"],
        seats=[{"id": room["seats"][0]["id"], "zoneId": zone["id"]}],
    )

    assert wrong(refused) == ["seats.0.zoneId"]


async def test_price_zones_are_saved_and_listed(
    client: SchemaClient, cine: str
) -> None:
    [standard] = await zones(client, cine)
    vip = await answer(client, SAVE_PRICE_ZONE, cinemaId=cine, name=" VIP ")
    loge = await answer(client, SAVE_PRICE_ZONE, cinemaId=cine, name="Loge")
    renamed = await answer(
        client, SAVE_PRICE_ZONE, cinemaId=cine, id=standard["id"], name="Zona comum"
    )

    assert (vip["name"], vip["isDefault"]) == ("VIP", False)
    assert renamed["isDefault"]
    listed = [zone["name"] for zone in await zones(client, cine)]
    assert listed == ["Zona comum", "Loge", "VIP"]
    for entered in (
        {"name": "víp"},
        {"name": ""},
        {"name": "x" * 51},
        {"id": loge["id"], "name": "VIP"},
    ):
        refused = await answer(client, SAVE_PRICE_ZONE, cinemaId=cine, **entered)
        assert wrong(refused) == ["name"]
    for entered in ({"id": UNKNOWN}, {"cinemaId": UNKNOWN}, {"id": "?"}):
        values = {"cinemaId": cine, "name": "New"} | entered
        refused = await answer(client, SAVE_PRICE_ZONE, **values)
        assert refused["__typename"] == "NotFound"
    assert [zone["name"] for zone in await zones(client, cine)] == listed
    assert await zones(client, UNKNOWN) == await zones(client, "?") == []


async def test_two_managers_cannot_save_one_name_twice(
    client: SchemaClient, cine: str
) -> None:
    saved = await asyncio.gather(
        *(
            answer(client, SAVE_PRICE_ZONE, cinemaId=cine, name=name)
            for name in ("VIP", "vip", "Víp")
        )
    )

    kinds = sorted(each["__typename"] for each in saved)
    assert kinds == ["InvalidInput", "InvalidInput", "PriceZone"]


async def test_a_session_has_the_seats_and_zones_of_the_moment_it_was_created(
    client: SchemaClient, cinema: Cinema, cine: str, room: dict[str, Any]
) -> None:
    vip = await answer(client, SAVE_PRICE_ZONE, cinemaId=cine, name="VIP")
    movie = (await cinema.empty_room())["movieId"]

    async def on_sale(hours: float) -> dict[str, tuple[str, str]]:
        session = await answer(
            client,
            CREATE_SESSION,
            movieId=movie,
            roomId=room["id"],
            startsAt=moment(hours),
            pricePerSeat=PRICE,
        )
        rows = await cinema.pool.fetch(ZONES_ON_SALE, session["id"])
        return {row["label"]: (row["name"], row["status"]) for row in rows}

    before = await on_sale(1)
    seats = [{"id": room["seats"][0]["id"], "zoneId": vip["id"]}]
    await answer(client, UPDATE_SEATS, roomId=room["id"], seats=seats)

    seats = [{"id": room["seats"][1]["id"], "outOfService": True}]
    await answer(client, UPDATE_SEATS, roomId=room["id"], seats=seats)

    assert before == dict.fromkeys(("A1", "A2", "A3"), ("Standard", "AVAILABLE"))
    assert await on_sale(2) == {
        "A1": ("VIP", "AVAILABLE"),
        "A2": ("Standard", "BLOCKED"),
        "A3": ("Standard", "AVAILABLE"),
    }
