"""One scenario about money, from its start to its verdict."""

import asyncio
import random
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import httpx2

from auth.signing_keys import KeyRing
from auth.tokens import LOAD_TEST_LIFETIME, TokenIssuer
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool, open_pool
from tests.cluster.campaign import Result
from tests.cluster.embedded import embedded
from tests.cluster.faults import FaultContext
from tests.cluster.money.buyers import Counts, MoneyBuyer
from tests.cluster.money.checks import judge
from tests.cluster.money.crowd import Crowd, Manager
from tests.cluster.money.environment import (
    EmbeddedMoney,
    MoneyEnvironment,
    cluster_with_sandbox,
    differences,
)
from tests.cluster.money.evidence import MoneyEvidence, collect, outcomes
from tests.cluster.scenario import Scenario
from tests.cluster.slowness import Slowness
from tests.cluster.workload.campaign_client import CampaignClient
from tests.cluster.workload.fixtures import MANAGER
from tests.support.cinema import Cinema

SESSIONS, SEATS, BUYERS = 2, 30, 12
CALM_SECONDS = 5.0
AFTERWARDS_SECONDS = 10.0
# From the last purchase until all is settled: late money, a sweep, a back-off.
SETTLE_SECONDS, SLOWEST = 180.0, 3.0
# From a sale until its capture, without faults.
CAPTURE_SECONDS = 10.0
IN_FLIGHT = """
SELECT (SELECT count(*) FROM payment_attempts WHERE outcome IS NULL)
     + (SELECT count(*) FROM payment_effects WHERE due_at IS NOT NULL)
     + (SELECT count(*) FROM refunds WHERE status = 'PENDING')
"""


async def play(scenario: Scenario, seed: int) -> tuple[Result, MoneyEvidence]:
    rng = random.Random(f"{scenario.name} {seed}")
    result = Result(scenario=scenario.name, seed=seed, faults=[])
    with tempfile.TemporaryDirectory(prefix="campaign-") as folder:
        data = Path(folder) / "data"
        async with (
            _environment(scenario, data) as environment,
            _pool(environment) as pool,
        ):
            evidence, lasted = await _play(environment, pool, scenario, rng, result)
    # A call that a fault has met may wait for it to end, and then for its lease.
    bound = CAPTURE_SECONDS + (lasted + 120 if scenario.faults else 0)
    result.complaints |= judge(evidence, bound * result.slowness)
    result.outcomes = outcomes(evidence)
    return result, evidence


def _environment(
    scenario: Scenario, data: Path
) -> AbstractAsyncContextManager[MoneyEnvironment]:
    if scenario.cluster:
        return cluster_with_sandbox(data)
    return embedded(data, kind=EmbeddedMoney)


async def _play(
    environment: MoneyEnvironment,
    pool: Pool,
    scenario: Scenario,
    rng: random.Random,
    result: Result,
) -> tuple[MoneyEvidence, float]:
    slowness, counts, days = Slowness(), Counts(), {_today()}
    measuring = asyncio.create_task(slowness.measure_for_ever())
    client = CampaignClient(environment.urls, rng)
    async with httpx2.AsyncClient(
        base_url=environment.sandbox_url, timeout=15, trust_env=False
    ) as pages:
        crowd = await _crowd(
            environment, pool=pool, client=client, pages=pages, rng=rng, counts=counts
        )
        await asyncio.sleep(CALM_SECONDS + rng.random())
        context = FaultContext(environment, crowd, rng)
        began = time.monotonic()
        result.faults = [fault.what for fault in scenario.faults]
        for fault in scenario.faults:
            fault.strike(context)
        await slowness.wait(scenario.seconds, context.all_have_struck)
        for fault in scenario.faults:
            fault.heal(context)
        lasted = time.monotonic() - began
        await asyncio.sleep(AFTERWARDS_SECONDS)
        await crowd.stop()
        await _until_settled(pool, slowness)
    await client.close()
    measuring.cancel()
    result.slowness = slowness.factor
    result.operations, result.unknowns = counts.checkouts, counts.unknowns
    if not context.all_have_struck():
        result.complaints["expected behaviour"] = ["the fault has not happened"]
    evidence = await collect(pool, environment.sandbox_url)
    for day in sorted(days | {_today()}):
        evidence.differences += await differences(environment, day)
    return evidence, lasted


def _today() -> date:
    """The provider's: it books in UTC."""
    return datetime.now(UTC).date()


async def _crowd(
    environment: MoneyEnvironment,
    *,
    pool: Pool,
    client: CampaignClient,
    pages: httpx2.AsyncClient,
    rng: random.Random,
    counts: Counts,
) -> Crowd:
    cinema, stopping = Cinema(pool), asyncio.Event()
    # Late enough to be given back: the policy is a day.
    opened = [
        await cinema.open_session(SEATS, starts_in=timedelta(days=2))
        for _ in range(SESSIONS)
    ]
    shows = {str(each.session_id): tuple(map(str, each.seat_ids)) for each in opened}
    issuer = TokenIssuer(KeyRing(environment.keys), LOAD_TEST_LIFETIME)
    return Crowd(
        [
            MoneyBuyer(
                token=issuer.issue(Viewer(customer, Role.CUSTOMER)).text,
                client=client,
                pages=pages,
                shows=shows,
                rng=random.Random(f"{rng.random()}"),
                stopping=stopping,
                counts=counts,
            )
            for customer in await cinema.customers(BUYERS)
        ],
        stopping,
        Manager(
            token=issuer.issue(Viewer(await pool.fetchval(MANAGER), Role.MANAGER)).text,
            client=client,
            session=next(iter(shows)),
        ),
    )


async def _until_settled(pool: Pool, slowness: Slowness) -> None:
    until = time.monotonic() + SETTLE_SECONDS * min(slowness.factor, SLOWEST)
    while time.monotonic() < until and await pool.fetchval(IN_FLIGHT):  # noqa: ASYNC110 # it is in Postgres
        await asyncio.sleep(0.5)


@asynccontextmanager
async def _pool(environment: MoneyEnvironment) -> AsyncIterator[Pool]:
    pool = await open_pool(environment.database_url, max_size=4, name="campaign")
    yield pool
    await pool.close()
