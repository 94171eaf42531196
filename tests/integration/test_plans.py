"""Plans of rooms through the API: unusual rooms, and changed seats."""

from typing import Any
from uuid import UUID

import pytest

from persistence.postgres.pool import Pool
from tests.support.catalog import answer, wrong
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import (
    MORE_SEATS,
    PLANNED_ROOM,
    UPDATE_SEATS,
)

UNKNOWN = str(UUID(int=7))


async def create(
    client: SchemaClient, cine: str, rows: list[dict[str, Any]]
) -> dict[str, Any]:
    return await answer(client, PLANNED_ROOM, cinemaId=cine, name="Sala 1", rows=rows)


def by_label(room: dict[str, Any]) -> dict[str, tuple[float, float, int]]:
    return {
        seat["label"]: (seat["x"], seat["y"], seat["place"]) for seat in room["seats"]
    }


async def test_a_room_of_version_1_gets_a_plan(room: dict[str, Any]) -> None:
    assert by_label(room) == {"A1": (0, 0, 0), "A2": (1, 0, 1), "A3": (2, 0, 2)}
    seat = room["seats"][0]
    assert (seat["row"], seat["number"]) == ("A", 1)
    assert (seat["features"], seat["outOfService"]) == ([], False)
    assert (seat["zone"]["name"], seat["zone"]["isDefault"]) == ("Standard", True)


async def test_an_unusual_room_is_stored_as_entered(
    client: SchemaClient, cine: str
) -> None:
    rows = [
        {"row": "א", "seats": 2, "offset": 1.5, "y": 0.5, "rightToLeft": True},
        {"row": "1", "seats": 4, "aisles": [2]},
        {"row": "B", "seats": 2, "step": 2, "rightToLeft": True},
        {"row": "B", "seats": 2, "step": 2, "firstNumber": 2, "offset": 3},
        {"row": "C", "seats": 2, "features": ["SOFA_LEFT", "SOFA_RIGHT"]},
    ]

    room = await create(client, cine, rows)

    assert by_label(room) == {
        "1-1": (0, 1, 0),
        "1-2": (1, 1, 1),
        "1-3": (3, 1, 3),
        "1-4": (4, 1, 4),
        "B1": (1, 2, 1),
        "B2": (3, 2, 3),
        "B3": (0, 2, 0),
        "B4": (4, 2, 4),
        "C1": (0, 3, 0),
        "C2": (1, 3, 1),
        "א1": (2.5, 0.5, 2),
        "א2": (1.5, 0.5, 1),
    }
    features = {seat["label"]: seat["features"] for seat in room["seats"]}
    assert features["1-2"] == features["1-3"] == ["AISLE"]
    assert (features["C1"], features["C2"]) == (["SOFA_LEFT"], ["SOFA_RIGHT"])


async def test_added_seats_stand_beside_those_of_their_row(
    client: SchemaClient, room: dict[str, Any]
) -> None:
    grown = await answer(
        client,
        MORE_SEATS,
        roomId=room["id"],
        rows=[{"row": "A", "seats": 1, "offset": 4}, {"row": "B", "seats": 1}],
    )

    assert by_label(grown) == by_label(room) | {"A4": (4, 0, 4), "B1": (0, 1, 0)}
    assert grown["version"] == room["version"] + 1


@pytest.mark.parametrize(
    ("row", "path"),
    [
        ({"row": "A", "seats": 1, "firstNumber": 2}, "firstNumber"),
        ({"row": "A", "seats": 1, "offset": 1}, "offset"),
        ({"row": "B", "seats": 1, "offset": 1.3, "y": 0.2}, "offset"),
        ({"row": "À", "seats": 1}, "row"),
        ({"row": "B", "seats": 1, "offset": -1}, "offset"),
        ({"row": "B", "seats": 1, "y": 4_000}, "y"),
        ({"row": "B", "seats": 2, "aisles": [1, 3]}, "aisles.1"),
        ({"row": "B", "seats": 1, "zoneId": UNKNOWN}, "zoneId"),
        ({"row": "B", "seats": 1, "zoneId": "?"}, "zoneId"),
        ({"row": "B", "seats": 3, "features": ["SOFA_LEFT", "SOFA_RIGHT"]}, "features"),
    ],
)
async def test_what_does_not_fit_is_refused_and_nothing_changes(
    client: SchemaClient, pool: Pool, room: dict[str, Any], row: Any, path: str
) -> None:
    before = await rows_of(pool, room)

    refused = await answer(client, MORE_SEATS, roomId=room["id"], rows=[row])

    assert wrong(refused) == [f"rows.0.{path}"]
    assert await rows_of(pool, room) == before


async def rows_of(pool: Pool, room: dict[str, Any]) -> list[Any]:
    return await pool.fetch(
        "SELECT r.version, s.* FROM rooms r JOIN seats s ON s.room_id = r.id"
        " WHERE r.id = $1 ORDER BY s.id",
        room["id"],
    )


async def test_seats_exchange_labels_and_places(
    client: SchemaClient, room: dict[str, Any]
) -> None:
    first, second, _ = room["seats"]
    changed = await answer(
        client,
        UPDATE_SEATS,
        roomId=room["id"],
        expectedVersion=room["version"],
        seats=[
            {"id": first["id"], "label": "क्षि १", "x": 1, "place": 1},
            {"id": second["id"], "label": "A1", "x": 0, "place": 0},
        ],
    )

    assert by_label(changed) == {"क्षि १": (1, 0, 1), "A1": (0, 0, 0), "A3": (2, 0, 2)}
    assert changed["version"] == room["version"] + 1
    outdated = await answer(
        client,
        UPDATE_SEATS,
        roomId=room["id"],
        expectedVersion=room["version"],
        seats=[{"id": first["id"], "label": "A9"}],
    )
    assert outdated["__typename"] == "Outdated"
    assert outdated["currentVersion"] == changed["version"]


async def test_what_stays_the_same_is_no_version(
    client: SchemaClient, room: dict[str, Any]
) -> None:
    seats = [{"id": room["seats"][0]["id"], "label": " A1 ", "features": []}]

    same = await answer(client, UPDATE_SEATS, roomId=room["id"], seats=seats)

    assert same["version"] == room["version"]


@pytest.mark.parametrize(
    ("change", "path"),
    [
        ({"label": "a2"}, "label"),
        ({"label": None}, "label"),
        ({"place": 2}, "place"),
        ({"x": 2.1}, "x"),
        ({"x": 1e300}, "x"),
        ({"zoneId": UNKNOWN}, "zoneId"),
        ({"features": ["WHEELCHAIR", "COMPANION"]}, "features"),
        ({"features": ["SOFA_RIGHT"]}, "features"),
        ({"id": UNKNOWN}, "id"),
        ({"id": "?"}, "id"),
    ],
)
async def test_wrong_changes_are_refused_and_nothing_changes(
    client: SchemaClient, pool: Pool, room: dict[str, Any], change: Any, path: str
) -> None:
    before = await rows_of(pool, room)
    seats = [{"id": room["seats"][0]["id"]} | change]

    refused = await answer(client, UPDATE_SEATS, roomId=room["id"], seats=seats)

    assert wrong(refused) == [f"seats.0.{path}"]
    assert await rows_of(pool, room) == before
