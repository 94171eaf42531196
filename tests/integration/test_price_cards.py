"""Price cards, as managers save them."""

from typing import Any

import pytest

from persistence.postgres.pool import Pool
from tests.support.catalog import wrong
from tests.support.priced_site import (
    ADD_CINEMA,
    CARDS,
    DEFAULT_ZONE,
    UNKNOWN,
    Site,
    shown,
)
from tests.support.schema_client import SchemaClient


@pytest.fixture
async def site(client: SchemaClient, pool: Pool, place: dict[str, str]) -> Site:
    site = Site(client, pool, place)
    await site.set_up()
    return site


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
