"""One scenario about mails, from its start to its verdict."""

import asyncio
import random
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from loadtest.documents import SIGN_UP
from persistence.postgres.pool import Pool, open_pool
from tests.cluster.campaign import Result
from tests.cluster.embedded import WORKERS, embedded
from tests.cluster.faults import FaultContext
from tests.cluster.mail.checks import judge
from tests.cluster.mail.environment import EmbeddedMail
from tests.cluster.mail.evidence import WAITING, MailEvidence, collect
from tests.cluster.scenario import Scenario
from tests.cluster.slowness import Slowness
from tests.cluster.workload.campaign_client import CampaignClient
from tests.cluster.workload.watcher import SimulatedWatcher

PEOPLE = 4
CALM_SECONDS, AFTERWARDS_SECONDS = 4.0, 4.0
# A worker that is killed has its mails for two minutes.
PATIENCE_SECONDS, SLOWEST = 240.0, 2.0


@dataclass(kw_only=True)
class Strangers:
    """They sign up, one after the other, each with a new address."""

    client: CampaignClient
    rng: random.Random
    watchers: Sequence[SimulatedWatcher] = ()  # nobody watches maps here
    stopping: asyncio.Event = field(default_factory=asyncio.Event)
    signed_up: list[str] = field(default_factory=list)
    unknowns: int = 0

    async def come(self, who: int) -> None:
        number = 0
        while not self.stopping.is_set():
            number += 1
            address = f"p{who}.{number}@cinema.example"
            person = {"email": address, "password": "correct-horse-ana", "name": "Ana"}
            reply = await self.client.ask("", SIGN_UP, {"input": person})
            if reply.outcome == "ok":
                self.signed_up.append(address)
            self.unknowns += reply.outcome == "unknown"
            with suppress(TimeoutError):
                async with asyncio.timeout(self.rng.uniform(0.2, 1.0)):
                    await self.stopping.wait()


async def play(scenario: Scenario, seed: int) -> tuple[Result, MailEvidence]:
    rng = random.Random(f"{scenario.name} {seed}")
    result = Result(scenario=scenario.name, seed=seed, faults=[])
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        async with embedded(Path(folder) / "data", kind=EmbeddedMail) as environment:
            pool = await open_pool(environment.database_url, max_size=2, name="mails")
            evidence = await _play(environment, pool, scenario, rng, result)
            await pool.close()
    # Each worker sends one mail at a time.
    result.complaints |= judge(evidence, len(WORKERS) if scenario.faults else 0)
    return result, evidence


async def _play(
    environment: EmbeddedMail,
    pool: Pool,
    scenario: Scenario,
    rng: random.Random,
    result: Result,
) -> MailEvidence:
    slowness = Slowness()
    measuring = asyncio.create_task(slowness.measure_for_ever())
    client = CampaignClient(environment.urls, rng)
    strangers = Strangers(client=client, rng=rng)
    coming = [asyncio.create_task(strangers.come(who)) for who in range(PEOPLE)]
    await asyncio.sleep(CALM_SECONDS + rng.random())
    context = FaultContext(environment, strangers, rng)
    result.faults = [fault.what for fault in scenario.faults]
    for fault in scenario.faults:
        fault.strike(context)
    await slowness.wait(scenario.seconds, context.all_have_struck)
    for fault in scenario.faults:
        fault.heal(context)
    await asyncio.sleep(AFTERWARDS_SECONDS)
    strangers.stopping.set()
    await asyncio.gather(*coming)
    await _until_written(pool, slowness)
    await client.close()
    measuring.cancel()
    result.slowness = slowness.factor
    result.operations = len(strangers.signed_up)
    result.unknowns = strangers.unknowns
    if not context.all_have_struck():
        result.complaints["expected behaviour"] = ["the fault has not happened"]
    return await collect(pool, environment.mail_server, strangers.signed_up)


async def _until_written(pool: Pool, slowness: Slowness) -> None:
    until = time.monotonic() + PATIENCE_SECONDS * min(slowness.factor, SLOWEST)
    while time.monotonic() < until and await pool.fetch(WAITING):  # noqa: ASYNC110 # it is in Postgres
        await asyncio.sleep(0.5)
