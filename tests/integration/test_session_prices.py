"""Sessions that are created from price cards."""

from uuid import UUID, uuid4

import pytest

from loadtest.documents import UPDATE_SESSION
from persistence.postgres.pool import Pool
from tests.support.catalog import answer, moment, wrong
from tests.support.priced_site import ADD_CINEMA, Site, shown
from tests.support.prices import RESERVE
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import ADD_SEATS, REMOVE_SESSION, SAVE_TICKET_TYPE


@pytest.fixture
async def site(client: SchemaClient, pool: Pool, place: dict[str, str]) -> Site:
    site = Site(client, pool, place)
    await site.set_up()
    return site


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
            f"There is no price for Adult in the zone {zone}." for zone in zones
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


async def test_prices_change_while_seats_are_held(
    client: SchemaClient, site: Site, ana: UUID
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    seats = (await site.session(made["id"]))["seatMap"]["seats"]
    held = await client.mutate(
        RESERVE, ana, sessionId=made["id"], seatIds=[each["id"] for each in seats[1:]]
    )
    prices = [
        site.price(site.standard, site.adult, 3000),
        site.price(site.standard, site.student, 1500),
        site.price(site.premium, site.adult, 4500),
        site.price(site.premium, site.student, 2000),
    ]

    changed = await answer(client, UPDATE_SESSION, id=made["id"], prices=prices)
    same = await answer(client, UPDATE_SESSION, id=made["id"], prices=prices)

    assert changed["__typename"] == same["__typename"] == "Session"
    session = await site.session(made["id"])
    assert session["prices"] == shown(prices)
    now = changed["seatMap"]["seats"]
    assert [each["price"]["amountMinor"] for each in now] == [3000, 3000, 4500]
    assert [each["version"] for each in now] == [1, 2, 3]
    assert held["total"]["amountMinor"] == 3000 + 4000


async def test_wrong_prices_of_a_session_are_named(
    client: SchemaClient, site: Site
) -> None:
    card = await site.save()
    made = await site.create(priceCardId=card["id"])
    before = await site.session(made["id"])
    [adult, student, premium] = site.prices()
    euros = premium | {"price": {"amountMinor": 1, "currency": "EUR"}}

    for prices, paths in (
        (None, ["prices"]),
        ([], ["prices"]),
        ([adult, student], ["prices"]),
        ([adult, premium, premium], ["prices.2"]),
        ([adult, euros], ["prices.1.price.currency"]),
        ([adult, premium, adult | {"zoneId": "x"}], ["prices.2.zoneId"]),
    ):
        refused = await answer(client, UPDATE_SESSION, id=made["id"], prices=prices)
        assert wrong(refused) == paths, prices
    assert await site.session(made["id"]) == before
