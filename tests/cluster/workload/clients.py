"""All clients of a run, started and stopped together."""

import asyncio
import random
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from loadtest.documents import AVAILABILITY, SESSIONS_OF_DAY
from tests.cluster.evidence import AvailabilityAnswer, DayListing, Operation, WatcherLog
from tests.cluster.rows import SessionRow
from tests.cluster.workload.campaign_client import CampaignClient, Reply
from tests.cluster.workload.customer import SimulatedCustomer
from tests.cluster.workload.fixtures import Fixtures
from tests.cluster.workload.gates import Gates
from tests.cluster.workload.manager import manage
from tests.cluster.workload.prober import probe
from tests.cluster.workload.recording_client import RecordingClient
from tests.cluster.workload.transfers import Transfers
from tests.cluster.workload.watcher import SimulatedWatcher

WATCHERS = 9
STALLING = 2
LAST_ANSWERS_SECONDS = 15.0
TRIES = 5


class Clients:
    """Each has a random generator of its own: its choices do not depend on others."""

    def __init__(
        self, fixtures: Fixtures, urls: Sequence[str], seed: str, clock_offset: float
    ) -> None:
        self.operations: list[Operation] = []
        self._stopping = asyncio.Event()
        self._client = CampaignClient(urls, random.Random(f"{seed} client"))
        self._buying: list[asyncio.Task[None]] = []
        self._watching: list[asyncio.Task[None]] = []
        staff = RecordingClient(
            "gate", fixtures.manager_token, self._client, self.operations
        )
        gates = Gates(staff, random.Random(f"{seed} gates"))
        customers = [
            RecordingClient(customer, token, self._client, self.operations)
            for customer, token in fixtures.tokens.items()
        ]
        transfers = Transfers(customers, gates, random.Random(f"{seed} transfers"))
        self._customers = [
            SimulatedCustomer(
                customer,
                fixtures,
                random.Random(f"{seed} customer {number}"),
                self._stopping,
                gates=gates,
                transfers=transfers,
                clock_offset=clock_offset,
            )
            for number, customer in enumerate(customers)
        ]
        self._fixtures = fixtures
        self._manager_rng = random.Random(f"{seed} manager")
        token = next(iter(fixtures.tokens.values()))
        self.watchers = [
            SimulatedWatcher(
                WatcherLog(
                    name=f"watcher {number}",
                    session=fixtures.sessions[number % len(fixtures.sessions)],
                ),
                urls,
                token,
                random.Random(f"{seed} watcher {number}"),
                stalls=number < STALLING,
            )
            for number in range(WATCHERS)
        ]

    def start(self) -> None:
        start = asyncio.create_task
        self._watching = [start(watcher.watch()) for watcher in self.watchers]
        self._buying = [start(customer.run()) for customer in self._customers]
        managing = manage(
            self._client, self._fixtures, self._manager_rng, self._stopping
        )
        prober = RecordingClient(*self._fixtures.prober, self._client, self.operations)
        probing = probe(prober, *self._fixtures.probed, self._stopping)
        self._buying += [start(managing), start(probing)]

    async def stop_buying(self) -> None:
        """Waits for answers to open requests. Watchers keep their connections now."""
        self._stopping.set()
        for watcher in self.watchers:
            watcher.stays_connected = True
        _, late = await asyncio.wait(self._buying, timeout=LAST_ANSWERS_SECONDS)
        for task in late:
            task.cancel()
        for error in await asyncio.gather(*self._buying, return_exceptions=True):
            if isinstance(error, Exception):
                raise error  # a bug of the campaign: the run proves nothing

    async def availabilities(self) -> list[AvailabilityAnswer]:
        """Of each session; those without an answer are left out."""
        found = []
        for session in self._fixtures.sessions:
            reply = await self._ask(AVAILABILITY, {"id": session})
            if reply.outcome == "ok":
                answer = AvailabilityAnswer(
                    session=session, **reply.value["availability"]
                )
                found.append(answer)
        return found

    async def listings(self, sessions: Sequence[SessionRow]) -> list[DayListing]:
        """Of each day of the run, the day before and the day after, in each cinema."""
        days = {row.day + timedelta(more) for row in sessions for more in (-1, 0, 1)}
        return [
            await self._listing(cinema, day)
            for cinema in sorted({row.cinema for row in sessions})
            for day in sorted(days)
        ]

    async def _listing(self, cinema: str, day: date) -> DayListing:
        """What was not answered is not in it."""
        listing = DayListing(cinema=cinema, day=day, sessions=[])
        wanted: dict[str, Any] = {"cinema": cinema, "day": day.isoformat()}
        while (reply := await self._ask(SESSIONS_OF_DAY, wanted)).outcome == "ok":
            page = reply.value
            listing.sessions += [edge["node"]["id"] for edge in page["edges"]]
            if not page["pageInfo"]["hasNextPage"]:
                break
            wanted["after"] = page["pageInfo"]["endCursor"]
        return listing

    async def _ask(self, document: str, variables: dict[str, Any]) -> Reply:
        """The first clear answer, or the last one."""
        token = next(iter(self._fixtures.tokens.values()))
        for _ in range(TRIES):
            reply = await self._client.ask(token, document, variables)
            if reply.outcome == "ok":
                break
        return reply

    async def stop(self) -> None:
        for task in self._watching:
            task.cancel()
        for error in await asyncio.gather(*self._watching, return_exceptions=True):
            if isinstance(error, Exception):
                raise error
        await self._client.close()
