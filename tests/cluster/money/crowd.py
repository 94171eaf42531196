"""All who act in a run about money."""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass

from tests.cluster.money.buyers import MoneyBuyer
from tests.cluster.workload.campaign_client import CampaignClient
from tests.cluster.workload.watcher import SimulatedWatcher
from tests.support.session_documents import CANCEL_SESSION

LAST_ANSWERS_SECONDS = 30.0
CALLS, PAUSE_SECONDS = 5, 0.7


@dataclass(kw_only=True)
class Manager:
    token: str
    client: CampaignClient
    session: str

    async def cancel_session(self) -> None:
        """Several times, with and without a clear answer."""
        entered = {"sessionId": self.session, "reason": "The projector is broken"}
        for _ in range(CALLS):
            await self.client.ask(self.token, CANCEL_SESSION, {"input": entered})
            await asyncio.sleep(PAUSE_SECONDS)


class Crowd:
    """Nobody watches maps here."""

    watchers: Sequence[SimulatedWatcher] = ()

    def __init__(
        self, buyers: list[MoneyBuyer], stopping: asyncio.Event, manager: Manager
    ) -> None:
        self._stopping = stopping
        self._manager = manager
        self._acting = [asyncio.create_task(buyer.run()) for buyer in buyers]

    def cancel_session(self) -> None:
        self._acting.append(asyncio.create_task(self._manager.cancel_session()))

    async def stop(self) -> None:
        self._stopping.set()
        _, late = await asyncio.wait(self._acting, timeout=LAST_ANSWERS_SECONDS)
        for task in late:
            task.cancel()
        for task in self._acting:
            with suppress(asyncio.CancelledError):
                await task
