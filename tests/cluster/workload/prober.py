"""A prober: holds and cancels one seat after another, to measure outages."""

import asyncio
from itertools import cycle

from tests.cluster.workload.recording_client import RecordingClient

PAUSE_SECONDS = 0.15


async def probe(
    client: RecordingClient,
    session: str,
    seats: tuple[str, ...],
    stopping: asyncio.Event,
) -> None:
    """No one else buys in that session. A hold with an unknown outcome expires."""
    for seat in cycle(seats):
        if stopping.is_set():
            return
        held, _ = await client.reserve(session, (seat,), None)
        if held.outcome == "ok":
            await client.cancel(session, str(held.result))
        await asyncio.sleep(PAUSE_SECONDS)
