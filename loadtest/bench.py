"""Compares the working tree with another commit: `make bench BASE=COMMIT`.

One server runs at a time and each measurement has a fresh one. The load comes from the
working tree for both versions, in alternating rounds: base new, new base, ...
"""

import argparse
import json
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from itertools import product
from pathlib import Path
from typing import Any

from loadtest import plays, versions
from loadtest.comparison import FIGURES, Comparison, report, spread
from loadtest.peers import PEERS
from loadtest.plan import Seconds
from loadtest.plays import BenchMeasurement
from loadtest.versions import PeerServer, RunningVersion, Version
from runtime.errors import CommandError

PLAYS = (
    *("plain:500", "stock:500", "noop:500"),
    *("storm:25", "storm:500", "storm:2000", "storm:5000", "crowd:500"),
    *("bystanders:500", "readers:10", "map:25"),
    *("watchers:1", "watchers:100", "watchers:1000", "watchers:5000"),
    *("expiries:1", "page:5", "idle:60"),
)
# What is shown as a part of what a peer does with as many users.
BESIDE = {"plain": ("noop",), "stock": ("noop", "storm", "crowd")}


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    # `finally` clauses stop the server and remove the worktree, also after TERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(128 + signal.SIGTERM))
    try:
        with _versions(chosen) as sides:
            measured = list(_rounds(sides, chosen))
    except (CommandError, OSError, subprocess.SubprocessError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    names = [side.name for side in sides]
    failed = {each.play for each in measured if each.missing == plays.FAILED}
    whole = [play for play in chosen.plays if play not in failed]
    comparisons = [
        *compared(names, whole, measured),
        *beside_peers(names, whole, measured),
    ]
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
    parser.add_argument("--seconds", type=float, default=Seconds.waves)
    parser.add_argument(
        "--plays",
        nargs="+",
        default=PLAYS,
        metavar="SCENARIO:USERS",
        help=f"of {', '.join(FIGURES)}; of page visits, of idle seconds for users",
    )
    parser.add_argument("--json", type=Path, default=Path("bench.json"), metavar="FILE")
    return parser


@contextmanager
def _versions(chosen: argparse.Namespace) -> Iterator[list[Version]]:
    """The base first, if there is one."""
    if chosen.runs:
        yield [RunningVersion(str(folder), folder) for folder in chosen.runs]
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as name:
        folder = Path(name)
        folder.chmod(0o711)  # started by root, Postgres passes through as another user
        new = versions.working_tree(folder)
        if not chosen.base:
            yield [new]
            return
        page = any(play.startswith("page:") for play in chosen.plays)
        with versions.checked_out(chosen.base, folder, page=page) as old:
            yield [old, new]


def _rounds(
    sides: Sequence[Version], chosen: argparse.Namespace
) -> Iterator[BenchMeasurement]:
    for number in range(chosen.rounds):
        for play in chosen.plays:
            # In turns, so that other work on the machine slows both in the same way.
            for side in _playing(play, sides if number % 2 == 0 else sides[::-1]):
                say = f"Round {number + 1} of {chosen.rounds}: {play}, {side.name}"
                print(say, end=" ... ", flush=True)
                measured = plays.measure(side, play, chosen.seconds)
                print(_shown(measured), flush=True)
                yield measured


def _shown(measured: BenchMeasurement) -> str:
    for name, value in measured.figures.items():
        return f"{name} {value:,.1f}"
    return measured.missing


def _playing(play: str, sides: Sequence[Version]) -> Sequence[Version]:
    """A peer plays once a round, for both versions."""
    name, _, _ = play.partition(":")
    return [PeerServer(name)] if name in PEERS else sides


def compared(
    names: Sequence[str], plays: Sequence[str], measured: Sequence[BenchMeasurement]
) -> list[Comparison]:
    """A comparison for each figure of each play."""
    comparisons = []
    for play in plays:
        scenario, _, users = play.partition(":")
        of_peer = [scenario] if scenario in PEERS else names
        for figure in FIGURES[scenario]:
            values = [_values(measured, name, play, figure.name) for name in of_peer]
            if not any(values):
                continue
            title = f"{scenario} of {users}, {figure.name}"
            higher = figure.field == "rate"
            comparisons.append(_comparison(title, values, higher_is_better=higher))
    return comparisons


def beside_peers(
    names: Sequence[str], plays: Sequence[str], measured: Sequence[BenchMeasurement]
) -> Iterator[Comparison]:
    """Each version's rate as a part of the peer's in the same round."""
    for play, (peer, scenarios) in product(plays, BESIDE.items()):
        scenario, _, users = play.partition(":")
        peer_play = f"{peer}:{users}"
        if scenario in scenarios and peer_play in plays:
            rate = FIGURES[scenario][0].name
            peers = _values(measured, peer, peer_play, FIGURES[peer][0].name)
            values = [
                [
                    mine / other
                    for mine, other in zip(
                        _values(measured, name, play, rate), peers, strict=True
                    )
                ]
                for name in names
            ]
            title = f"{scenario} of {users}, rate as a part of {peer}"
            yield _comparison(title, values, higher_is_better=True)


def _comparison(
    title: str, values: Sequence[Sequence[float]], *, higher_is_better: bool
) -> Comparison:
    """`values` of the base, if there is one, and of the new version."""
    base = values[0] if values[1:] else []
    return Comparison(title, base, values[-1], higher_is_better)


def _values(
    measured: Sequence[BenchMeasurement], version: str, play: str, figure: str
) -> list[float]:
    rounds = [m for m in measured if (m.version, m.play) == (version, play)]
    return [each.figures[figure] for each in rounds if each.figures]


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
