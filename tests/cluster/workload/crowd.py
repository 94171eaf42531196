"""All who buy and watch in one run."""

import asyncio
import random
from collections.abc import Sequence

from tests.cluster.evidence import Operation, WatcherStory
from tests.cluster.workload.customer import Customer
from tests.cluster.workload.diary import Diary
from tests.cluster.workload.door import Door
from tests.cluster.workload.manager import manage
from tests.cluster.workload.prober import probe
from tests.cluster.workload.stage import Stage
from tests.cluster.workload.watcher import Watcher

WATCHERS = 9
STALLING = 2
LAST_ANSWERS_SECONDS = 15.0


class Crowd:
    """Everybody has dice of their own, thrown in an order that only they decide."""

    def __init__(
        self, stage: Stage, urls: Sequence[str], seed: str, clock_offset: float
    ) -> None:
        self.operations: list[Operation] = []
        self._stopping = asyncio.Event()
        self._door = Door(urls, random.Random(f"{seed} door"))
        self._shopping: list[asyncio.Task[None]] = []
        self._watching: list[asyncio.Task[None]] = []
        self._customers = [
            Customer(
                Diary(who, token, self._door, self.operations),
                stage,
                random.Random(f"{seed} customer {number}"),
                self._stopping,
                clock_offset,
            )
            for number, (who, token) in enumerate(stage.tokens.items())
        ]
        self._stage = stage
        self._manager_dice = random.Random(f"{seed} manager")
        token = next(iter(stage.tokens.values()))
        self.watchers = [
            Watcher(
                WatcherStory(
                    name=f"watcher {number}",
                    session=stage.sessions[number % len(stage.sessions)],
                ),
                urls,
                token,
                random.Random(f"{seed} watcher {number}"),
                stalls=number < STALLING,
            )
            for number in range(WATCHERS)
        ]

    def come(self) -> None:
        start = asyncio.create_task
        self._watching = [start(watcher.watch()) for watcher in self.watchers]
        self._shopping = [start(customer.shop()) for customer in self._customers]
        managing = manage(self._door, self._stage, self._manager_dice, self._stopping)
        diary = Diary(*self._stage.prober, self._door, self.operations)
        probing = probe(diary, *self._stage.probed, self._stopping)
        self._shopping += [start(managing), start(probing)]

    async def stop_shopping(self) -> None:
        """Whoever waits for an answer gets it. Watchers stay where they are now."""
        self._stopping.set()
        for watcher in self.watchers:
            watcher.stays = True
        _, late = await asyncio.wait(self._shopping, timeout=LAST_ANSWERS_SECONDS)
        for task in late:
            task.cancel()
        for error in await asyncio.gather(*self._shopping, return_exceptions=True):
            if isinstance(error, Exception):
                raise error  # a bug of ours: the run is worth nothing

    async def leave(self) -> None:
        for task in self._watching:
            task.cancel()
        for error in await asyncio.gather(*self._watching, return_exceptions=True):
            if isinstance(error, Exception):
                raise error
        await self._door.close()
