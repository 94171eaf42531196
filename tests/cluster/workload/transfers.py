"""Customers who give a ticket of theirs to another customer."""

import asyncio
import random
from collections.abc import Sequence

from tests.cluster.evidence import Operation
from tests.cluster.workload.gates import TICKETS, Gates
from tests.cluster.workload.recording_client import RecordingClient

TRIES = 8
TRANSFER_SHARE = 0.4  # of the sales


class Transfers:
    """Each ticket is passed on once at most."""

    def __init__(
        self, customers: Sequence[RecordingClient], gates: Gates, rng: random.Random
    ) -> None:
        self._customers = customers
        self._gates = gates
        self._rng = rng

    async def give(self, owner: RecordingClient, held: Operation) -> None:
        """One ticket of some sales. Its link may reach two others, who both use it."""
        if self._rng.random() >= TRANSFER_SHARE:
            return
        reply = await owner.ask(TICKETS, {"id": str(held.result)})
        tickets = [each["id"] for each in reply.value.get("tickets", ())]
        if not tickets:
            return
        ticket = self._rng.choice(tickets)
        await self._pause(1.0)
        token = await self._offer(owner, held.session, ticket)
        others = [each for each in self._customers if each is not owner]
        if token:
            await asyncio.gather(
                *(
                    self._accept(other, held.session, ticket, token)
                    for other in self._rng.sample(others, self._rng.choice((1, 1, 2)))
                )
            )

    async def _offer(
        self, owner: RecordingClient, session: str, ticket: str
    ) -> str | None:
        """The token of the last link, which has ended those before."""
        for _ in range(TRIES):
            offered, token = await owner.offer(session, ticket)
            if offered.outcome != "unknown":
                return token
            await self._pause(0.8)
        return None

    async def _accept(
        self, other: RecordingClient, session: str, ticket: str, token: str
    ) -> None:
        """Who has the ticket then goes to the gates with its new code."""
        await self._pause(0.5)
        for _ in range(TRIES):
            accepted, code = await other.accept(session, ticket, token)
            if accepted.outcome == "ok" and code:
                await self._gates.show(other, session, ticket, code)
            if accepted.outcome != "unknown":
                break
            await self._pause(0.8)

    async def _pause(self, longest: float) -> None:
        await asyncio.sleep(self._rng.uniform(0.0, longest))
