"""Kills and stops each service, while a customer buys."""

import json
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime

from tests.compose.buyer import Buyer, Sales
from tests.compose.engine import EngineError, Project, docker, on_the_engine

SOLD_AGAIN_SECONDS = 180.0
CALM_SECONDS = 5.0
# How the program of a service ends when it is stopped: exit codes, and a line of its
# log. uvicorn, a JVM and etcd finish, and then end by the very signal (143).
STOPPED: dict[str, tuple[set[int], str]] = {
    "api": ({0, 143}, "the API stops"),
    "worker": ({0}, "the worker stops"),
    "nginx": ({0}, ""),
    "postgres": ({0}, "database system is shut down"),
    "redis": ({0}, "bye bye"),
    "redlock": ({0}, "bye bye"),
    "sentinel": ({0}, "bye bye"),
    "kafka": ({0, 143}, r"App info kafka.server for \d+ unregistered"),
    "etcd": ({0, 143}, "closed etcd server"),
}


ASK_PATRONI = """
from urllib.request import urlopen
print(urlopen('http://127.0.0.1:8008/cluster', timeout=4).read().decode())
"""


@dataclass(frozen=True, slots=True)
class Outage:
    without_sale: float  # the longest time
    healthy_after: float
    restarts: int


@dataclass(frozen=True, slots=True)
class Stop:
    exit_code: int
    seconds: float
    complaint: str


def kind_of(service: str) -> str:
    return re.sub(r"-\d$", "", service)


def kill_each(
    project: Project,
    services: Sequence[str],
    buyer: Buyer,
    say: Callable[[str], None],
) -> dict[str, Outage]:
    """By service, and `nothing`, for comparison; raises EngineError."""
    sales = Sales(buyer)
    sales.start()
    try:
        began = time.monotonic()
        _until_sold(sales, began)
        time.sleep(CALM_SECONDS)
        found = {"nothing": Outage(sales.longest_gap_since(began), 0.0, 0)}
        say(f"nothing killed: {found['nothing'].without_sale:.1f} s between sales")
        for service in services:
            found[service] = _kill(project, service, sales)
            say(
                f"{service} killed: {found[service].without_sale:.1f} s without a sale,"
                f" healthy after {found[service].healthy_after:.1f} s"
            )
            _until_settled(project)
    finally:
        sales.stop()
    return found


def _kill(project: Project, service: str, sales: Sales) -> Outage:
    state = project.state(service)
    on_the_engine(f"kill -9 {state['Pid']}")
    began = time.monotonic()
    project.wait_until_healthy([service], after=state["StartedAt"])
    healthy = time.monotonic() - began
    _until_sold(sales, began)
    count = docker(
        "inspect", "--format", "{{.RestartCount}}", f"{project.name}-{service}-1"
    )
    return Outage(sales.longest_gap_since(began), healthy, int(count))


def _until_sold(sales: Sales, since: float) -> None:
    while not sales.has_sold_since(since):
        if time.monotonic() - since > SOLD_AGAIN_SECONDS:
            raise EngineError(f"not sold again: {sales.last_refusal}")
        time.sleep(0.1)


def _until_settled(project: Project) -> None:
    """The next loss is only survived when the one before has been made good."""
    services = project.running()
    project.wait_until_healthy(services)
    nodes = [name for name in services if name.startswith("postgres-")]
    until = time.monotonic() + SOLD_AGAIN_SECONDS
    while nodes and not _has_standby(project, nodes[0]):
        if time.monotonic() > until:
            raise EngineError("no standby streams again")
        time.sleep(0.5)


def _has_standby(project: Project, node: str) -> bool:
    try:
        shown = project.compose("exec", "-T", node, "python3", "-c", ASK_PATRONI)
    except EngineError:
        return False
    roles = {(one["role"], one["state"]) for one in json.loads(shown)["members"]}
    return {("leader", "running"), ("sync_standby", "streaming")} <= roles


def stop_all(project: Project) -> dict[str, Stop]:
    """In the order of compose: who is needed ends last."""
    services = project.running()
    began = time.time()
    project.compose("stop")
    containers = project.containers()
    return {
        name: _stop(project, name, containers[name]["State"], began)
        for name in services
    }


def _stop(
    project: Project, service: str, state: dict[str, object], began: float
) -> Stop:
    codes, line = STOPPED[kind_of(service)]
    ended = datetime.fromisoformat(str(state["FinishedAt"])[:23] + "+00:00")
    code = int(str(state["ExitCode"]))
    complaint = ""
    if code not in codes:
        complaint = f"exit code {code}"
    elif not re.search(line, project.last_lines(service)):
        complaint = f"its log does not end with {line!r}"
    return Stop(code, ended.timestamp() - began, complaint)
