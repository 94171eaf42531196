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
from tests.cluster.collecting import clock_offset, collect
from tests.cluster.embedded import embedded
from tests.cluster.environment import Environment
from tests.cluster.evidence import Disturbance, Evidence
from tests.cluster.faults import Scene
from tests.cluster.mixes import faults_of
from tests.cluster.real_cluster import real_cluster
from tests.cluster.scenario import Scenario
from tests.cluster.slowness import Slowness
from tests.cluster.witness import Witness
from tests.cluster.workload.crowd import Crowd
from tests.cluster.workload.stage import Stage, set_up

CALM_SECONDS = 4.0
AFTERWARDS_SECONDS = 8.0
QUIET_SECONDS = 35.0  # every hold has ended, every map has caught up
PATIENCE_SECONDS = 10.0  # more, times how much slower than idle the machine is
SMALL_DISK = "260m"
MOUNT, UMOUNT = "/bin/mount", "/bin/umount"


class CannotBeHadError(Exception):
    """The fault is not allowed on this machine."""


@dataclass(kw_only=True)
class Result:
    scenario: str
    seed: int
    faults: list[str]
    slowness: float = 1.0
    operations: int = 0
    unknowns: int = 0
    outage: float | None = None  # the longest time without an accepted hold
    accepted_after: float | None = None  # from the healing
    told_after: float | None = None
    complaints: dict[str, list[str]] = field(default_factory=dict)
    skipped: str | None = None

    @property
    def verdict(self) -> str:
        if self.skipped:
            return f"not run: {self.skipped}"
        return "RED" if self.complaints else "green"


async def play(scenario: Scenario, seed: int) -> tuple[Result, Evidence]:
    """Raises CannotBeHadError."""
    dice = random.Random(f"{scenario.name} {seed}")
    with _folder(scenario) as folder:
        async with _environment(scenario, folder / "data") as environment:
            return await _play(environment, scenario, seed, dice)


def _environment(
    scenario: Scenario, folder: Path
) -> AbstractAsyncContextManager[Environment]:
    if scenario.cluster:
        return real_cluster(folder)
    through = [scenario.through] if scenario.through else []
    return embedded(folder, *through)


async def _play(
    environment: Environment,
    scenario: Scenario,
    seed: int,
    dice: random.Random,
) -> tuple[Result, Evidence]:
    stage, offset = await _stage(environment, scenario)
    crowd = Crowd(stage, environment.urls, f"{scenario.name} {seed}", offset)
    slowness = Slowness()
    measuring = asyncio.create_task(slowness.measure_for_ever())
    crowd.come()
    await asyncio.sleep(CALM_SECONDS + dice.random())
    scene = Scene(environment, crowd, dice)
    result = Result(scenario=scenario.name, seed=seed, faults=[])
    trouble = await _trouble(scenario, scene, result)
    trouble.recovered_by += scenario.bound * slowness.factor
    await asyncio.sleep(AFTERWARDS_SECONDS)
    await _until_accepted(crowd, trouble)
    await crowd.stop_shopping()
    await asyncio.sleep(QUIET_SECONDS)
    measuring.cancel()
    result.slowness = slowness.factor
    evidence = await _evidence(environment, crowd, stage.sessions, slowness.factor)
    await crowd.leave()
    evidence.clock_offset = offset
    evidence.disturbance = trouble if result.faults else None
    _measure(result, evidence, trouble)
    result.complaints = judge(evidence)
    if result.faults and scenario.through is None:
        _hold_to(scenario, scene, result)
    return result, evidence


async def _stage(environment: Environment, scenario: Scenario) -> tuple[Stage, float]:
    """With the witness in place, and the difference of the clocks."""
    if scenario.through:
        await unguarded.take_the_index_away(environment.database_url)
    async with _pool(environment) as pool:
        await Witness(pool).install()
        return await set_up(pool, environment.keys), await clock_offset(pool)


async def _evidence(
    environment: Environment, crowd: Crowd, sessions: list[str], slowness: float
) -> Evidence:
    """Of all that has happened, once nothing waits any more, or for too long."""
    async with _pool(environment) as pool:
        witness = Witness(pool)
        until = time.monotonic() + PATIENCE_SECONDS * (slowness - 1)
        while time.monotonic() < until and await witness.waits(sessions):  # noqa: ASYNC110 # it is in Postgres
            await asyncio.sleep(0.5)
        return await collect(witness, environment.kafka, crowd, sessions, slowness)


@asynccontextmanager
async def _pool(environment: Environment) -> AsyncIterator[Pool]:
    pool = await open_pool(environment.database_url, max_size=4, name="campaign")
    yield pool
    await pool.close()


async def _trouble(scenario: Scenario, scene: Scene, result: Result) -> Disturbance:
    """Strikes, waits, heals: in the order of the strikes, or in any if it is a mix."""
    faults = faults_of(scenario, scene.dice)
    result.faults = [fault.what for fault in faults]
    began = time.monotonic()
    for fault in faults:
        fault.strike(scene)
        if scenario.mix:
            await asyncio.sleep(scene.dice.uniform(0.0, 3.0))
    await asyncio.sleep(scenario.seconds)
    for restarting in scene.restarting:
        await restarting
    if scenario.mix:
        scene.dice.shuffle(faults)
    for fault in faults:
        fault.heal(scene)
        if scenario.mix:
            await asyncio.sleep(scene.dice.uniform(0.0, 4.0))
    healed = time.monotonic()
    return Disturbance(
        began=began,
        healed=healed,
        recovered_by=healed,
        forgot_at=scene.environment.forgot_at,
    )


async def _until_accepted(crowd: Crowd, trouble: Disturbance) -> None:
    """Nobody goes before the service sells again, or has had its time."""
    while time.monotonic() < trouble.recovered_by and not any(  # noqa: ASYNC110 # of many
        operation.kind == "reserve"
        and operation.outcome == "ok"
        and operation.invoked > trouble.healed
        for operation in reversed(crowd.operations)
    ):
        await asyncio.sleep(0.2)


def _measure(result: Result, evidence: Evidence, trouble: Disturbance) -> None:
    operations = evidence.operations
    result.operations = len(operations)
    result.unknowns = sum(one.outcome == "unknown" for one in operations)
    holds = [o for o in operations if o.kind == "reserve" and o.outcome == "ok"]
    last = max((one.returned for one in operations), default=trouble.healed)
    moments = [one.returned for one in holds if one.returned > trouble.began]
    gaps = zip([trouble.began, *sorted(moments)], [*sorted(moments), last], strict=True)
    result.outage = max(after - before for before, after in gaps)
    accepted = [o.returned for o in holds if o.invoked > trouble.healed]
    result.accepted_after = min(accepted, default=None) and (
        min(accepted) - trouble.healed
    )
    healed = evidence.database_time(trouble.healed)
    new = {(c.seat, c.version) for c in evidence.changes if c.at > healed}
    told = [
        told.at
        for watcher in evidence.watchers
        for told in watcher.told
        if (told.state.seat, told.state.version) in new
    ]
    result.told_after = min(told) - trouble.healed if told else None


def _hold_to(scenario: Scenario, scene: Scene, result: Result) -> None:
    """What the scenario promises besides the truth."""
    said = []
    if any(not trap.sprung for trap in scene.traps):
        said.append("the fault has not happened: nothing came by")
    if result.outage is None or result.outage > scenario.outage * result.slowness:
        said.append(f"no hold was accepted for {result.outage} s")
    for what, after in (
        ("accepted a hold", result.accepted_after),
        ("told a watcher", result.told_after),
    ):
        if after is None or after > scenario.bound * result.slowness:
            said.append(f"{what} only {after} s after the healing")
    if said:
        result.complaints["expected behaviour"] = said


@contextmanager
def _folder(scenario: Scenario) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="campaign-") as name:
        if not scenario.small_disk:
            yield Path(name)
            return
        mount = [MOUNT, "-t", "tmpfs", "-o", f"size={SMALL_DISK}", "none", name]
        if subprocess.run(mount, capture_output=True, check=False).returncode:
            raise CannotBeHadError("a small disk can only be mounted by root")
        try:
            yield Path(name)
        finally:
            subprocess.run([UMOUNT, "-l", name], check=False)
