"""Takes one seat after another and gives it back: what shows how long an outage was."""

import asyncio
from itertools import cycle

from tests.cluster.workload.diary import Diary

PAUSE_SECONDS = 0.15


async def probe(
    diary: Diary, session: str, seats: tuple[str, ...], stopping: asyncio.Event
) -> None:
    """Nobody else wants seats of that session. What stays unknown runs out."""
    for seat in cycle(seats):
        if stopping.is_set():
            return
        held, _ = await diary.reserve(session, (seat,), None)
        if held.outcome == "ok":
            await diary.cancel(session, str(held.result))
        await asyncio.sleep(PAUSE_SECONDS)
