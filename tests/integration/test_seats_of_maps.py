"""SessionSeat.seat: what is known of a seat on sale, wherever it is shown."""

from typing import Any
from uuid import UUID

import pytest

from domain.seats import Position, SeatMapDelta
from persistence.postgres.pool import Pool
from persistence.queries import seat_plans
from persistence.queries.seat_maps import SeatMaps
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show, reserving
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import SAVE_PRICE_ZONE, UPDATE_SEATS

SEAT = "seat { id label x y place features outOfService zone { name isDefault } }"
MAP = (
    f"query ($id: ID!) {{ seatMap(sessionId: $id) {{ seats {{ id number {SEAT} }} }} }}"
)
PLAIN_MAP = "query ($id: ID!) { seatMap(sessionId: $id) { seats { id } } }"
LIVE = f"""subscription ($id: ID!) {{ seatMap(sessionId: $id) {{
  ... on SeatMap {{ seats {{ number {SEAT} }} }}
  ... on SeatMapDelta {{ seats {{ number {SEAT} }} }} }} }}"""
RESERVE = f"""mutation ($input: ReserveSeatsInput!) {{ reserveSeats(input: $input) {{
  __typename ... on Reservation {{ seats {{ number {SEAT} }} }}
  ... on SeatsUnavailable {{ seats {{ number {SEAT} }} }} }} }}"""
OF_ROOM = """
SELECT r.id AS room_id, r.cinema_id, array_agg(seat.id ORDER BY number) AS seats
FROM sessions s JOIN rooms r ON r.id = s.room_id JOIN seats seat ON seat.room_id = r.id
WHERE s.id = $1 GROUP BY r.id
"""
STANDARD = {"name": "Standard", "isDefault": True}


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(seats=3)


async def labels(client: SchemaClient, show: Show) -> list[str]:
    read = await client.data(MAP, id=str(show.session_id))
    return [seat["seat"]["label"] for seat in read["seatMap"]["seats"]]


async def change(client: SchemaClient, pool: Pool, show: Show, **facts: Any) -> None:
    """The first seat of the room."""
    row = await pool.fetchrow(OF_ROOM, show.session_id)
    assert row
    seats = [{"id": str(row["seats"][0]), **facts}]
    changed = await answer(
        client, UPDATE_SEATS, roomId=str(row["room_id"]), seats=seats
    )
    assert changed["__typename"] == "Room"


async def test_a_map_shows_where_its_seats_stand(
    client: SchemaClient, show: Show
) -> None:
    first = await client.data(MAP, id=str(show.session_id))

    again = await client.data(MAP, id=str(show.session_id))

    assert again == first
    seat = first["seatMap"]["seats"][1]
    assert seat["id"] in {str(each) for each in show.seat_ids}
    assert seat["seat"].pop("id") not in {str(each) for each in show.seat_ids}
    assert seat["seat"] == {
        "label": "A2",
        "x": 1,
        "y": 0,
        "place": 1,
        "features": [],
        "outOfService": False,
        "zone": STANDARD,
    }


async def test_a_kept_plan_costs_no_statement(client: SchemaClient, show: Show) -> None:
    await client.data(PLAIN_MAP, id=str(show.session_id))
    without = len(client.statements)
    await client.data(MAP, id=str(show.session_id))
    first = len(client.statements)

    await client.data(MAP, id=str(show.session_id))

    assert first == without + 2
    assert len(client.statements) == without


async def test_changed_seats_and_zones_are_shown_at_once(
    client: SchemaClient, pool: Pool, show: Show
) -> None:
    assert await labels(client, show) == ["A1", "A2", "A3"]

    await change(client, pool, show, label="ש 1")
    assert await labels(client, show) == ["ש 1", "A2", "A3"]

    row = await pool.fetchrow(OF_ROOM, show.session_id)
    assert row
    zone = await pool.fetchval(
        "SELECT id FROM price_zones WHERE cinema_id = $1 AND is_default",
        row["cinema_id"],
    )
    names = {"cinemaId": str(row["cinema_id"]), "id": str(zone)}
    try:
        await answer(client, SAVE_PRICE_ZONE, name="Zona comum", **names)
        read = await client.data(MAP, id=str(show.session_id))
    finally:
        await answer(client, SAVE_PRICE_ZONE, name="Standard", **names)
    zones = {seat["seat"]["zone"]["name"] for seat in read["seatMap"]["seats"]}
    assert zones == {"Zona comum"}


async def test_seats_of_programs_of_the_last_release_are_shown(
    client: SchemaClient, pool: Pool, show: Show
) -> None:
    """They add seats without a new version of the room."""
    await labels(client, show)
    await pool.execute(
        """
        WITH added AS (
            INSERT INTO seats (room_id, row_label, number)
            SELECT room_id, 'A', 4 FROM sessions WHERE id = $1 RETURNING id
        )
        INSERT INTO session_seats (session_id, seat_id, status, version)
        SELECT $1, id, 'AVAILABLE', 1 FROM added
        """,
        show.session_id,
    )

    assert await labels(client, show) == ["A1", "A2", "A3", "A4"]


async def test_reservations_and_refusals_show_them(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    held = await client.mutate(RESERVE, ana, **reserving(show, 0, 1))
    refused = await client.mutate(RESERVE, ana, **reserving(show, 1, 2))

    assert held["__typename"] == "Reservation"
    assert [seat["seat"]["label"] for seat in held["seats"]] == ["A1", "A2"]
    assert refused["__typename"] == "SeatsUnavailable"
    assert [seat["seat"]["label"] for seat in refused["seats"]] == ["A2"]


async def test_a_delta_has_the_plan_of_the_map_before(
    client: SchemaClient, pool: Pool, show: Show
) -> None:
    maps = SeatMaps(pool)
    whole = (await maps.whole([show.session_id]))[show.session_id]
    delta = SeatMapDelta(
        session_id=show.session_id,
        seats=whole.seats[1:2],
        position=whole.position,
        plan=whole.plan,
    )
    client.seat_feed.updates = [whole, delta]

    _, second = await client.watch(LIVE, id=str(show.session_id))

    [seat] = second.data["seatMap"]["seats"] if second.data else []
    assert seat["seat"]["label"] == "A2"
    resumed = await maps.read(show.session_id, Position(int(whole.position)))
    assert resumed and resumed.plan is whole.plan


async def test_kept_plans_are_bounded(client: SchemaClient, cinema: Cinema) -> None:
    plans = client.queries.seat_maps._plans._plans
    plans.limit = 2 * (seat_plans.EMPTY + 3)

    for number in range(3):
        show = await cinema.open_session(seats=3)
        assert await labels(client, show) == ["A1", "A2", "A3"]
        assert len(plans) == (1, 2, 1)[number]
