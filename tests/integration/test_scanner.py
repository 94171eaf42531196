"""The gate for the terminal, with a real API, whose connection is lost."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID, uuid4

import httpx2
import pytest

from app.asgi import application
from app.scanner.client import GateClient, NoConnectionError, RefusedError
from app.scanner.gate import Gate
from app.scanner.scans import Scans
from app.scanner.screen import Light
from app.settings import Settings
from auth.ticket_keys import TicketKeys, ticket_ring
from loadtest.documents import SIGN_UP
from persistence.postgres.pool import Pool
from tests.cluster.proxy import Link
from tests.support.asgi_server import serving, started
from tests.support.cinema import Cinema, Show
from tests.support.door import USED
from tests.support.http_client import ask
from tests.support.refunds import sell, ticket_ids

PASSWORD = "correct-horse-usher"  # of a test
MAKE_USHER = """
WITH usher AS (
    UPDATE accounts SET role = 'USHER', works_locally = TRUE WHERE email = $1
    RETURNING id
)
INSERT INTO memberships (account_id, cinema_id)
SELECT usher.id, rooms.cinema_id FROM usher, rooms WHERE rooms.id = $2
"""


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=30))


@pytest.fixture
async def link(settings: Settings) -> AsyncIterator[Link]:
    """The gate's connection to the API."""
    async with started(application(settings)) as api, serving(api) as url:
        link = Link("gate", urlsplit(url).port or 0)
        await link.open()
        yield link
        await link.close()


@pytest.fixture
async def client(
    link: Link, cinema: Cinema, pool: Pool, show: Show
) -> AsyncIterator[GateClient]:
    """Of an usher of the show's cinema."""
    url, email = f"http://127.0.0.1:{link.port}", f"{uuid4()}@cinema.example"
    person = {"email": email, "password": PASSWORD, "name": "Rita"}
    async with httpx2.AsyncClient(timeout=60) as http:
        await ask(http, SIGN_UP, {"input": person}, url=f"{url}/graphql")
    await pool.execute(MAKE_USHER, email, await cinema.room_of(show))
    client = GateClient(url, email, PASSWORD)
    yield client
    client.close()


async def test_a_gate_works_through_the_loss_of_its_connection(
    client: GateClient,
    link: Link,
    *,
    settings: Settings,
    pool: Pool,
    show: Show,
    ana: UUID,
    tmp_path: Path,
) -> None:
    sold = await sell(pool, show, ana, 0, 1)
    first, second = await ticket_ids(pool, sold.id)
    codes = TicketKeys(ticket_ring(settings.ticket_keys))
    notes: list[str] = []
    gate = Gate(
        client,
        Scans(tmp_path / "gate.jsonl"),
        notes.append,
        name="North",
        session_id=str(show.session_id),
    )

    await asyncio.to_thread(gate.load)
    online = await asyncio.to_thread(gate.scan, codes.code(first, 1))
    link.cut()
    alone = await asyncio.to_thread(gate.scan, codes.code(second, 1))
    again = await asyncio.to_thread(gate.scan, codes.code(first, 1))
    with pytest.raises(NoConnectionError):
        await asyncio.to_thread(gate.send)
    link.heal()
    await asyncio.to_thread(gate.send)

    assert [online.light, alone.light] == [Light.GREEN, Light.GREEN]
    assert again.light is Light.RED
    assert notes[0] == "2 tickets are sold, 0 scans not sent yet"
    used = [await pool.fetchrow(USED, ticket) for ticket in (first, second)]
    assert [row["used_gate"] for row in used if row] == ["North", "North"]
    assert not any("should not" in note for note in notes)


async def test_who_does_not_work_there_gets_no_list(
    client: GateClient, pool: Pool, show: Show
) -> None:
    await pool.execute("UPDATE accounts SET role = 'CUSTOMER' WHERE role = 'USHER'")

    with pytest.raises(RefusedError, match="FORBIDDEN"):
        await asyncio.to_thread(client.gate_list, str(show.session_id), None)
