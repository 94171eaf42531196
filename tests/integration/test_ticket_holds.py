"""Holds with ticket types: what they cost, and quotas that no crowd exceeds."""

from uuid import UUID

import pytest

from tests.support.cinema import Cinema, reserving
from tests.support.prices import (
    ADULT,
    CHILD,
    DEARER,
    RESERVE,
    STUDENT,
    PricedShow,
    tickets,
    with_types,
)
from tests.support.schema_client import SchemaClient

CANCEL = """
mutation ($id: ID!) { cancelReservation(input: {reservationId: $id}) {
  ... on Reservation { seats { price { amountMinor } } }
} }
"""
CLAIMS = """
SELECT session_seat_id, price_minor, ticket_type_id FROM claims
WHERE reservation_id = $1
"""


async def test_each_seat_costs_what_its_zone_and_type_do(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    types = {0: priced.child, 8: priced.student, 9: priced.adult}

    held = await client.mutate(RESERVE, ana, **with_types(priced, types, 1))

    costs = {
        priced.seat_ids[0]: (CHILD, priced.child),
        priced.seat_ids[1]: (ADULT, priced.adult),
        priced.seat_ids[8]: (STUDENT + DEARER, priced.student),
        priced.seat_ids[9]: (ADULT + DEARER, priced.adult),
    }
    claims = await cinema.pool.fetch(CLAIMS, UUID(held["id"]))
    assert {
        row["session_seat_id"]: (row["price_minor"], row["ticket_type_id"])
        for row in claims
    } == costs
    prices = [seat["price"]["amountMinor"] for seat in held["seats"]]
    assert sorted(prices) == sorted(price for price, _ in costs.values())
    assert held["total"]["amountMinor"] == sum(prices)
    cancelled = await client.data(CANCEL, ana, id=held["id"])
    assert cancelled["cancelReservation"]["seats"] == held["seats"]


async def test_without_chosen_types_all_are_of_the_default_type(
    client: SchemaClient, priced: PricedShow, ana: UUID
) -> None:
    held = await client.mutate(RESERVE, ana, **reserving(priced, 0, 9))

    assert held["total"]["amountMinor"] == 2 * ADULT + DEARER


async def test_the_map_shows_what_the_default_type_costs(
    client: SchemaClient, priced: PricedShow, ana: UUID
) -> None:
    await client.mutate(RESERVE, ana, **with_types(priced, {0: priced.child}))
    query = "query ($s: ID!) { seatMap(sessionId: $s) {seats {price {amountMinor}}} }"

    seats = (await client.data(query, s=str(priced.session_id)))["seatMap"]["seats"]

    assert [seat["price"]["amountMinor"] for seat in seats] == (
        [ADULT] * 8 + [ADULT + DEARER] * 2
    )


async def test_a_session_with_one_price_sells_the_default_type_only(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    plain = await cinema.open_session(seats=2, price_minor=2500)

    refused = await client.mutate(
        RESERVE, ana, **with_types(plain, {0: priced.student})
    )
    held = await client.mutate(RESERVE, ana, **with_types(plain, {0: priced.adult}, 1))

    assert refused["code"] == "TICKET_TYPE_NOT_SOLD"
    assert held["total"]["amountMinor"] == 5000


async def test_a_type_without_a_price_is_not_sold(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID
) -> None:
    refused = await client.mutate(
        RESERVE, ana, **with_types(priced, {0: priced.unsold}, 1)
    )

    assert refused["code"] == "TICKET_TYPE_NOT_SOLD"
    assert set(await cinema.seat_states(priced)) == {("AVAILABLE", 1)}


@pytest.mark.parametrize("unknown", [str(UUID(int=7)), "x"])
async def test_an_unknown_type_is_not_found(
    client: SchemaClient, cinema: Cinema, priced: PricedShow, ana: UUID, unknown: str
) -> None:
    entered = with_types(priced, {0: priced.unsold}, 1)
    entered["tickets"][0]["ticketTypeId"] = unknown
    refused = await client.mutate(RESERVE, ana, **entered)

    assert refused["code"] == "NOT_FOUND"
    assert set(await cinema.seat_states(priced)) == {("AVAILABLE", 1)}


async def test_another_total_than_expected_is_refused(
    client: SchemaClient, priced: PricedShow, ana: UUID
) -> None:
    entered = with_types(priced, {0: priced.child, 9: priced.student}, 1)
    total = CHILD + STUDENT + DEARER + ADULT
    shown = {"amountMinor": total, "currency": "BRL"}

    more = {"amountMinor": total + 1, "currency": "BRL"}
    refused = await client.mutate(RESERVE, ana, **entered, expectedTotal=more)
    held = await client.mutate(RESERVE, ana, **entered, expectedTotal=shown)

    assert refused["total"] == shown
    assert held["total"]["amountMinor"] == total


async def test_types_are_chosen_for_reserved_seats_and_once(
    client: SchemaClient, priced: PricedShow, ana: UUID
) -> None:
    other = with_types(priced, {0: priced.child})
    other["tickets"] += tickets(priced, {5: priced.child})
    twice = with_types(priced, {0: priced.child})
    twice["tickets"] *= 2

    for entered in (other, twice):
        refused = await client.mutate(RESERVE, ana, **entered)
        assert refused["fields"] == [{"path": ["tickets"]}]


async def test_a_repeated_key_with_other_types_is_a_conflict(
    client: SchemaClient, priced: PricedShow, ana: UUID
) -> None:
    key = {"idempotencyKey": "one"}
    first = await client.mutate(
        RESERVE, ana, **with_types(priced, {0: priced.child}), **key
    )
    same = await client.mutate(
        RESERVE, ana, **with_types(priced, {0: priced.child}), **key
    )
    other = await client.mutate(
        RESERVE, ana, **with_types(priced, {0: priced.adult}), **key
    )

    assert same == first
    assert other["code"] == "IDEMPOTENCY_CONFLICT"
