"""The expiries: how late watchers learn that a hold has ended by itself."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from loadtest import api_client, plan
from loadtest.api_client import ApiClient, SessionOnSale
from loadtest.measurements import percentile
from loadtest.report import Report
from loadtest.target import Target, find
from loadtest.watcher_group import WatcherGroup, watcher_group
from runtime.errors import CommandError

ROW = "since the deadline"
FIGURES = {"p50": 50, "p99": 99}


@dataclass(frozen=True)
class Hold:
    """`ends` is on the machine's monotonic clock."""

    seat: str
    version: int
    ends: float


def run(environ: Mapping[str, str], users: int) -> Report:
    """Seats are held for as long as a hold lasts, then seen to be free again."""
    target = find(environ, max(users, plan.EXPIRIES))
    watching = replace(target, tokens=target.tokens[:users])
    session = ApiClient(target).find_session(plan.EXPIRIES)
    with watcher_group(watching, session.id) as watchers:
        holds = list(_hold(target, session))
        time.sleep(max(0.0, holds[-1].ends - time.monotonic()))
        late = [ms for hold in holds for ms in _lateness(watchers, hold)]
    missing = users * len(holds) - len(late)
    late.sort()
    figures = {name: percentile(late, part) for name, part in FIGURES.items()}
    shown = ", ".join(f"{name} {value:.1f} ms" for name, value in figures.items())
    return Report(
        f"Expiries: {len(holds)} holds, {users} watchers ({session.name})",
        [],
        [f"The expiry reached a watcher after its deadline: {shown}."],
        [f"{missing} deliveries missing."] if missing else [],
        {"latency_ms": {ROW: figures}},
    )


def _hold(target: Target, session: SessionOnSale) -> Iterator[Hold]:
    """A customer for each: no session has so many seats for one."""
    for token, seat in zip(target.tokens, session.seats[: plan.EXPIRIES], strict=False):
        client = ApiClient(replace(target, tokens=(token,)))
        answer = client.send(api_client.reserve(session.id, seat))["reserveSeats"]
        if answer["__typename"] != "Reservation":
            raise CommandError(f"Somebody else is in the way: {answer['__typename']}.")
        [held] = answer["seats"]
        yield Hold(seat, held["version"], _monotonic(answer["expiresAt"]))
        time.sleep(plan.EXPIRY_PAUSE)


def _monotonic(moment: Any) -> float:
    """The server, its database and we have the same machine's clock."""
    left = datetime.fromisoformat(moment).timestamp() - time.time()
    return time.monotonic() + left


def _lateness(watchers: WatcherGroup, hold: Hold) -> Iterator[float]:
    for seen in watchers.observe(hold.seat, hold.version + 1).seen:
        if seen is not None:
            yield (seen - hold.ends) * 1000
