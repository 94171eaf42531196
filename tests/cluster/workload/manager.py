"""A manager: changes a price, adds seats, blocks others, and ends the sales of one."""

import asyncio
import random
from datetime import UTC, datetime, timedelta
from typing import Any

from loadtest.documents import (
    ADD_SEATS,
    BLOCK_SEATS,
    UNBLOCK_SEATS,
    UPDATE_SESSION,
)
from tests.cluster.workload.campaign_client import CampaignClient
from tests.cluster.workload.fixtures import Fixtures

MAX_ROWS = 3
ROUNDS_OF_SALES = 5


async def manage(
    client: CampaignClient,
    fixtures: Fixtures,
    rng: random.Random,
    stopping: asyncio.Event,
) -> None:
    rows, rounds, sales_ended = 0, 0, False
    blocked: dict[str, tuple[str, ...]] = {}
    while not stopping.is_set():
        await asyncio.sleep(rng.uniform(0.5, 2.0))
        rounds += 1
        if rounds > ROUNDS_OF_SALES and not sales_ended:
            sales_ended = await _end_sales(client, fixtures)
        price = {"amountMinor": rng.randrange(1000, 3000, 50), "currency": "BRL"}
        wanted = {"id": fixtures.matinee, "pricePerSeat": price}
        await client.ask(fixtures.manager_token, UPDATE_SESSION, {"input": wanted})
        session = rng.choice(list(fixtures.shows))
        if seats := blocked.pop(session, ()):
            document, entered = UNBLOCK_SEATS, dict[str, Any]()
        else:
            seats = blocked[session] = tuple(rng.sample(fixtures.shows[session], 2))
            document, entered = BLOCK_SEATS, {"reason": "broken"}
        entered |= {"sessionId": session, "seatIds": seats}
        await client.ask(fixtures.manager_token, document, {"input": entered})
        if rows < MAX_ROWS and rng.random() < 0.15:
            rows += 1
            more = {"roomId": fixtures.matinee_room, "rows": [{"row": "B", "seats": 2}]}
            await client.ask(fixtures.manager_token, ADD_SEATS, {"input": more})


async def _end_sales(client: CampaignClient, fixtures: Fixtures) -> bool:
    """At once, because the time has passed by every clock. Returns whether it was."""
    passed = datetime.now(UTC) - timedelta(hours=1)
    wanted = {"id": fixtures.closing[0], "salesEndAt": passed.isoformat()}
    reply = await client.ask(fixtures.manager_token, UPDATE_SESSION, {"input": wanted})
    return reply.outcome == "ok"
