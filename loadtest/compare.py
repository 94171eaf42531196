"""Two or more runs side by side: `python -m loadtest.compare FOLDER FOLDER ...`."""

import argparse
import json
import os
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

# Scenario, users, and which of its figures: a row's name and the row's field.
PLAYS = (
    ("storm", 25, "no-op mutation", "rate"),
    ("storm", 25, "reserveSeats", "rate"),
    ("storm", 25, "reserveSeats", "p95"),
    ("storm", 500, "reserveSeats", "rate"),
    ("storm", 500, "reserveSeats", "p95"),
    ("crowd", 500, "reserveSeats", "rate"),
    ("crowd", 500, "reserveSeats", "p95"),
    ("crowd", 500, "reserveSeats", "errors"),
    ("bystanders", 500, "bystanders, quiet", "p50"),
    ("bystanders", 500, "bystanders, quiet", "p95"),
    ("bystanders", 500, "bystanders, storm", "p50"),
    ("bystanders", 500, "bystanders, storm", "p95"),
    ("watchers", 1000, "since the answer", "p50"),
    ("watchers", 1000, "since the answer", "p99"),
)
UNITS = {"rate": "requests/s", "errors": "without a seat"}
Facts = Mapping[str, Any]


def main(arguments: Sequence[str]) -> int:
    parser = argparse.ArgumentParser(prog="python -m loadtest.compare")
    parser.add_argument("folders", nargs="+", help="DATA_DIR of each run")
    parser.add_argument("--rounds", type=int, default=3)
    chosen = parser.parse_args(arguments)
    told: dict[tuple[str, int], dict[str, list[Facts]]] = defaultdict(
        lambda: defaultdict(list)
    )
    for number in range(chosen.rounds):
        for play in dict.fromkeys((name, users) for name, users, _, _ in PLAYS):
            # In turns, so that whatever else the machine does meets all of them.
            for folder in chosen.folders:
                print(f"Round {number + 1}: {play[0]} of {play[1]} on {folder} ...")
                facts = _played(*play, folder)
                if facts is None:
                    return 1
                told[play][folder].append(facts)
    print("", *table(told, chosen.folders), sep="\n")
    return 0


def _played(scenario: str, users: int, folder: str) -> Facts | None:
    """What a process of its own measured, or None when it could not."""
    with tempfile.NamedTemporaryFile(suffix=".json") as file:
        command = (sys.executable, "-m", "loadtest", str(users))
        options = ("--scenario", scenario, "--json", file.name)
        environ = {**os.environ, "DATA_DIR": folder}
        done = subprocess.run(  # noqa: S603 - our own module
            [*command, *options],
            env=environ,
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            print(done.stdout, file=sys.stderr)
        told = Path(file.name).read_bytes()
        facts: Facts | None = json.loads(told) if told else None
        return facts


def table(
    told: Mapping[tuple[str, int], Mapping[str, Sequence[Facts]]],
    folders: Sequence[str],
) -> list[str]:
    """In Markdown, a figure of each round in each cell."""
    lines = [("", *folders)]
    for scenario, users, row, figure in PLAYS:
        name = f"{scenario} of {users}, {row}: {UNITS.get(figure, f'{figure} ms')}"
        runs = [told[scenario, users][folder] for folder in folders]
        cells = [
            ", ".join(_figure(facts, row, figure) for facts in rounds)
            for rounds in runs
        ]
        lines.append((name, *cells))
    rows = [f"| {' | '.join(line)} |" for line in lines]
    return [rows[0], "|---" * (1 + len(folders)) + "|", *rows[1:]]


def _figure(facts: Facts, row: str, figure: str) -> str:
    measured = facts.get("latency_ms", {}).get(row) or next(
        found for found in facts["rows"] if found["name"] == row
    )
    return f"{measured[figure]:,.0f}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
