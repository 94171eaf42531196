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
    """No one else buys in that session. A hold with an unknown outcome expires.

    A cancel is repeated until its outcome is known: seats that the prober keeps count
    for its limit, and a refused hold would look like an outage.
    """
    for seat in cycle(seats):
        if stopping.is_set():
            return
        held, _ = await client.reserve(session, (seat,), None)
        while held.outcome == "ok" and not stopping.is_set():
            cancelled = await client.cancel(session, str(held.result))
            if cancelled.outcome != "unknown":
                break
            await asyncio.sleep(PAUSE_SECONDS)
        await asyncio.sleep(PAUSE_SECONDS)
