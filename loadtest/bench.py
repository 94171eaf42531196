"""Compares the working tree with another commit: `make bench BASE=COMMIT`.

One server runs at a time and each measurement has a fresh one. The load comes from the
working tree for both versions, in alternating rounds: base new, new base, ...
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from loadtest import api_process, plan, versions
from loadtest.comparison import FIGURES, Comparison, report, spread
from loadtest.versions import RunningVersion, SourceVersion
from runtime.errors import CommandError

PLAYS = ("noop:500", "storm:500", "crowd:500", "watchers:1", "idle:60")
MEASURING_SECONDS = 180  # the load test ends by itself within two minutes
Version = RunningVersion | SourceVersion


@dataclass(frozen=True)
class BenchMeasurement:
    """`figures` by name; `load` is the machine's load average just before it."""

    version: str
    play: str
    load: float
    figures: Mapping[str, float]
    complaints: Sequence[str]


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    # `finally` clauses stop the server and remove the worktree, also after TERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with _versions(chosen.base, chosen.runs) as sides:
            measured = list(_rounds(sides, chosen))
    except (CommandError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    names = [side.name for side in sides]
    comparisons = compared(names, chosen.plays, measured)
    print("", *report(names, comparisons), "", sep="\n")
    for name in names:
        loads = [each.load for each in measured if each.version == name]
        print(f"Load average before its measurements, {name}: {spread(loads)}")
    complaints = [c for each in measured for c in each.complaints]
    for complaint in complaints:
        print(f"FAILED  {complaint}")
    facts = _facts(names, comparisons, measured)
    chosen.json.write_text(json.dumps(facts, indent=2) + "\n", "utf-8")
    print(f"All figures are in {chosen.json}.")
    return 1 if complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m loadtest.bench", description=__doc__
    )
    sides = parser.add_mutually_exclusive_group()
    sides.add_argument("--base", metavar="COMMIT", help="what to compare with")
    sides.add_argument(
        "--runs",
        nargs=2,
        type=Path,
        metavar="DATA_DIR",
        help="compare two runs in progress instead, the base first",
    )
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=plan.SECONDS)
    parser.add_argument(
        "--plays",
        nargs="+",
        default=PLAYS,
        metavar="SCENARIO:USERS",
        help=f"of {', '.join(FIGURES)}; of idle the seconds instead of users",
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"), metavar="FILE")
    return parser


@contextmanager
def _versions(base: str | None, runs: Sequence[Path] | None) -> Iterator[list[Version]]:
    """The base first, if there is one."""
    if runs:
        yield [RunningVersion(str(folder), folder) for folder in runs]
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # started by root, Postgres passes through as another user
        new = versions.working_tree(folder)
        if not base:
            yield [new]
            return
        with versions.checked_out(base, folder) as old:
            yield [old, new]


def _rounds(
    sides: Sequence[Version], chosen: argparse.Namespace
) -> Iterator[BenchMeasurement]:
    for number in range(chosen.rounds):
        for play in chosen.plays:
            # In turns, so that other work on the machine slows both in the same way.
            for side in sides if number % 2 == 0 else reversed(sides):
                say = f"Round {number + 1} of {chosen.rounds}: {play}, {side.name}"
                print(say, end=" ... ", flush=True)
                measured = _measured(side, play, chosen.seconds)
                name, value = next(iter(measured.figures.items()))
                print(f"{name} {value:,.1f}", flush=True)
                yield measured


def _measured(version: Version, play: str, seconds: float) -> BenchMeasurement:
    load = os.getloadavg()[0]
    if play.startswith("idle:"):
        figures = dict(_idle(version, float(play.partition(":")[2])))
        return BenchMeasurement(version.name, play, load, figures, [])
    with version.serving() as environment:
        apis = api_process.find_apis(version.data_dir)
        before = _cpu_seconds(version, apis)
        facts = _loaded(environment, play, seconds)
        cpu = _cpu_seconds(version, apis) - before
    figures = dict(_figures(play, facts, cpu))
    complaints = [f"{play}, {version.name}: {c}" for c in facts["complaints"]]
    return BenchMeasurement(version.name, play, load, figures, complaints)


def _idle(version: Version, seconds: float) -> Iterator[tuple[str, float]]:
    """What everything together uses while nobody asks for anything."""
    with version.serving():
        time.sleep(plan.IDLE_SETTLING_SECONDS)
        processes = api_process.find_all(version.data_dir)
        before = sum(api_process.cpu_seconds(each) or 0.0 for each in processes)
        time.sleep(seconds)
        used = sum(api_process.cpu_seconds(each) or 0.0 for each in processes) - before
    for figure in FIGURES["idle"]:
        yield figure.name, used * 100 / seconds


def _cpu_seconds(version: Version, apis: Sequence[int]) -> float:
    seconds = [api_process.cpu_seconds(api) for api in apis]
    if not seconds or None in seconds:
        raise CommandError(f"An API process of {version.name} is gone.")
    return sum(filter(None, seconds))


def _loaded(
    environment: Mapping[str, str], play: str, seconds: float
) -> dict[str, Any]:
    """What a load test in a process of its own says in JSON."""
    scenario, _, users = play.partition(":")
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        options = ("--scenario", scenario, "--seconds", str(seconds))
        done = subprocess.run(  # noqa: S603 - our own module
            [sys.executable, "-m", "loadtest", users, *options, "--json", file.name],
            cwd=versions.ROOT,
            env=dict(environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
            timeout=MEASURING_SECONDS,
        )
        said = Path(file.name).read_bytes()
    if not said:
        raise CommandError(f"The load test failed: {done.stdout.strip()}")
    facts: dict[str, Any] = json.loads(said)
    return facts


def _figures(
    play: str, facts: Mapping[str, Any], cpu: float
) -> Iterator[tuple[str, float]]:
    scenario, _, _ = play.partition(":")
    rows = {row["name"]: row for row in facts["rows"]} | facts.get("latency_ms", {})
    for figure in FIGURES[scenario]:
        if figure.field == "cpu":
            yield figure.name, cpu * 1000 / facts["requests"]
        else:
            yield figure.name, rows[figure.row][figure.field]


def compared(
    names: Sequence[str], plays: Sequence[str], measured: Sequence[BenchMeasurement]
) -> list[Comparison]:
    """A comparison for each figure of each play."""
    comparisons = []
    for play in plays:
        scenario, _, users = play.partition(":")
        for figure in FIGURES[scenario]:
            values = [_values(measured, name, play, figure.name) for name in names]
            base = values[0] if values[1:] else []
            title = f"{scenario} of {users}, {figure.name}"
            higher = figure.field == "rate"
            comparisons.append(Comparison(title, base, values[-1], higher))
    return comparisons


def _values(
    measured: Sequence[BenchMeasurement], version: str, play: str, figure: str
) -> list[float]:
    rounds = [m for m in measured if (m.version, m.play) == (version, play)]
    return [each.figures[figure] for each in rounds]


def _facts(
    names: Sequence[str],
    comparisons: Sequence[Comparison],
    measured: Sequence[BenchMeasurement],
) -> dict[str, Any]:
    return {
        "versions": names,
        "comparisons": [
            {**asdict(each), "ratio": each.ratio, "verdict": each.verdict()}
            for each in comparisons
        ],
        "measurements": [asdict(each) for each in measured],
    }


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
