"""A manager: changes the price of the matinee and adds seats to its room."""

import asyncio
import random

from loadtest.documents import ADD_SEATS, UPDATE_SESSION
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
    while not stopping.is_set():
        await asyncio.sleep(rng.uniform(0.5, 2.0))
        price = {"amountMinor": rng.randrange(1000, 3000, 50), "currency": "BRL"}
        wanted = {"id": fixtures.matinee, "pricePerSeat": price}
        await client.ask(fixtures.manager_token, UPDATE_SESSION, {"input": wanted})
        if rows < MAX_ROWS and rng.random() < 0.15:
            rows += 1
            more = {"roomId": fixtures.matinee_room, "rows": [{"row": "B", "seats": 2}]}
            await client.ask(fixtures.manager_token, ADD_SEATS, {"input": more})
