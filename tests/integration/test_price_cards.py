"""Price cards, and the sessions that are created from them."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from loadtest.documents import CREATE_SESSION, UPDATE_SESSION
from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment
from tests.support.prices import DEFAULT_TYPE, RESERVE
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    ADD_SEATS,
    PRICES,
    REMOVE_SESSION,
    SAVE_PRICE_CARD,
    SAVE_TICKET_TYPE,
)

UNKNOWN = str(UUID(int=7))
ADD_ZONE = """
INSERT INTO price_zones (cinema_id, name, name_key)
VALUES ($1, $2::text, $2) RETURNING id
"""
DEFAULT_ZONE = "SELECT id FROM price_zones WHERE cinema_id = $1 AND is_default"
ADD_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency)
VALUES ('Cine', 'Belém', 'Street 1', 'UTC', 'BRL') RETURNING id
"""
MOVE_SEAT = "UPDATE seats SET zone_id = $2 WHERE room_id = $1 AND number = $3"
CARDS = (
    f"""query ($c: ID!) {{ priceCards(cinemaId: $c) {{ id name version {PRICES} }} }}"""
)
SESSION = f"""query ($s: ID!) {{ session(id: $s) {{
  pricePerSeat {{ amountMinor currency }} {PRICES}
  seatMap {{ seats {{ id price {{ amountMinor }} }} }}
}} }}"""


class Site:
    """A cinema with two zones, and a room with a seat in the second one."""

    def __init__(self, client: SchemaClient, pool: Pool, place: dict[str, str]) -> None:
        self.client = client
        self.pool = pool
        self.place = place

    async def set_up(self) -> None:
        pool, room = self.pool, UUID(self.place["roomId"])
        cinema_id = await pool.fetchval(ADD_CINEMA)
        await pool.execute(
            "UPDATE rooms SET cinema_id = $1 WHERE id = $2", cinema_id, room
        )
        standard = await pool.fetchval(DEFAULT_ZONE, cinema_id)
        premium = await pool.fetchval(ADD_ZONE, cinema_id, "Premium")
        for number, zone in enumerate((standard, standard, premium), 1):
            await pool.execute(MOVE_SEAT, room, zone, number)
        self.cinema, self.standard, self.premium = map(
            str, (cinema_id, standard, premium)
        )
        self.adult = str(await pool.fetchval(DEFAULT_TYPE))
        student = await answer(
            self.client, SAVE_TICKET_TYPE, name=f"Student {uuid4()}", quotaPercent=50
        )
        self.student = student["id"]

    def prices(self) -> list[dict[str, Any]]:
        return [
            self.price(self.standard, self.adult, 3000),
            self.price(self.standard, self.student, 1500),
            self.price(self.premium, self.adult, 4000),
        ]

    def price(self, zone: str, ticket_type: str, amount: int) -> dict[str, Any]:
        return {
            "zoneId": zone,
            "ticketTypeId": ticket_type,
            "price": {"amountMinor": amount, "currency": "BRL"},
        }

    async def save(self, **entered: Any) -> dict[str, Any]:
        card = {"cinemaId": self.cinema, "name": "Week", "prices": self.prices()}
        return await answer(self.client, SAVE_PRICE_CARD, **card | entered)

    async def create(self, **entered: Any) -> dict[str, Any]:
        session = self.place | {"startsAt": moment(5)} | entered
        return await answer(self.client, CREATE_SESSION, **session)

    async def session(self, session_id: str) -> dict[str, Any]:
        data = await self.client.data(SESSION, s=session_id)
        return dict(data["session"])


@pytest.fixture
async def site(client: SchemaClient, pool: Pool, place: dict[str, str]) -> Site:
    site = Site(client, pool, place)
    await site.set_up()
    return site


def shown(prices: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [
        {
            "zone": {"id": each["zoneId"]},
            "ticketType": {"id": each["ticketTypeId"]},
            "price": each["price"],
        }
        for each in prices
    ]


def wrong(refusal: dict[str, Any]) -> list[str]:
    assert refusal["__typename"] == "InvalidInput", refusal
    return [".".join(field["path"]) for field in refusal["fields"]]


async def test_a_card_is_saved_and_changed(client: SchemaClient, site: Site) -> None:
    made = await site.save(name=" Week ")
    same = await site.save(id=made["id"], expectedVersion=1)
    fewer = [site.price(site.standard, site.adult, 0)]
    changed = await site.save(id=made["id"], name="Free", prices=fewer)
    outdated = await site.save(id=made["id"], expectedVersion=1)
    other = await site.save(name="Weekend")

    assert made == {
        "__typename": "PriceCard",
        "id": made["id"],
        "name": "Week",
        "version": 1,
        "prices": shown(site.prices()),
    }
    assert same == made
    assert changed == made | {"name": "Free", "version": 2, "prices": shown(fewer)}
    assert outdated["currentVersion"] == 2
    cards = (await client.data(CARDS, c=site.cinema))["priceCards"]
    assert [card["id"] for card in cards] == [made["id"], other["id"]]
    assert (await client.data(CARDS, c="x"))["priceCards"] == []


async def test_wrong_fields_of_a_card_are_named(
    client: SchemaClient, site: Site
) -> None:
    await site.save(name="Taken")
    price = site.prices()[0]
    money = {"amountMinor": 3000, "currency": "BRL"}
    cases: list[tuple[dict[str, Any], list[str]]] = [
        ({"name": ""}, ["name"]),
        ({"name": "Taken"}, ["name"]),
        ({"prices": []}, ["prices"]),
        ({"prices": [price] * 501}, ["prices"]),
        ({"prices": [price, price]}, ["prices.1"]),
        ({"prices": [price | {"zoneId": UNKNOWN}]}, ["prices.0.zoneId"]),
        ({"prices": [price | {"zoneId": "x"}]}, ["prices.0.zoneId"]),
        ({"prices": [price | {"ticketTypeId": UNKNOWN}]}, ["prices.0.ticketTypeId"]),
        (
            {"prices": [price | {"price": money | {"amountMinor": -1}}]},
            ["prices.0.price.amountMinor"],
        ),
        (
            {"prices": [price | {"price": money | {"amountMinor": 100_000_001}}]},
            ["prices.0.price.amountMinor"],
        ),
        (
            {"prices": [price | {"price": money | {"currency": "EUR"}}]},
            ["prices.0.price.currency"],
        ),
        (
            {"prices": [price | {"price": money | {"currency": "XXX"}}]},
            ["prices.0.price.currency"],
        ),
    ]
    for entered, paths in cases:
        assert wrong(await site.save(**entered)) == paths, entered
    cards = (await client.data(CARDS, c=site.cinema))["priceCards"]
    assert [card["name"] for card in cards] == ["Taken"]


async def test_a_zone_of_another_cinema_has_no_price_here(
    site: Site, pool: Pool
) -> None:
    other = await pool.fetchval(ADD_CINEMA)
    zone = str(await pool.fetchval(DEFAULT_ZONE, other))

    refused = await site.save(prices=[site.price(zone, site.adult, 3000)])

    assert wrong(refused) == ["prices.0.zoneId"]


@pytest.mark.parametrize("unknown", [UNKNOWN, "x"])
async def test_an_unknown_card_or_cinema_is_not_found(site: Site, unknown: str) -> None:
    assert (await site.save(id=unknown))["code"] == "NOT_FOUND"
    assert (await site.save(cinemaId=unknown))["code"] == "NOT_FOUND"
    assert (await site.create(priceCardId=unknown))["code"] == "NOT_FOUND"


async def test_a_session_copies_the_prices_of_its_card(
    client: SchemaClient, site: Site, ana: UUID
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    await site.save(id=card["id"], prices=[site.price(site.standard, site.adult, 9900)])

    session = await site.session(made["id"])

    assert session["pricePerSeat"] == {"amountMinor": 3000, "currency": "BRL"}
    assert session["prices"] == shown(site.prices())
    seats = session["seatMap"]["seats"]
    assert [seat["price"]["amountMinor"] for seat in seats] == [3000, 3000, 4000]
    held = await client.mutate(
        RESERVE,
        ana,
        sessionId=made["id"],
        seatIds=[seat["id"] for seat in seats],
        tickets=[{"seatId": seats[0]["id"], "ticketTypeId": site.student}],
    )
    assert held["total"]["amountMinor"] == 1500 + 3000 + 4000


async def test_half_of_the_seats_of_a_quota_are_sold(
    client: SchemaClient, site: Site, ana: UUID, pool: Pool
) -> None:
    """Of 3 seats that is 1, and of 4 it is 2."""
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    quota = "SELECT seats_limit FROM ticket_quotas WHERE session_id = $1"

    async def reserve(number: int) -> str:
        seat = (await site.session(made["id"]))["seatMap"]["seats"][number]["id"]
        tickets = [{"seatId": seat, "ticketTypeId": site.student}]
        held = await client.mutate(
            RESERVE, ana, sessionId=made["id"], seatIds=[seat], tickets=tickets
        )
        return str(held.get("code", "held"))

    assert await reserve(0) == "held"
    assert await reserve(1) == "TICKET_QUOTA_EXHAUSTED"
    assert await pool.fetchval(quota, UUID(made["id"])) == 1
    rows = [{"row": "B", "seats": 1}]
    await answer(client, ADD_SEATS, roomId=site.place["roomId"], rows=rows)
    assert await reserve(1) == "held"


async def test_a_session_with_one_price_shows_it_for_the_default_type(
    site: Site,
) -> None:
    price = {"amountMinor": 2500, "currency": "EUR"}
    made = await site.create(pricePerSeat=price)

    session = await site.session(made["id"])

    assert session["prices"] == [
        {"zone": {"id": zone}, "ticketType": {"id": site.adult}, "price": price}
        for zone in (site.standard, site.premium)
    ]


async def test_a_session_has_one_price_or_a_card(site: Site, pool: Pool) -> None:
    card = await site.save()
    other_place = await pool.fetchval(ADD_CINEMA)
    price = {"amountMinor": 2500, "currency": "BRL"}

    neither = await site.create()
    both = await site.create(pricePerSeat=price, priceCardId=card["id"])
    await pool.execute(
        "UPDATE rooms SET cinema_id = $1 WHERE id = $2",
        other_place,
        UUID(site.place["roomId"]),
    )
    foreign = await site.create(priceCardId=card["id"])

    assert (wrong(neither), wrong(both)) == (["pricePerSeat"],) * 2
    assert wrong(foreign) == ["priceCardId"]


async def test_the_default_type_needs_a_price_in_each_zone(site: Site) -> None:
    [adult, student, premium] = site.prices()

    for prices, zones in (
        ([student, premium], ["Standard"]),
        ([adult, student], ["Premium"]),
        ([student], ["Standard", "Premium"]),
    ):
        card = await site.save(name=str(uuid4()), prices=prices)
        refused = await site.create(priceCardId=card["id"])
        assert wrong(refused) == ["priceCardId"] * len(zones)
        messages = [field["message"] for field in refused["fields"]]
        assert messages == [
            f"The card has no price for Adult in the zone {zone}." for zone in zones
        ]


async def test_new_seats_need_a_price_in_sessions_to_come(
    client: SchemaClient, site: Site, pool: Pool
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    await pool.execute(
        "DELETE FROM session_prices WHERE session_id = $1 AND zone_id = $2",
        UUID(made["id"]),
        UUID(site.standard),
    )
    rows = [{"row": "B", "seats": 1}]

    refused = await answer(client, ADD_SEATS, roomId=site.place["roomId"], rows=rows)

    assert wrong(refused) == ["rows"]
    assert len((await site.session(made["id"]))["seatMap"]["seats"]) == 3


async def test_one_price_for_a_session_with_many_is_refused(
    client: SchemaClient, site: Site
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    price = {"amountMinor": 2500, "currency": "BRL"}

    refused = await answer(client, UPDATE_SESSION, id=made["id"], pricePerSeat=price)
    moved = await answer(client, UPDATE_SESSION, id=made["id"], startsAt=moment(6))

    assert wrong(refused) == ["pricePerSeat"]
    assert moved["startsAt"] == moment(6)


async def test_the_default_type_of_sold_prices_stays(
    client: SchemaClient, site: Site
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])

    refused = await answer(
        client, SAVE_TICKET_TYPE, name=f"Other {uuid4()}", isDefault=True
    )
    assert wrong(refused) == ["isDefault"]

    removed = await answer(client, REMOVE_SESSION, id=made["id"])
    assert removed["id"] == made["id"]
