"""The words of the command line, and which command they mean."""

import argparse
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from app.commands import actions
from runtime.errors import CommandError

Chosen = argparse.Namespace
Add = Callable[[str, Callable[[Chosen], None], str], argparse.ArgumentParser]


def main(arguments: Sequence[str]) -> int:
    chosen = _parser().parse_args(arguments)
    try:
        chosen.run(chosen)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # `run` has its own way to stop
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m app",
        description="Cinema tickets: its processes, and what operators need.",
    )
    words = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[Chosen], None], what: str
    ) -> argparse.ArgumentParser:
        added = words.add_parser(name, help=what)
        added.set_defaults(run=run)
        return added

    command("run", actions.run, "embedded servers, API and worker in one go")
    for process in (
        command("serve", actions.serve, "the API"),
        command("worker", actions.work, "the relay, the consumers and the expiry"),
        command(
            "prepare",
            actions.prepare,
            "migrate, and seed when there is nothing to sell",
        ),
    ):
        process.add_argument("--settings-from-stdin", action="store_true")
    _add_cluster(words.add_parser("cluster", help="all of it, many times, and NGINX"))
    command("migrate", actions.migrate, "bring the database to the newest version")
    command("seed", actions.seed, "plant the demo data, or what is new of it today")
    tokens = command("tokens", actions.tokens, "print tokens of seeded customers")
    tokens.add_argument("count", type=int, nargs="?", default=500)
    command("schema", actions.schema, f"write {actions.SDL_FILE}")
    command("texts", actions.texts, "add new texts to the catalogs of languages")
    _add_operators_commands(command)
    return parser


def _add_operators_commands(command: Add) -> None:
    keys = command("keys", actions.keys, "the keys that sign tokens")
    doing = keys.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("list", help="which there are, and what each does")
    doing.add_parser("rotate", help="make a new one, which signs in a minute")
    retire = doing.add_parser("retire", help="take an old one away, and its tokens")
    retire.add_argument("key_id", metavar="KID", help="after -- if it begins with -")
    managers = command("managers", actions.managers, "who keeps the catalog")
    doing = managers.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("list", help="who it is")
    for name, what in (
        ("add", "make a customer a manager"),
        ("remove", "make a manager a customer again"),
    ):
        doing.add_parser(name, help=what).add_argument("email", metavar="EMAIL")
    letters = command(
        "dead-letters", actions.dead_letters, "events that nobody could handle"
    )
    letters.add_argument("doing", choices=("list", "show", "replay"))
    letters.add_argument("id", nargs="?", help="as listed; replay without: all of them")
    story = command("story", actions.story, "all that happened to a reservation")
    story.add_argument("reservation_id", metavar="RESERVATION")


def _add_cluster(cluster: argparse.ArgumentParser) -> None:
    cluster.set_defaults(run=actions.cluster)
    cluster.add_argument("--file", type=Path, help="another compose file")
    doing = cluster.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("run", help="start it, and keep it up until Ctrl-C")
    doing.add_parser("status", help="roles, leaders and lags")
    for name, what in (
        ("kill", "end a service without a warning; it starts again"),
        ("stop", "end it in order; it stays down"),
        ("start", "start it again after that"),
        ("pause", "freeze it, its sockets stay open"),
        ("resume", "let it go on"),
    ):
        doing.add_parser(name, help=what).add_argument("service", metavar="SERVICE")
