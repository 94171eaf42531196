"""reserveBestSeats through the schema: what it takes, gives and refuses."""

import re
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.seat_plan import SeatFeature
from domain.seats import SeatStatus
from loadtest.documents import RESERVE_BEST_SEATS
from tests.support.catalog import answer
from tests.support.cinema import Cinema, Show
from tests.support.run import ROOT
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import SAVE_TICKET_TYPE

NEVER = str(uuid4())


async def default_type(client: SchemaClient) -> str:
    return str((await client.queries.ticket_types.all())[0].id)


async def best(
    client: SchemaClient, who: UUID, show: Show, count: int = 2, **entered: Any
) -> dict[str, Any]:
    tickets = [{"ticketTypeId": await default_type(client), "count": count}]
    entered = {"sessionId": str(show.session_id), "tickets": tickets} | entered
    return await client.mutate(RESERVE_BEST_SEATS, who, **entered)


def numbers(reservation: dict[str, Any]) -> list[int]:
    assert reservation["__typename"] == "Reservation", reservation
    return [seat["number"] for seat in reservation["seats"]]


async def furnish(
    cinema: Cinema, show: Show, numbers: Sequence[int], *features: SeatFeature
) -> None:
    await cinema.pool.execute(
        "UPDATE seats SET features = $3 WHERE number = ANY($2::int[]) AND room_id ="
        " (SELECT room_id FROM sessions WHERE id = $1)",
        show.session_id,
        numbers,
        features,
    )


async def test_the_middle_goes_first_and_the_best_are_held(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    held = await best(client, ana, show)

    assert numbers(held) == [5, 6]
    assert held["total"] == {"amountMinor": 5_000, "currency": "BRL"}
    assert {seat["status"] for seat in held["seats"]} == {"HELD"}


async def test_what_there_is_is_said_when_it_is_not_enough(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    await client.reserve(ana, show, 1, 3, 6, 8)  # 1 0 1 0 1 1 0 1 0 1

    refused = await best(client, ana, show, 3)

    assert refused["code"] == "NOT_ENOUGH_SEATS"
    assert (refused["available"], refused["largestTogether"]) == (6, 2)
    assert numbers(await best(client, ana, show, 3, together="NEAR"))
    assert numbers(await best(client, ana, show, 3, together="ANY"))
    nothing = await best(client, ana, show, 1)
    assert (nothing["available"], nothing["largestTogether"]) == (0, 0)


async def test_accessible_places_are_for_those_who_ask(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=4)
    await furnish(cinema, show, [1], SeatFeature.WHEELCHAIR)
    await furnish(cinema, show, [2], SeatFeature.COMPANION)

    assert (await best(client, ana, show, 3))["available"] == 2
    alone = await best(client, ana, show, 1, features=["COMPANION"])
    assert alone["code"] == "NOT_ENOUGH_SEATS"
    both = ["WHEELCHAIR", "COMPANION"]
    assert numbers(await best(client, ana, show, 2, features=both)) == [1, 2]
    assert numbers(await best(client, ana, show, 2)) == [3, 4]


async def test_a_companion_place_is_released_before_the_start(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=2, starts_in=timedelta(minutes=59))
    await furnish(cinema, show, [1], SeatFeature.WHEELCHAIR)
    await furnish(cinema, show, [2], SeatFeature.COMPANION)

    held = await best(client, ana, show, 1, features=["COMPANION"])

    assert numbers(held) == [2]


async def test_features_and_sofas(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=5)
    await furnish(cinema, show, [1, 2], SeatFeature.RECLINER)
    await furnish(cinema, show, [3], SeatFeature.SOFA_LEFT)
    await furnish(cinema, show, [4], SeatFeature.SOFA_RIGHT)

    sofa = ["SOFA_LEFT", "SOFA_RIGHT"]
    assert numbers(await best(client, ana, show, 2, features=["RECLINER"])) == [1, 2]
    assert numbers(await best(client, ana, show, 1)) == [5]
    assert (await best(client, ana, show, 1))["code"] == "NOT_ENOUGH_SEATS"
    assert numbers(await best(client, ana, show, 2, features=sofa)) == [3, 4]


async def test_zones_limit_the_choice(
    client: SchemaClient, show: Show, ana: UUID, cinema: Cinema
) -> None:
    zone = await cinema.pool.fetchval(
        "SELECT zone_id FROM session_seats WHERE id = $1", show.seat_ids[0]
    )
    assert numbers(await best(client, ana, show, zoneIds=[str(zone)]))
    assert numbers(await best(client, ana, show, zoneIds=[]))
    for unknown in (NEVER, "no id"):
        refused = await best(client, ana, show, zoneIds=[unknown])
        assert refused["code"] == "NOT_FOUND"


@pytest.mark.parametrize(
    ("entered", "code"),
    [
        ({"count": 9}, "TOO_MANY_SEATS"),
        ({"count": 0}, "INVALID_INPUT"),
        ({"count": -1}, "INVALID_INPUT"),
        ({"tickets": []}, "INVALID_INPUT"),
        ({"sessionId": NEVER}, "NOT_FOUND"),
        ({"sessionId": "no id"}, "NOT_FOUND"),
        ({"tickets": [{"ticketTypeId": NEVER, "count": 1}]}, "NOT_FOUND"),
        ({"tickets": [{"ticketTypeId": "no id", "count": 1}]}, "NOT_FOUND"),
        ({"idempotencyKey": ""}, "INVALID_INPUT"),
    ],
)
async def test_wrong_input_is_refused_and_holds_nothing(
    client: SchemaClient,
    show: Show,
    ana: UUID,
    entered: dict[str, Any],
    code: str,
) -> None:
    assert (await best(client, ana, show, **entered))["code"] == code
    [seat_map] = (await client.queries.seat_maps.whole([show.session_id])).values()
    assert seat_map.count(SeatStatus.AVAILABLE) == 10


async def test_a_type_is_listed_once_and_has_to_be_sold(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    adult = await default_type(client)
    twice = [{"ticketTypeId": adult, "count": count} for count in (1, 0)]
    refused = await best(client, ana, show, tickets=twice)
    assert [wrong["path"] for wrong in refused["fields"]] == [
        ["tickets", "1", "ticketTypeId"],
        ["tickets", "1", "count"],
    ]
    saved = await answer(client, SAVE_TICKET_TYPE, name=f"Child {uuid4()}")
    child = [{"ticketTypeId": saved["id"], "count": 1}]
    refused = await best(client, ana, show, tickets=child)
    assert refused["code"] == "TICKET_TYPE_NOT_SOLD"


async def test_a_key_stands_for_one_reservation(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=2)
    first = await best(client, ana, show, idempotencyKey="k")
    again = await best(client, ana, show, idempotencyKey="k")
    other = await best(client, ana, show, 1, idempotencyKey="k")
    assert again == first
    assert other["code"] == "IDEMPOTENCY_CONFLICT"


async def test_a_session_that_has_begun_is_closed(
    client: SchemaClient, cinema: Cinema, ana: UUID
) -> None:
    show = await cinema.open_session(seats=2, starts_in=timedelta(seconds=-1))
    assert (await best(client, ana, show))["code"] == "SESSION_CLOSED"
    assert (await best(client, ana, show, 3))["code"] == "SESSION_CLOSED"


async def test_the_documented_example_holds_seats(
    client: SchemaClient, show: Show, ana: UUID
) -> None:
    text = (ROOT / "docs/api.md").read_text()
    blocks = re.findall(r"```graphql\n(.*?)```", text, re.DOTALL)
    [example] = [block for block in blocks if "reserveBestSeats" in block]

    data = await client.data(
        example, ana, session=str(show.session_id), adult=await default_type(client)
    )

    assert len(data["reserveBestSeats"]["seats"]) == 2
