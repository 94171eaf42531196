"""A manager: changes the matinee's price when nobody has a seat, and adds seats."""

import asyncio
import random

from loadtest.documents import ADD_SEATS, UPDATE_SESSION
from tests.cluster.workload.door import Door
from tests.cluster.workload.stage import Stage

MOST_ROWS = 3


async def manage(
    door: Door, stage: Stage, dice: random.Random, stopping: asyncio.Event
) -> None:
    rows = 0
    while not stopping.is_set():
        await asyncio.sleep(dice.uniform(0.5, 2.0))
        price = {"amountMinor": dice.randrange(1000, 3000, 50), "currency": "BRL"}
        wanted = {"id": stage.matinee, "pricePerSeat": price}
        await door.ask(stage.manager_token, UPDATE_SESSION, {"input": wanted})
        if rows < MOST_ROWS and dice.random() < 0.15:
            rows += 1
            more = {"roomId": stage.matinee_room, "rows": [{"row": "B", "seats": 2}]}
            await door.ask(stage.manager_token, ADD_SEATS, {"input": more})
