"""Tickets that are given to other people."""

from typing import Any
from uuid import UUID

from persistence.postgres.pool import Pool
from tests.support.api_examples import example
from tests.support.schema_client import SchemaClient

TICKETS = """
query ($first: Int, $after: String) { tickets(first: $first, after: $after) {
  totalCount pageInfo { hasNextPage endCursor } edges { node { id status code } }
} }"""
HOLDER = "SELECT holder_id, generation FROM claims WHERE id = $1"


async def offered(client: SchemaClient, who: UUID, ticket: UUID) -> dict[str, Any]:
    data = await client.data(example("PassOn"), who, ticket=str(ticket))
    return dict(data["transferTicket"])


async def token_for(client: SchemaClient, who: UUID, ticket: UUID) -> str:
    link: str = (await offered(client, who, ticket))["link"]
    return link.partition("#token=")[2]


async def accepted(client: SchemaClient, who: UUID, token: str) -> dict[str, Any]:
    data = await client.data(example("Accept"), who, token=token)
    return dict(data["acceptTicket"])


async def holder(pool: Pool, ticket: UUID) -> tuple[UUID | None, int]:
    [row] = await pool.fetch(HOLDER, ticket)
    return row["holder_id"], row["generation"]


async def own_tickets(
    client: SchemaClient, who: UUID
) -> list[tuple[str, str, str | None]]:
    page = (await client.data(TICKETS, who))["tickets"]
    nodes = [edge["node"] for edge in page["edges"]]
    assert page["totalCount"] == len(nodes)
    return [(node["id"], node["status"], node["code"]) for node in nodes]
