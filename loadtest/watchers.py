"""The watchers: delay from a change to every open seat map, and memory of the API."""

import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from loadtest import api_client, api_process, plan
from loadtest.api_client import ApiClient, SessionOnSale
from loadtest.delivery_cost import (
    MICROSECONDS,
    CpuClock,
    DeliveryCost,
    PlainSockets,
    plain_sockets,
)
from loadtest.measurements import percentile
from loadtest.report import Report, table
from loadtest.target import find
from loadtest.watcher_group import Observation, WatcherGroup, watcher_group
from runtime import run_file
from runtime.errors import CommandError

HEAD = ("commit-to-watcher, ms", "deliveries", "p50", "p90", "p99", "max")
KIB_A_MIB = 1024


@dataclass(frozen=True)
class Change:
    """One seat held or given back; times on the machine's monotonic clock."""

    seat: str
    version: int
    sent: float
    answered: float


@dataclass(frozen=True)
class Delivery:
    change: Change
    observation: Observation


def run(environ: Mapping[str, str], users: int) -> Report:
    target = find(environ, users)
    client = ApiClient(target)
    session = client.find_session(1)
    api = api_process.find_api(run_file.data_dir(environ))
    if environ.get("LOADTEST_URL"):
        api = None  # another server than the run in DATA_DIR
    idle = api_process.resident_kib(api)
    count = plan.WARM_UP_CHANGES + plan.UNWATCHED_CHANGES
    changes = _changes(client, session, count)
    unwatched = _cpu_of_a_change(api, changes)
    with (
        watcher_group(target, session.id) as watchers,
        plain_sockets(watchers) as plain,
    ):
        time.sleep(1)
        watched = api_process.resident_kib(api)
        cpu = CpuClock(api)
        changes = _changes(client, session, plan.CHANGES)
        deliveries = _deliver(changes, watchers, users, plain, cpu)
        afterwards = api_process.resident_kib(api)
    cost = None
    if api and cpu.spans:
        each = (cpu.seconds - unwatched) * MICROSECONDS / users
        cost = DeliveryCost(each, plain.microseconds)
    title = f"Watchers: {users} on one session ({session.name})"
    resident = {"idle": idle, "watched": watched, "afterwards": afterwards}
    return _report(title, users, deliveries, resident, cost)


def _cpu_of_a_change(api: int | None, changes: Iterator[Change]) -> float:
    """Seconds of the API for a change that nobody watches."""
    for _ in islice(changes, plan.WARM_UP_CHANGES):
        time.sleep(plan.WARM_UP_PAUSE)
    cpu = CpuClock(api)
    for _ in changes:
        time.sleep(plan.CHANGE_PAUSE)
        cpu.worked()
        time.sleep(plan.CHANGE_PAUSE)
        cpu.rested()
    return cpu.seconds


def _deliver(
    changes: Iterator[Change],
    watchers: WatcherGroup,
    users: int,
    plain: PlainSockets,
    cpu: CpuClock,
) -> list[Delivery]:
    """Each change after all watchers saw the one before."""
    deliveries: list[Delivery] = []
    pause = plan.CHANGE_PAUSE + users * plan.CHANGE_PAUSE_EACH
    for change in changes:
        time.sleep(pause)
        observation = watchers.observe(change.seat, change.version)
        cpu.worked()
        deliveries.append(Delivery(change, observation))
        if not all(observation.seen):  # failed: further changes show nothing new
            break
        plain.write(observation.bytes // users, pause / 2)
        cpu.rested()
    return deliveries


def _changes(client: ApiClient, session: SessionOnSale, count: int) -> Iterator[Change]:
    """Holds and cancels seats in turn."""
    held = ""
    for number in range(count):
        seat = session.seats[number // 2 % len(session.seats)]
        body = api_client.cancel(held)
        if not held:
            body = api_client.reserve(session.id, seat)
        sent = time.monotonic()
        result = next(iter(client.send(body).values()))
        answered = time.monotonic()
        if result["__typename"] != "Reservation":
            raise CommandError(f"Somebody else is in the way: {result['__typename']}.")
        version = next(s["version"] for s in result["seats"] if s["id"] == seat)
        held = "" if held else result["id"]
        yield Change(seat, version, sent, answered)


def _report(
    title: str,
    users: int,
    deliveries: Sequence[Delivery],
    resident: Mapping[str, int | None],
    cost: DeliveryCost | None,
) -> Report:
    changes = [each.change for each in deliveries]
    observations = [each.observation for each in deliveries]
    seen = [
        (each.change, at) for each in deliveries for at in each.observation.seen if at
    ]
    measured = {
        "since the answer": sorted((at - c.answered) * 1000 for c, at in seen),
        "since the request": sorted((at - c.sent) * 1000 for c, at in seen),
    }
    figures = {name: _figures(times) for name, times in measured.items() if times}
    lines = [
        (name, str(len(seen)), *(f"{figure:.1f}" for figure in values))
        for name, values in figures.items()
    ]
    lost = users * len(changes) - len(seen)
    closed = max(each.closed for each in observations)
    resyncs = sum(each.maps for each in observations)
    complaints = []
    if lost or closed:
        complaints = [f"{lost} deliveries missing, {closed} sockets closed."]
    took = statistics.median((c.answered - c.sent) * 1000 for c in changes)
    remarks = [
        *table([HEAD, *lines]),
        "",
        f"{len(changes)} changes, one at a time, each of {took:.1f} ms (median).",
        f"Whole maps sent meanwhile: {resyncs}.",
        "Before the answer a watcher may already know: its time is then below zero.",
        _memory_remark(users, resident),
        *([cost.remark()] if cost else ()),
    ]
    more = {
        "latency_ms": {
            name: dict(zip(HEAD[2:], values, strict=True))
            for name, values in figures.items()
        },
        "deliveries": len(seen),
        "resident_kib": dict(resident),
        "cost": _costs(users, resident, cost),
    }
    return Report(title, [], remarks, complaints, more)


def _figures(times: Sequence[float]) -> tuple[float, ...]:
    return (*(percentile(times, percent) for percent in (50, 90, 99)), times[-1])


def _costs(
    users: int, resident: Mapping[str, int | None], cost: DeliveryCost | None
) -> dict[str, Mapping[str, float]]:
    """Empty where the API's process is not ours to measure."""
    idle, watched = resident["idle"], resident["watched"]
    if cost is None or idle is None or watched is None:
        return {}
    return {"a delivery": cost.facts(), "a watcher": {"kib": (watched - idle) / users}}


def _memory_remark(users: int, resident: Mapping[str, int | None]) -> str:
    idle, watched, after = (resident[n] for n in ("idle", "watched", "afterwards"))
    if idle is None or watched is None or after is None:
        return "Memory: unknown, the API process is not a child of the run in DATA_DIR."
    return (
        f"API process, resident: {idle / KIB_A_MIB:.0f} MiB before, "
        f"{watched / KIB_A_MIB:.0f} MiB with {users} watchers "
        f"({(watched - idle) / users:.0f} KiB each), "
        f"{after / KIB_A_MIB:.0f} MiB after the changes."
    )
