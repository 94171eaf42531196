"""Tickets at the door after the end of their session."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from app.scanner.documents import CHECK_IN
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema
from tests.support.refunds import sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.ticket_codes import TICKET_CODES

RITA = Viewer(UUID(int=7), Role.USHER)  # the test's client lets her work everywhere
END = """
UPDATE sessions SET starts_at = clock_timestamp() - interval '3 hours',
    ends_at = clock_timestamp() - interval '1 hour' WHERE id = $1
"""


async def scan(client: SchemaClient, ticket_id: UUID, **entered: str) -> dict[str, Any]:
    code = TICKET_CODES.code(ticket_id, 1)
    return await client.mutate(CHECK_IN, RITA, code=code, **entered)


async def test_a_ticket_of_a_session_that_is_over_opens_no_other(
    client: SchemaClient, pool: Pool, cinema: Cinema, ana: UUID
) -> None:
    """At a gate that names no session. One that does lets in who is late."""
    show = await cinema.open_session(starts_in=timedelta(minutes=30))
    sold = await sell(pool, show, ana, 0, 1)
    first, second = await ticket_ids(pool, sold.id)
    read_at = (datetime.now(UTC) - timedelta(hours=2)).isoformat()
    await pool.execute(END, show.session_id)

    refused = await scan(client, first)
    used = await pool.fetchval("SELECT used_at FROM claims WHERE id = $1", first)
    late = await scan(client, first, sessionId=str(show.session_id))
    before = await scan(client, second, scannedAt=read_at)

    assert (refused["code"], used) == ("WRONG_SESSION", None)
    assert late["__typename"] == before["__typename"] == "CheckedIn"
