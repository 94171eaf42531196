"""What managers are answered who block seats."""

from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.blocks import MAX_BLOCKED_AT_ONCE
from domain.people import Role, Viewer
from loadtest.documents import BLOCK_SEATS, UNBLOCK_SEATS
from tests.support.cinema import Cinema, Show
from tests.support.schema_client import SchemaClient


@pytest.fixture
async def rita(cinema: Cinema) -> UUID:
    return (await cinema.customers(1))[0]


async def test_what_managers_are_answered(
    client: SchemaClient, show: Show, rita: UUID
) -> None:
    manager = Viewer(rita, Role.MANAGER)
    seats = [*map(str, show.seat_ids)]
    wanted: dict[str, Any] = {"sessionId": str(show.session_id), "seatIds": seats[:1]}

    changed = await client.mutate(BLOCK_SEATS, manager, **wanted, reason="broken")
    assert changed["seats"] == [{"id": seats[0], "status": "BLOCKED", "version": 2}]
    held = await client.reserve(rita, show, 0)
    assert held["seats"][0]["status"] == "BLOCKED"
    await client.reserve(rita, show, 1)
    refused = await client.mutate(
        BLOCK_SEATS, manager, **wanted | {"seatIds": seats[1:2]}, reason="broken"
    )
    assert refused["seats"] == [{"id": seats[1], "status": "HELD"}]
    changed = await client.mutate(UNBLOCK_SEATS, manager, **wanted)
    assert changed["seats"][0]["status"] == "AVAILABLE"
    assert (
        await client.code(BLOCK_SEATS, rita, input={**wanted, "reason": "broken"})
        == "FORBIDDEN"
    )


@pytest.mark.parametrize(
    ("entered", "paths"),
    [
        ({"seatIds": []}, [["seatIds"]]),
        ({"seatIds": ["01000000-0000-7000-8000-000000000000"] * 2}, [["seatIds"]]),
        (
            {"seatIds": [str(uuid4()) for _ in range(MAX_BLOCKED_AT_ONCE + 1)]},
            [["seatIds"]],
        ),
        ({"seatIds": [], "reason": " "}, [["seatIds"], ["reason"]]),
        ({"reason": "x" * 201}, [["reason"]]),
        ({"reason": "two\nlines"}, [["reason"]]),
    ],
)
async def test_bad_input_is_refused_by_its_path(
    client: SchemaClient,
    show: Show,
    rita: UUID,
    entered: dict[str, Any],
    paths: list[list[str]],
) -> None:
    wanted = {
        "sessionId": str(show.session_id),
        "seatIds": [str(show.seat_ids[0])],
        "reason": "broken",
    }
    refused = await client.mutate(
        BLOCK_SEATS, Viewer(rita, Role.MANAGER), **wanted | entered
    )

    assert [field["path"] for field in refused["fields"]] == paths
