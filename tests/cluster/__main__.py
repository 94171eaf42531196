"""The driver: `python -m tests.cluster [--seed N] [--scenario NAME]... [--quick]`.

With `--target compose` the scenarios of CONTAINERS run on a Docker engine.
"""

import argparse
import asyncio
import logging
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

import orjson

from runtime.errors import CommandError
from tests.cluster.campaign import Result, ScenarioUnavailableError, play
from tests.cluster.cluster_scenarios import CLUSTER_SCENARIOS, CONTAINERS
from tests.cluster.evidence import AS_JSON
from tests.cluster.mail import campaign as mail_campaign
from tests.cluster.mail.evidence import AS_JSON as OF_MAIL
from tests.cluster.mail.scenarios import MAIL
from tests.cluster.money import campaign as money_campaign
from tests.cluster.money.evidence import AS_JSON as OF_MONEY
from tests.cluster.money.scenarios import CLUSTER_MONEY, MONEY
from tests.cluster.report import table
from tests.cluster.scenario import Scenario
from tests.cluster.scenarios import SCENARIOS as EMBEDDED
from tests.compose import images

SCENARIOS = (*EMBEDDED, *MONEY, *MAIL, *CLUSTER_SCENARIOS, *CLUSTER_MONEY)
FOLDER = Path(".campaign")
RESULTS = FOLDER / "results.jsonl"
SHOWN = 5


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    scenarios = [
        scenario
        for scenario in SCENARIOS
        if (scenario.name in chosen.scenario if chosen.scenario else True)
        and (scenario.quick or not chosen.quick)
        and (scenario.name in CONTAINERS or chosen.target == "processes")
    ]
    # It logs every broken connection, and we break them on purpose.
    logging.getLogger("asyncio").setLevel(logging.ERROR)
    FOLDER.mkdir(exist_ok=True)
    if chosen.table:
        print(*table(_recorded_results()), sep="\n")
        return 0
    in_containers = chosen.target == "compose"
    stand_ins = images.provide(print) if in_containers else []
    results = []
    for number, scenario in enumerate(scenarios, start=1):
        print(f"[{number} of {len(scenarios)}] ", end="")
        results.append(_run(scenario, chosen.seed, in_containers=in_containers))
        with RESULTS.open("ab") as log:
            log.write(orjson.dumps(asdict(results[-1])) + b"\n")
    images.remove(stand_ins)
    print("", *table(results), sep="\n")
    return 1 if any(result.verdict == "RED" for result in results) else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m tests.cluster")
    parser.add_argument("--seed", type=int, default=int(time.time()))
    names = [scenario.name for scenario in SCENARIOS]
    parser.add_argument("--scenario", action="append", choices=names, default=[])
    targets = ("processes", "compose")
    parser.add_argument("--target", choices=targets, default="processes")
    parser.add_argument("--quick", action="store_true", help="those of every change")
    parser.add_argument("--table", action="store_true", help="the last results alone")
    return parser


def _recorded_results() -> list[Result]:
    """The last result of each scenario and seed, in the order of the scenarios."""
    lines = RESULTS.read_bytes().splitlines() if RESULTS.exists() else []
    found = [Result(**orjson.loads(line)) for line in lines]
    order = [scenario.name for scenario in SCENARIOS]
    last = {(order.index(one.scenario), one.seed): one for one in found}
    return [last[key] for key in sorted(last)]


def _run(scenario: Scenario, seed: int, *, in_containers: bool) -> Result:
    print(f"{scenario.name} (SEED={seed}): {scenario.expected} ...", flush=True)
    began = time.monotonic()
    try:
        result, evidence = _played(scenario, seed, in_containers=in_containers)
    except ScenarioUnavailableError as error:
        result = Result(scenario=scenario.name, seed=seed, faults=[])
        result.skipped = str(error)
        return result
    except CommandError as error:
        result = Result(scenario=scenario.name, seed=seed, faults=[])
        result.complaints = {"the programs have to start": [str(error)]}
        print(f"  RED: the programs do not start: {error}", flush=True)
        return result
    if scenario.wrapper:
        _invert_verdict(result)
    elif result.complaints:
        file = FOLDER / f"{scenario.name}-{seed}.json"
        file.write_bytes(evidence)
        print(f"  the evidence is in {file}")
    if result.outcomes:
        counts = (f"{count} {name}" for name, count in sorted(result.outcomes.items()))
        print(f"  {', '.join(counts)}")
    for promise, violations in result.complaints.items():
        print(f"  {promise}: {len(violations)}", *violations[:SHOWN], sep="\n    ")
    print(
        f"  {result.verdict}: {result.operations} operations,"
        f" {result.unknowns} unknown, {time.monotonic() - began:.0f} s"
        f" on a machine {result.slowness:.1f} times slower than idle",
        flush=True,
    )
    return result


def _played(
    scenario: Scenario, seed: int, *, in_containers: bool
) -> tuple[Result, bytes]:
    """The evidence is JSON."""
    if scenario.money:
        result, money = asyncio.run(money_campaign.play(scenario, seed))
        return result, OF_MONEY.dump_json(money)
    if scenario.mail:
        result, mails = asyncio.run(mail_campaign.play(scenario, seed))
        return result, OF_MAIL.dump_json(mails)
    result, evidence = asyncio.run(play(scenario, seed, in_containers=in_containers))
    return result, AS_JSON.dump_json(evidence)


def _invert_verdict(result: Result) -> None:
    """For a program without guards: green only if the judge found violations."""
    broken = sorted(promise.split()[0] for promise in result.complaints)
    print(f"  broken, as expected: {', '.join(broken) or 'nothing'}")
    missed = {"checker": ["it found no seat that two customers held"]}
    result.complaints = {} if "1" in broken else missed


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
