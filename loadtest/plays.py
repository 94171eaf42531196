"""One play of the bench: a version serves, a load test asks, both are measured."""

import json
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from loadtest import api_process, plan, versions
from loadtest.comparison import FIGURES
from loadtest.peers import PEERS
from loadtest.versions import Version
from runtime.errors import CommandError

FAILED = "FAILED"
MEASURING_SECONDS = 180  # the load test ends by itself within two minutes


@dataclass(frozen=True)
class BenchMeasurement:
    """`figures` by name; `load` is the machine's load average just before it."""

    version: str
    play: str
    load: float
    figures: Mapping[str, float]
    complaints: Sequence[str]
    missing: str = ""  # why there are no figures


def measure(version: Version, play: str, seconds: float) -> BenchMeasurement:
    """A load test that fails is a complaint: the figures of other plays are kept."""
    load = os.getloadavg()[0]
    if play.startswith("idle:"):
        figures = dict(_idle(version, float(play.partition(":")[2])))
        return BenchMeasurement(version.name, play, load, figures, [])
    with version.serving() as environment:
        before = _cpu_seconds(version)

        def begin_again() -> None:
            """To open the connections is no request's work."""
            before.update(_cpu_seconds(version))

        try:
            facts = _loaded(environment, play, seconds, begin_again)
        except CommandError as error:
            said = [f"{play}, {version.name}: {error}"]
            return BenchMeasurement(version.name, play, load, {}, said, FAILED)
        used = {name: s - before[name] for name, s in _cpu_seconds(version).items()}
    figures = dict(_figures(play, facts, used))
    complaints = [f"{play}, {version.name}: {c}" for c in facts["complaints"]]
    missing = "" if figures else " ".join(facts["remarks"])
    return BenchMeasurement(version.name, play, load, figures, complaints, missing)


def _idle(version: Version, seconds: float) -> Iterator[tuple[str, float]]:
    """What everything together uses while nobody asks for anything."""
    with version.serving():
        time.sleep(plan.IDLE_SETTLING_SECONDS)
        before = _cpu_seconds(version)["cpu_of_all"]
        time.sleep(seconds)
        used = _cpu_seconds(version)["cpu_of_all"] - before
    for figure in FIGURES["idle"]:
        yield figure.name, used * 100 / seconds


def _cpu_seconds(version: Version) -> dict[str, float]:
    """Of the APIs, and of all processes. What has ended counts no more."""
    apis = [api_process.cpu_seconds(api) for api in version.apis()]
    if not apis or None in apis:
        raise CommandError(f"An API process of {version.name} is gone.")
    everything = (api_process.cpu_seconds(each) for each in version.processes())
    return {
        "cpu": sum(filter(None, apis)),
        "cpu_of_all": sum(filter(None, everything)),
    }


def _loaded(
    environment: Mapping[str, str],
    play: str,
    seconds: float,
    on_warm: Callable[[], None],
) -> dict[str, Any]:
    """What a load test in a process of its own says in JSON."""
    scenario, _, users = play.partition(":")
    if scenario in PEERS:
        scenario = "noop"
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        # No-ops have a play of their own. Here they would be among the requests whose
        # CPU is measured: the more of them, the cheaper a request.
        lengths = ("--seconds", str(seconds), "--noop-seconds", "0")
        options = ("--scenario", scenario, *lengths)
        command = (sys.executable, "-m", "loadtest", users, *options)
        lines = []
        for line in _lines([*command, "--json", file.name], environment):
            lines.append(line)
            if line.rstrip() == plan.WARM:
                on_warm()
        said = Path(file.name).read_bytes()
    if not said:
        raise CommandError(f"The load test failed: {''.join(lines).strip()}")
    facts: dict[str, Any] = json.loads(said)
    return facts


def _lines(command: Sequence[str], environment: Mapping[str, str]) -> Iterator[str]:
    """What it prints, as soon as it does. It is killed when it takes too long."""
    with subprocess.Popen(  # noqa: S603 - our own module
        command,
        cwd=versions.ROOT,
        env=dict(environment),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as running:
        killing = threading.Timer(MEASURING_SECONDS, running.kill)
        killing.start()
        try:
            yield from running.stdout or ()
        finally:
            killing.cancel()


def _figures(
    play: str, facts: Mapping[str, Any], used: Mapping[str, float]
) -> Iterator[tuple[str, float]]:
    scenario, _, _ = play.partition(":")
    rows = {row["name"]: row for row in facts["rows"]}
    rows |= facts.get("latency_ms", {}) | facts.get("cost", {})
    if not rows:
        return  # a remark says why
    for figure in FIGURES[scenario]:
        if figure.field in used:
            yield figure.name, used[figure.field] * 1000 / facts["requests"]
        else:
            yield figure.name, rows[figure.row][figure.field]
