"""SessionSeat.prices: what each type of ticket costs in a seat on sale."""

from collections.abc import Callable
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.seats import Position, SeatMapDelta
from persistence.postgres.pool import Pool
from persistence.queries import seat_prices
from persistence.queries.seat_maps import SeatMaps
from schema.prices import TicketPrice
from schema.seats import SessionSeat
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show, reserving
from tests.support.engine import PLANS
from tests.support.prices import (
    ADULT,
    CHILD,
    DEARER,
    STUDENT,
    PricedShow,
    open_priced_session,
)
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import SAVE_TICKET_TYPE, UPDATE_SESSION

PRICES = "prices { zone { id } ticketType { name } price { amountMinor currency } }"
MAP = f"query ($id: ID!) {{ seatMap(sessionId: $id) {{ seats {{ id {PRICES} }} }} }}"
PLAIN_MAP = "query ($id: ID!) { seatMap(sessionId: $id) { seats { id } } }"
LIVE = f"""subscription ($id: ID!) {{ seatMap(sessionId: $id) {{
  ... on SeatMap {{ seats {{ {PRICES} }} }}
  ... on SeatMapDelta {{ seats {{ {PRICES} }} }} }} }}"""
RESERVE = f"""mutation ($input: ReserveSeatsInput!) {{ reserveSeats(input: $input) {{
  __typename ... on Reservation {{ seats {{ {PRICES} }} }}
  ... on SeatsUnavailable {{ seats {{ {PRICES} }} }} }} }}"""
ADD_ROW = """
WITH added AS (
    INSERT INTO seats (room_id, row_label, number)
    SELECT room_id, 'B', generate_series(1, 1000) FROM sessions WHERE id = $1
    RETURNING id
)
INSERT INTO session_seats (session_id, seat_id, zone_id, status, version)
SELECT $1, id, $2, 'AVAILABLE', 1 FROM added
"""
IN_ALL_ZONES = [ADULT, CHILD, STUDENT]
IN_PREMIUM = [amount + DEARER for amount in IN_ALL_ZONES]


@pytest.fixture
async def show(cinema: Cinema) -> PricedShow:
    return await open_priced_session(cinema, seats=4)


def amounts(seats: list[dict[str, Any]]) -> list[list[int]]:
    return [[each["price"]["amountMinor"] for each in s["prices"]] for s in seats]


async def prices_of(client: SchemaClient, show: Show) -> list[list[int]]:
    read = await client.data(MAP, id=str(show.session_id))
    return amounts(read["seatMap"]["seats"])


class Conversions:
    """How often the schema has made one of a domain's value."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, kind: Any) -> None:
        self.number = 0
        convert: Callable[..., Any] = kind.from_domain

        def counted(*args: Any, **named: Any) -> Any:
            self.number += 1
            return convert(*args, **named)

        monkeypatch.setattr(kind, "from_domain", counted)

    def taken(self) -> int:
        number, self.number = self.number, 0
        return number


async def test_a_map_shows_what_each_type_costs_in_a_seat(
    client: SchemaClient, show: PricedShow
) -> None:
    first = await client.data(MAP, id=str(show.session_id))

    again = await client.data(MAP, id=str(show.session_id))

    assert again == first
    seats = first["seatMap"]["seats"]
    assert amounts(seats) == 2 * [IN_ALL_ZONES] + 2 * [IN_PREMIUM]
    assert seats[0]["prices"][0]["zone"] == {"id": str(show.standard)}
    assert seats[3]["prices"][0]["zone"] == {"id": str(show.premium)}


async def test_a_session_with_one_price_has_it_for_the_default_type(
    client: SchemaClient, cinema: Cinema
) -> None:
    plain = await cinema.open_session(seats=2)

    assert await prices_of(client, plain) == [[2500], [2500]]
    assert await prices_of(client, plain) == [[2500], [2500]]


@pytest.mark.skipif(not PLANS, reason="graphql-core keeps no bytes of maps")
async def test_a_kept_map_takes_no_work_for_its_seats(
    monkeypatch: pytest.MonkeyPatch, client: SchemaClient, cinema: Cinema
) -> None:
    """Prices are written once for each zone, however many seats it has."""
    show = await open_priced_session(cinema, seats=1000)
    await cinema.pool.execute(ADD_ROW, show.session_id, show.premium)
    seats = Conversions(monkeypatch, SessionSeat)
    prices = Conversions(monkeypatch, TicketPrice)
    await client.data(PLAIN_MAP, id=str(show.session_id))
    without = len(client.statements)
    assert (seats.taken(), prices.taken()) == (2000, 0)
    first = await prices_of(client, show)
    assert len(client.statements) == without + 2
    assert prices.taken() == len(IN_ALL_ZONES) + len(IN_PREMIUM)
    assert await prices_of(client, show) == first
    assert (len(client.statements), prices.taken()) == (without, 0)
    seats.taken()

    third = await prices_of(client, show)

    assert third == first == 998 * [IN_ALL_ZONES] + 1002 * [IN_PREMIUM]
    assert (len(client.statements), seats.taken(), prices.taken()) == (without, 0, 0)


async def test_new_prices_are_shown_at_once(
    client: SchemaClient, pool: Pool, show: PricedShow
) -> None:
    """Also where only a type that is not the default one costs something else."""
    await prices_of(client, show)
    maps = SeatMaps(pool)
    before = (await maps.whole([show.session_id]))[show.session_id]
    entered = [
        {
            "zoneId": str(zone),
            "ticketTypeId": str(kind),
            "price": {"amountMinor": amount, "currency": "BRL"},
        }
        for zone, kind, amount in (
            (show.standard, show.adult, ADULT),
            (show.standard, show.student, 1),
            (show.premium, show.adult, ADULT + DEARER),
        )
    ]
    row = await pool.fetchrow(
        "SELECT zone.id FROM price_zones zone JOIN rooms USING (cinema_id)"
        " JOIN sessions s ON s.room_id = rooms.id WHERE s.id = $1 AND zone.is_default",
        show.session_id,
    )
    assert row
    entered.append({**entered[0], "zoneId": str(row["id"])})

    changed = await answer(
        client, UPDATE_SESSION, id=str(show.session_id), prices=entered
    )

    assert changed["__typename"] == "Session"
    now = 2 * [[ADULT, 1]] + 2 * [[ADULT + DEARER]]
    assert await prices_of(client, show) == now
    # They came with the map, so that no seat had to ask for them.
    assert seat_prices.ALL_ON_SALE in client.statements
    assert seat_prices.ON_SALE not in client.statements
    missed = await maps.read(show.session_id, Position(int(before.position)))
    assert missed and missed.prices is not before.prices


async def test_a_renamed_type_is_shown_at_once(
    client: SchemaClient, show: PricedShow
) -> None:
    await prices_of(client, show)
    name = f"Aposentado {uuid4()}"
    await answer(client, SAVE_TICKET_TYPE, id=str(show.child), name=name)

    read = await client.data(MAP, id=str(show.session_id))

    names = [p["ticketType"]["name"] for p in read["seatMap"]["seats"][0]["prices"]]
    assert name in names


async def test_reservations_and_refusals_show_them(
    client: SchemaClient, show: PricedShow, ana: UUID
) -> None:
    held = await client.mutate(RESERVE, ana, **reserving(show, 1, 2))
    refused = await client.mutate(RESERVE, ana, **reserving(show, 2, 3))
    again = await client.mutate(RESERVE, ana, **reserving(show, 0, 3))

    assert held["__typename"] == "Reservation"
    assert amounts(held["seats"]) == [IN_ALL_ZONES, IN_PREMIUM]
    assert refused["__typename"] == "SeatsUnavailable"
    assert amounts(refused["seats"]) == [IN_PREMIUM]
    assert amounts(again["seats"]) == [IN_ALL_ZONES, IN_PREMIUM]
    assert len(client.statements) == 1  # the prices of the session are kept


async def test_a_delta_has_the_prices_of_the_map_before(
    client: SchemaClient, pool: Pool, show: PricedShow
) -> None:
    whole = (await SeatMaps(pool).whole([show.session_id]))[show.session_id]
    delta = SeatMapDelta(
        session_id=show.session_id,
        seats=whole.seats[2:3],
        position=whole.position,
        prices=whole.prices,
    )
    client.seat_feed.updates = [whole, delta]

    _, second = await client.watch(LIVE, id=str(show.session_id))

    assert second.data
    assert amounts(second.data["seatMap"]["seats"]) == [IN_PREMIUM]


async def test_kept_prices_are_bounded(client: SchemaClient, cinema: Cinema) -> None:
    kept = client.queries.seat_maps._prices._kept
    kept.limit = 2 * (seat_prices.EMPTY + 3)

    for number in range(3):
        show = await cinema.open_session(seats=3)
        assert await prices_of(client, show) == 3 * [[2500]]
        assert len(kept) == (1, 2, 1)[number]
