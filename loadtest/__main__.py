"""The load test's command line: `python -m loadtest USERS [--scenario NAME]`."""

# ruff: noqa: PLC0415 - gevent patches the sockets before anything imports them

import argparse
import json
import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from loadtest import plan
from loadtest.plan import Seconds
from loadtest.report import Report
from runtime.errors import CommandError

SCENARIOS = (
    *("storm", "crowd", "best", "bystanders", "readers"),
    *("noop", "map", "watchers", "expiries", "webhooks", "door", "page"),
)


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        _refuse_too_many(chosen.users, chosen.scenario)
        seconds = Seconds(chosen.seconds, chosen.noop_seconds)
        report = _scenario(chosen.scenario)(chosen.users, seconds)
        print(report.text())
        if chosen.json:
            chosen.json.write_text(json.dumps(report.facts(), indent=2) + "\n", "utf-8")
    except (CommandError, OSError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 1 if report.complaints else 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m loadtest", description=__doc__)
    parser.add_argument("users", type=int, metavar="USERS")
    parser.add_argument("--scenario", choices=SCENARIOS, default="storm")
    parser.add_argument(
        "--seconds", type=float, default=Seconds.waves, help="of waves (%(default)s)"
    )
    parser.add_argument(
        "--noop-seconds",
        type=float,
        default=Seconds.noops,
        help="of no-ops before the waves of a storm or a crowd, and again after them"
        " (%(default)s)",
    )
    parser.add_argument("--json", type=Path, metavar="FILE", help="the figures, too")
    return parser


def _refuse_too_many(users: int, scenario: str) -> None:
    limits = {
        "watchers": plan.MAX_WATCHERS,
        "expiries": plan.MAX_WATCHERS,
        "storm": plan.MAX_STORM,
        "bystanders": plan.MAX_TOKENS - plan.BYSTANDERS,
        "webhooks": plan.MAX_EVENTS,
        "door": plan.MAX_GATES,
        "page": plan.MAX_VISITS,
        "readers": plan.MAX_TOKENS - 6 * plan.BYSTANDERS,
    }
    limit = limits.get(scenario, plan.MAX_TOKENS)
    if not 1 <= users <= limit:
        raise CommandError(f"USERS is {users}: {scenario} takes from 1 to {limit}.")


def _scenario(name: str) -> Callable[[int, Seconds], Report]:
    if name == "watchers":
        from loadtest import watchers

        return lambda users, _: watchers.run(os.environ, users)
    if name == "expiries":
        from loadtest import expiries

        return lambda users, _: expiries.run(os.environ, users)
    if name == "door":
        from loadtest import door

        return lambda users, _: door.run(os.environ, users)

    if name == "page":
        from loadtest import page

        return lambda users, _: page.run(os.environ, users)

    # Before any import that opens sockets: gevent replaces the socket module.
    from gevent import monkey

    monkey.patch_all()
    from loadtest import scenarios

    scenario = scenarios.SCENARIOS[name]
    return lambda users, seconds: scenario(os.environ, users, seconds)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
