"""Lone seats, sofas and companion places, for customers who choose their seats."""

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.people import Role, Viewer
from domain.seat_plan import SeatFeature
from loadtest.documents import CANCEL_RESERVATION, RESERVE_SEATS
from persistence.queries.seat_maps import WHOLE
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show, reserving
from tests.support.schema_client import MANAGER, SchemaClient
from tests.support.venue_documents import (
    CREATE_SESSION,
    UPDATE_SEATS,
    UPDATE_SESSION,
)

ORPHANS = """query ($id: ID!) { reservation(id: $id) { orphans { number status } } }"""


async def set_rule(client: SchemaClient, show: Show, rule: str | None) -> Any:
    session = str(show.session_id)
    return await answer(client, UPDATE_SESSION, id=session, orphanRule=rule)


@pytest.fixture
async def polite(client: SchemaClient, cinema: Cinema) -> Show:
    """Ten seats in a row, and no hold may leave one of them alone."""
    show = await cinema.open_session(seats=10)
    assert (await set_rule(client, show, "REFUSE"))["__typename"] == "Session"
    return show


def numbers(seats: list[dict[str, Any]]) -> list[int]:
    return [seat["number"] for seat in seats]


async def test_a_lone_seat_is_refused_with_better_seats(
    client: SchemaClient, polite: Show, ana: UUID, cinema: Cinema
) -> None:
    refused = await client.reserve(ana, polite, 1, 2)

    assert refused["code"] == "ORPHAN_LEFT"
    assert numbers(refused["orphans"]) == [1]
    assert len(refused["better"]) == 2
    assert {status for status, _ in await cinema.seat_states(polite)} == {"AVAILABLE"}
    better = [seat["number"] - 1 for seat in refused["better"]]
    held = await client.reserve(ana, polite, *better)
    assert held["__typename"] == "Reservation"


async def test_a_run_that_allows_nothing_else_is_sold(
    client: SchemaClient, polite: Show, ana: UUID
) -> None:
    await client.reserve(ana, polite, 0, 1, 2, 3, 4, 5, 6)

    held = await client.reserve(ana, polite, 8, 9)  # of three

    assert held["__typename"] == "Reservation"
    assert (await client.reserve(ana, polite, 7))["__typename"] == "Reservation"


async def test_a_taken_seat_is_the_reason_that_counts(
    client: SchemaClient, polite: Show, ana: UUID
) -> None:
    await client.reserve(ana, polite, 0, 1)
    refused = await client.reserve(ana, polite, 1, 3)
    assert refused["code"] == "SEATS_UNAVAILABLE"


async def test_a_repeated_call_has_its_first_answer(
    client: SchemaClient, polite: Show, ana: UUID
) -> None:
    """Although it would be refused by now."""
    entered = reserving(polite, 0, 1, key="k")
    first = await client.mutate(RESERVE_SEATS, ana, **entered)
    await client.mutate(CANCEL_RESERVATION, ana, reservationId=first["id"])
    other = await client.reserve(ana, polite, 3, 4, 5, 6, 7, 8, 9)
    assert other["__typename"] == "Reservation", other
    assert (await client.reserve(ana, polite, 1))["code"] == "ORPHAN_LEFT"

    again = await client.mutate(RESERVE_SEATS, ana, **entered)

    assert (again["id"], again["status"]) == (first["id"], "CANCELLED")


async def test_staff_may_leave_a_seat_alone(
    client: SchemaClient, polite: Show, ana: UUID, cinema: Cinema
) -> None:
    entered = reserving(polite, 1, 2) | {"acceptOrphans": True}
    refused = (await client.ask(RESERVE_SEATS, ana, input=entered)).errors or []
    assert [each.extensions for each in refused] == [{"code": "FORBIDDEN"}]
    assert "cashiers" in refused[0].message
    [bob] = await cinema.customers(1)
    cashier = Viewer(bob, Role.CASHIER)
    held = await client.mutate(RESERVE_SEATS, cashier, **entered)
    assert held["__typename"] == "Reservation"
    entered["sessionId"] = str(UUID(int=5))
    nowhere = await client.mutate(RESERVE_SEATS, MANAGER, **entered)
    assert nowhere["code"] == "NOT_FOUND"


async def test_a_warning_shows_what_is_left(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    await set_rule(client, show, "WARN")
    held = await client.reserve(ana, show, 1, 2)

    data = await client.data(ORPHANS, ana, id=held["id"])
    assert data["reservation"]["orphans"] == [{"number": 1, "status": "AVAILABLE"}]

    await set_rule(client, show, "OFF")
    data = await client.data(ORPHANS, ana, id=held["id"])
    assert data["reservation"]["orphans"] == []


async def test_a_new_session_has_the_rule_that_it_is_given(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    place = await cinema.empty_room(seats=3)
    price = {"amountMinor": 100, "currency": "BRL"}
    entered = place | {"startsAt": moment(days=1), "pricePerSeat": price}
    made = await answer(client, CREATE_SESSION, **entered, orphanRule="REFUSE")
    assert made["version"] == 1
    session_id = UUID(made["id"])
    [seat_map] = (await client.queries.seat_maps.whole([session_id])).values()
    middle = reserving(Show(session_id, (seat_map.seats[1].id,)), 0)
    refused = await client.mutate(RESERVE_SEATS, ana, **middle)
    assert numbers(refused["orphans"]) == [1, 3]


async def test_the_rule_changes_at_any_time_with_the_version(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    await client.reserve(ana, show, 0)
    assert (await set_rule(client, show, "REFUSE"))["version"] == 2
    assert (await set_rule(client, show, "REFUSE"))["version"] == 2
    assert (await client.reserve(ana, show, 2))["code"] == "ORPHAN_LEFT"
    refused = await set_rule(client, show, None)
    assert refused["fields"][0]["path"] == ["orphanRule"]


async def furnish(
    cinema: Cinema, show: Show, *features: tuple[int, SeatFeature]
) -> None:
    for number, feature in features:
        await cinema.pool.execute(
            "UPDATE seats SET features = ARRAY[$3] WHERE number = $2 AND room_id ="
            " (SELECT room_id FROM sessions WHERE id = $1)",
            show.session_id,
            number,
            feature,
        )


async def test_halves_of_a_sofa_are_sold_together(
    client: SchemaClient, show: Show, ana: UUID, cinema: Cinema
) -> None:
    sofa = (3, SeatFeature.SOFA_LEFT), (4, SeatFeature.SOFA_RIGHT)
    await furnish(cinema, show, *sofa)

    for half in (2, 3):
        refused = await client.reserve(ana, show, 5, half)
        assert refused["fields"][0]["path"] == ["seatIds", "1"]
        assert "sofa" in refused["fields"][0]["message"]
    held = await client.reserve(ana, show, 2, 3)
    assert held["__typename"] == "Reservation"


async def test_seats_that_are_sold_alone_cost_no_map(
    client: SchemaClient, show: Show, ana: UUID, cinema: Cinema
) -> None:
    await furnish(cinema, show, (3, SeatFeature.SOFA_LEFT), (4, SeatFeature.SOFA_RIGHT))
    await client.reserve(ana, show, 5)
    assert WHOLE in client.statements

    held = await client.reserve(ana, show, 6)

    assert held["__typename"] == "Reservation"
    assert WHOLE not in client.statements
    assert (await client.reserve(ana, show, 3))["code"] == "INVALID_INPUT"


async def test_a_new_sofa_counts_at_once(
    client: SchemaClient, show: Show, ana: UUID, cinema: Cinema
) -> None:
    await client.reserve(ana, show, 5)
    room = await cinema.room_of(show)
    rows = await cinema.pool.fetch(
        "SELECT id FROM seats WHERE room_id = $1 AND number IN (3, 4) ORDER BY number",
        room,
    )
    halves = [
        {"id": str(row["id"]), "features": [half]}
        for row, half in zip(rows, ("SOFA_LEFT", "SOFA_RIGHT"), strict=True)
    ]

    await answer(client, UPDATE_SEATS, roomId=str(room), seats=halves)

    assert (await client.reserve(ana, show, 2))["code"] == "INVALID_INPUT"


async def test_a_half_is_sold_alone_once_the_other_is_sold(
    client: SchemaClient, show: Show, ana: UUID, cinema: Cinema
) -> None:
    held = await client.reserve(ana, show, 2)
    await furnish(cinema, show, (3, SeatFeature.SOFA_LEFT), (4, SeatFeature.SOFA_RIGHT))
    client.queries.seatings.forget_rules()
    assert (await client.reserve(ana, show, 3))["code"] == "INVALID_INPUT"
    await cinema.pool.execute(
        "UPDATE session_seats SET status = 'SOLD', held_until = NULL,"
        " version = version + 1, changed_in = pg_current_xact_id()::text::bigint"
        " WHERE id = $1",
        UUID(held["seats"][0]["id"]),
    )
    assert (await client.reserve(ana, show, 3))["__typename"] == "Reservation"


@pytest.mark.parametrize(("minutes", "released"), [(61, False), (59, True)])
async def test_a_companion_place_waits_for_its_release(
    client: SchemaClient, ana: UUID, cinema: Cinema, minutes: int, released: bool
) -> None:
    show = await cinema.open_session(seats=5, starts_in=timedelta(minutes=minutes))
    await furnish(cinema, show, (1, SeatFeature.WHEELCHAIR), (2, SeatFeature.COMPANION))

    alone = await client.reserve(ana, show, 1)

    assert alone["__typename"] == ("Reservation" if released else "InvalidInput")
    if not released:
        assert (await client.reserve(ana, show, 0, 1))["__typename"] == "Reservation"
