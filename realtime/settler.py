"""The loop that gives money its outcome. Any number of workers may run it."""

import asyncio
from typing import Final
from uuid import uuid4

from domain.effects import EffectService
from domain.settlement import AT_ONCE, SettlementService
from realtime.hub import Hub
from realtime.topics import SETTLER_WAKEUP
from telemetry import origin

# Events come in bursts: those of a burst share a look.
BURST_SECONDS: Final = 0.05


class Settler:
    """A webhook wakes it. Without one it looks when something is due."""

    def __init__(
        self, settlement: SettlementService, effects: EffectService, hub: Hub
    ) -> None:
        self._settlement = settlement
        self._effects = effects
        self._hub = hub

    async def run(self) -> None:
        async with self._hub.listen(SETTLER_WAKEUP) as wakeups:
            while True:
                origin.begin(f"settle-{uuid4().hex}")
                settled = await self._settlement.settle_due()
                called = await self._effects.run_due()
                if max(settled, called) < AT_ONCE:
                    await wakeups.woken(await self._settlement.seconds_to_next())
                    await asyncio.sleep(BURST_SECONDS)
