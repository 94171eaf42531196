"""Two gates that scan the tickets of customers at the same moment."""

import asyncio
import random

from tests.cluster.evidence import Operation
from tests.cluster.workload.recording_client import RecordingClient

GATES = ("North", "South")
TRIES = 8
ENTRY_SHARE = 0.5  # of the sales
TICKETS = "query ($id: ID!) { reservation(id: $id) { tickets { id code } } }"


class Gates:
    """`client` is that of who stands there."""

    def __init__(self, client: RecordingClient, rng: random.Random) -> None:
        self._client = client
        self._rng = rng

    async def scan(self, customer: RecordingClient, held: Operation) -> None:
        """One or two tickets of some sales, each at both gates."""
        if self._rng.random() >= ENTRY_SHARE:
            return
        reply = await customer.ask(TICKETS, {"id": str(held.result)})
        await asyncio.sleep(self._rng.uniform(0.0, 2.0))
        for ticket in reply.value.get("tickets", ())[:2]:
            if code := ticket["code"]:
                await self.show(customer, held.session, ticket["id"], code)

    async def show(
        self, holder: RecordingClient, session: str, ticket: str, code: str
    ) -> None:
        """At both gates; each goes on with its key until it has an answer."""

        async def scan(gate: str) -> None:
            key = f"{ticket} {gate} {holder.customer}"
            for _ in range(TRIES):
                scanned = await self._client.check_in(
                    gate, session, ticket, code, key, shown_by=holder.customer
                )
                if scanned.outcome != "unknown":
                    break
                await asyncio.sleep(self._rng.uniform(0.2, 0.8))

        await asyncio.gather(*map(scan, GATES))
