"""Ticket types: what managers of the network save, and that one is the default."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from domain.errors import InvalidInputError
from domain.ticket_prices import TicketTypeFacts
from persistence.catalog.prices import PostgresPrices
from persistence.postgres.engine import open_engine
from persistence.postgres.pool import Pool
from tests.support.catalog import answer, wrong
from tests.support.cinema import Cinema
from tests.support.prices import DEFAULT_TYPE, open_priced_session
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import SAVE_TICKET_TYPE

LIST = """{ ticketTypes {
  id name isDefault proofRequired description quotaPercent
} }"""
UNKNOWN = str(UUID(int=7))
BEGUN = """
UPDATE sessions SET starts_at = clock_timestamp() - interval '3 hours',
    ends_at = clock_timestamp() + $2::interval
WHERE id = $1
"""
SOLD, OVER = timedelta(hours=1), timedelta(hours=-1)


@pytest.fixture
async def pool(scratch_pool: Pool) -> Pool:
    """The default type of the whole network changes here."""
    return scratch_pool


@pytest.fixture
async def engine(scratch_database_url: str) -> AsyncIterator[AsyncEngine]:
    engine = open_engine(scratch_database_url, max_size=4, name="tests")
    yield engine
    await engine.dispose()


async def listed(client: SchemaClient) -> list[dict[str, Any]]:
    return list((await client.data(LIST))["ticketTypes"])


async def test_there_is_a_default_type_from_the_beginning(client: SchemaClient) -> None:
    [adult] = await listed(client)

    assert adult == {
        "id": adult["id"],
        "name": "Adult",
        "isDefault": True,
        "proofRequired": False,
        "description": None,
        "quotaPercent": None,
    }


async def test_types_are_added_and_changed(client: SchemaClient) -> None:
    [adult] = await listed(client)
    student = {
        "name": " Estudante ",
        "proofRequired": True,
        "description": "Até 29 anos.\nCom carteira.",
        "quotaPercent": 40,
    }

    made = await answer(client, SAVE_TICKET_TYPE, **student)
    child = await answer(client, SAVE_TICKET_TYPE, name="criança", quotaPercent=0)
    fewer = await answer(
        client, SAVE_TICKET_TYPE, id=made["id"], name="Student", quotaPercent=100
    )

    assert made == {
        "__typename": "TicketType",
        **student,
        "id": made["id"],
        "name": "Estudante",
        "isDefault": False,
    }
    assert fewer == made | {
        "name": "Student",
        "proofRequired": False,
        "description": None,
        "quotaPercent": 100,
    }
    for each in (child, fewer):
        del each["__typename"]
    assert await listed(client) == [adult, child, fewer]


async def test_another_type_becomes_the_default(client: SchemaClient) -> None:
    [adult] = await listed(client)

    kept = await answer(client, SAVE_TICKET_TYPE, id=adult["id"], name="Adult")
    inteira = await answer(client, SAVE_TICKET_TYPE, name="Inteira", isDefault=True)

    assert wrong(kept) == ["isDefault"]
    assert [each["name"] for each in await listed(client)] == ["Inteira", "Adult"]
    back = await answer(
        client, SAVE_TICKET_TYPE, id=adult["id"], name="Adult", isDefault=True
    )
    assert (inteira["isDefault"], back["isDefault"]) == (True, True)
    assert [each["isDefault"] for each in await listed(client)] == [True, False]


@pytest.mark.parametrize(
    ("entered", "paths"),
    [
        ({"name": ""}, ["name"]),
        ({"name": "x" * 51}, ["name"]),
        ({"name": "two\nlines"}, ["name"]),
        ({"name": "Adult"}, ["name"]),
        ({"description": ""}, ["description"]),
        (
            {"description": "x" * 201, "quotaPercent": -1},
            ["description", "quotaPercent"],
        ),
        ({"quotaPercent": 101}, ["quotaPercent"]),
        ({"quotaPercent": 2**31 - 1}, ["quotaPercent"]),
        ({"quotaPercent": 40, "isDefault": True}, ["quotaPercent"]),
    ],
)
async def test_wrong_fields_are_named(
    client: SchemaClient, entered: dict[str, Any], paths: list[str]
) -> None:
    senior = {"name": "Senior"}
    made = await answer(client, SAVE_TICKET_TYPE, **senior)
    before = await listed(client)

    refused = await answer(client, SAVE_TICKET_TYPE, **{"name": "Child"} | entered)
    changed = {"id": made["id"], **senior, **entered}

    assert wrong(refused) == paths
    assert wrong(await answer(client, SAVE_TICKET_TYPE, **changed)) == paths
    assert await listed(client) == before


@pytest.mark.parametrize("unknown", [UNKNOWN, "7", ""])
async def test_an_unknown_type_is_not_found(client: SchemaClient, unknown: str) -> None:
    refused = await answer(client, SAVE_TICKET_TYPE, id=unknown, name="Child")

    assert refused["__typename"] == "NotFound"
    assert len(await listed(client)) == 1


async def test_the_default_type_stays_until_sessions_with_prices_are_over(
    pool: Pool, cinema: Cinema
) -> None:
    show = await open_priced_session(cinema)
    prices, other = PostgresPrices(pool), TicketTypeFacts(name="Two", is_default=True)
    await pool.execute(BEGUN, show.session_id, SOLD)

    with pytest.raises(InvalidInputError):
        await prices.save_ticket_type(None, other)

    assert await pool.fetchval(DEFAULT_TYPE) == show.adult
    await pool.execute(BEGUN, show.session_id, OVER)
    assert (await prices.save_ticket_type(None, other)).is_default
