"""A flood of cheap reads by one client does not keep another's changes waiting.

Changes are counted that are done before the flood is: no time is measured.
"""

import asyncio

import httpx2

from loadtest.documents import MEASURED_MANY_FIELDS
from tests.support.running_service import Customer, RunningService

# Each query is of twenty cheap fields; all are sent at once.
QUERIES = 100
# Without shares a change waits for most of the flood: one or none is done.
CHANGES = 5


async def test_a_customer_buys_while_another_client_reads(
    service: RunningService, ana: Customer
) -> None:
    session, seats = await service.session(ana)
    limits = httpx2.Limits(max_connections=QUERIES)
    changes = 0
    async with httpx2.AsyncClient(timeout=120, limits=limits) as reader:

        async def read() -> httpx2.Response:
            return await reader.post(service.url, json={"query": MEASURED_MANY_FIELDS})

        await read()
        flood = asyncio.gather(*(read() for _ in range(QUERIES)))
        await asyncio.sleep(0)
        while not flood.done():
            held = await ana.reserve(session, seats[0])
            await ana.cancel(held["id"])
            changes += 2
        answers = await flood

    assert changes >= CHANGES
    # On a slow machine the last of the flood wait for too long, and are refused.
    assert {each.status_code for each in answers} <= {200, 429}
