"""A manager: changes the price of the matinee, adds seats, and blocks others."""

import asyncio
import random
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


async def manage(
    client: CampaignClient,
    fixtures: Fixtures,
    rng: random.Random,
    stopping: asyncio.Event,
) -> None:
    rows = 0
    blocked: dict[str, tuple[str, ...]] = {}
    while not stopping.is_set():
        await asyncio.sleep(rng.uniform(0.5, 2.0))
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
