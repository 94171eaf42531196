"""One scenario from its start to its verdict."""

import asyncio
import random
import subprocess
import tempfile
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import (
    AbstractAsyncContextManager,
    asynccontextmanager,
    contextmanager,
)
from dataclasses import dataclass, field
from pathlib import Path

from persistence.postgres.pool import Pool, open_pool
from tests.cluster import unguarded
from tests.cluster.checks import judge
from tests.cluster.collection import clock_offset, collect, until_finished
from tests.cluster.containers import containers
from tests.cluster.embedded import EmbeddedEnvironment, embedded
from tests.cluster.environment import Environment
from tests.cluster.evidence import Disturbance, Evidence
from tests.cluster.faults import FaultContext
from tests.cluster.mixes import faults_of
from tests.cluster.real_cluster import ClusterEnvironment, real_cluster
from tests.cluster.scenario import Scenario
from tests.cluster.slowness import Slowness
from tests.cluster.witness import Witness
from tests.cluster.workload.clients import Clients
from tests.cluster.workload.fixtures import Fixtures, create_fixtures

CALM_SECONDS = 4.0
AFTERWARDS_SECONDS = 8.0
QUIET_SECONDS = 35.0  # every hold has ended that was not extended
SMALL_DISK = "260m"
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


class ScenarioUnavailableError(Exception):
    """The fault cannot be produced on this machine."""


@dataclass(kw_only=True)
class Result:
    scenario: str
    seed: int
    faults: list[str]
    slowness: float = 1.0
    operations: int = 0
    unknowns: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)  # as counts
    outage: float | None = None  # the longest time without an accepted hold
    accepted_after: float | None = None  # from the healing
    notified_after: float | None = None
    complaints: dict[str, list[str]] = field(default_factory=dict)
    skipped: str | None = None

    @property
    def verdict(self) -> str:
        if self.skipped:
            return f"not run: {self.skipped}"
        return "RED" if self.complaints else "green"


async def play(
    scenario: Scenario, seed: int, *, in_containers: bool = False
) -> tuple[Result, Evidence]:
    """Raises ScenarioUnavailableError."""
    rng = random.Random(f"{scenario.name} {seed}")
    with _folder(scenario) as folder:
        chosen = _environment(scenario, folder / "data", in_containers=in_containers)
        async with chosen as environment:
            return await _play(environment, scenario, seed, rng)


def _environment(
    scenario: Scenario, folder: Path, *, in_containers: bool
) -> AbstractAsyncContextManager[Environment]:
    if in_containers:
        return containers(folder)
    if scenario.cluster:
        return real_cluster(folder, kind=ClusterEnvironment)
    wrapper = [scenario.wrapper] if scenario.wrapper else []
    return embedded(folder, *wrapper, kind=EmbeddedEnvironment)


async def _play(
    environment: Environment,
    scenario: Scenario,
    seed: int,
    rng: random.Random,
) -> tuple[Result, Evidence]:
    fixtures, offset = await _fixtures(environment, scenario)
    clients = Clients(fixtures, environment.urls, f"{scenario.name} {seed}", offset)
    slowness = Slowness()
    measuring = asyncio.create_task(slowness.measure_for_ever())
    clients.start()
    await asyncio.sleep(CALM_SECONDS + rng.random())
    context = FaultContext(environment, clients, rng)
    result = Result(scenario=scenario.name, seed=seed, faults=[])
    disturbance = await _disturb(scenario, context, result, slowness)
    disturbance.recovered_by += scenario.bound * slowness.factor
    await asyncio.sleep(AFTERWARDS_SECONDS)
    await _until_accepted(clients, disturbance)
    await clients.stop_buying()
    await asyncio.sleep(QUIET_SECONDS)
    measuring.cancel()
    result.slowness = slowness.factor
    evidence = await _evidence(environment, clients, fixtures.sessions, slowness.factor)
    await clients.stop()
    evidence.clock_offset = offset
    evidence.disturbance = disturbance if result.faults else None
    _measure(result, evidence, disturbance)
    result.complaints = judge(evidence)
    result.outcomes = evidence.counts()
    if result.faults and scenario.wrapper is None:
        _check_expectations(scenario, context, result)
    return result, evidence


async def _fixtures(
    environment: Environment, scenario: Scenario
) -> tuple[Fixtures, float]:
    """Also installs the witness; the second value is the clock offset."""
    if scenario.wrapper:
        await unguarded.drop_index(environment.database_url)
    async with _pool(environment) as pool:
        await Witness(pool).install()
        return await create_fixtures(pool, environment.keys), await clock_offset(pool)


async def _evidence(
    environment: Environment, clients: Clients, sessions: list[str], slowness: float
) -> Evidence:
    """Waits until all holds and events are over, within bounds; reads everything."""
    async with _pool(environment) as pool:
        witness = Witness(pool)
        await until_finished(witness, sessions, slowness)
        return await collect(witness, environment.kafka, clients, sessions, slowness)


@asynccontextmanager
async def _pool(environment: Environment) -> AsyncIterator[Pool]:
    pool = await open_pool(environment.database_url, max_size=4, name="campaign")
    yield pool
    await pool.close()


async def _disturb(
    scenario: Scenario, context: FaultContext, result: Result, slowness: Slowness
) -> Disturbance:
    """Strikes, waits and heals; a mix heals in random order."""
    faults = faults_of(scenario, context.rng)
    result.faults = [fault.what for fault in faults]
    began = time.monotonic()
    for fault in faults:
        fault.strike(context)
        if scenario.mix:
            await asyncio.sleep(context.rng.uniform(0.0, 3.0))
    await slowness.wait(scenario.seconds, context.all_have_struck)
    for restarting in context.restarting:
        await restarting
    if scenario.mix:
        context.rng.shuffle(faults)
    for fault in faults:
        fault.heal(context)
        if scenario.mix:
            await asyncio.sleep(context.rng.uniform(0.0, 4.0))
    healed = time.monotonic()
    return Disturbance(
        began=began,
        healed=healed,
        recovered_by=healed,
        emptied_at=context.environment.emptied_at,
    )


async def _until_accepted(clients: Clients, disturbance: Disturbance) -> None:
    """Waits until a hold is accepted again or the time for it is over."""
    while time.monotonic() < disturbance.recovered_by and not any(  # noqa: ASYNC110 # of many
        operation.kind == "reserve"
        and operation.outcome == "ok"
        and operation.invoked > disturbance.healed
        for operation in reversed(clients.operations)
    ):
        await asyncio.sleep(0.2)


def _measure(result: Result, evidence: Evidence, disturbance: Disturbance) -> None:
    operations = evidence.operations
    result.operations = len(operations)
    result.unknowns = sum(one.outcome == "unknown" for one in operations)
    holds = [o for o in operations if o.kind == "reserve" and o.outcome == "ok"]
    last = max((one.returned for one in operations), default=disturbance.healed)
    moments = [one.returned for one in holds if one.returned > disturbance.began]
    gaps = zip(
        [disturbance.began, *sorted(moments)], [*sorted(moments), last], strict=True
    )
    result.outage = max(after - before for before, after in gaps)
    accepted = [o.returned for o in holds if o.invoked > disturbance.healed]
    result.accepted_after = min(accepted, default=None) and (
        min(accepted) - disturbance.healed
    )
    healed = evidence.database_time(disturbance.healed)
    new = {(c.seat, c.version) for c in evidence.changes if c.at > healed}
    notified = [
        received.at
        for watcher in evidence.watchers
        for received in watcher.observed
        if (received.state.seat, received.state.version) in new
    ]
    result.notified_after = min(notified) - disturbance.healed if notified else None


def _check_expectations(
    scenario: Scenario, context: FaultContext, result: Result
) -> None:
    """Checks the expected behaviour: faults took effect, outages were short enough."""
    complaints = []
    if not context.all_have_struck():
        complaints.append("the fault has not happened: no matching statement came")
    if result.outage is None or result.outage > scenario.outage * result.slowness:
        complaints.append(f"no hold was accepted for {result.outage} s")
    for what, after in (
        ("accepted a hold", result.accepted_after),
        ("notified a watcher", result.notified_after),
    ):
        if after is None or after > scenario.bound * result.slowness:
            complaints.append(f"{what} only {after} s after the healing")
    if complaints:
        result.complaints["expected behaviour"] = complaints


@contextmanager
def _folder(scenario: Scenario) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        if not scenario.small_disk:
            yield Path(name)
            return
        mount = [MOUNT, "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", name]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            raise ScenarioUnavailableError("a small disk can only be mounted by root")
        try:
            yield Path(name)
        finally:
            subprocess.run([UMOUNT, "-l", name], check=False)
