"""Two gates that scan the tickets of customers at the same moment."""

import asyncio
import random
from typing import Any

from tests.cluster.evidence import Operation
from tests.cluster.workload.recording_client import RecordingClient

GATES = ("North", "South")
TRIES = 8
TICKETS = "query ($id: ID!) { reservation(id: $id) { tickets { id code } } }"


class Gates:
    """`client` is that of who stands there."""

    def __init__(self, client: RecordingClient, rng: random.Random) -> None:
        self._client = client
        self._rng = rng

    async def scan(self, customer: RecordingClient, held: Operation) -> None:
        """One or two tickets of a sale, each at both gates."""
        reply = await customer.ask(TICKETS, {"id": str(held.result)})
        await asyncio.sleep(self._rng.uniform(0.0, 2.0))
        for ticket in reply.value.get("tickets", ())[:2]:
            if ticket["code"]:
                await asyncio.gather(*(self._scan(held, ticket, g) for g in GATES))

    async def _scan(self, held: Operation, ticket: dict[str, Any], gate: str) -> None:
        """Each gate goes on with its key until it has an answer."""
        for _ in range(TRIES):
            scanned = await self._client.check_in(
                gate,
                held.session,
                ticket["id"],
                ticket["code"],
                f"{ticket['id']} {gate}",
            )
            if scanned.outcome != "unknown":
                break
            await asyncio.sleep(self._rng.uniform(0.2, 0.8))
