"""The command line: parses it, then runs the file of the command that was chosen."""

import argparse
import os
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Sequence
from importlib import import_module
from pathlib import Path

from runtime import secret_files
from runtime.errors import CommandError

AddCommand = Callable[[str, str], ArgumentParser]


def main(arguments: Sequence[str]) -> int:
    """The exit code; a CommandError is one sentence on stderr."""
    parsed = _parser().parse_args(arguments)
    try:
        os.environ.update(secret_files.read(os.environ))
        _run(parsed)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # `run` has its own way to stop
        return 130
    return 0


def _run(parsed: argparse.Namespace) -> None:
    """Imports only this command's file: most commands need few of our modules."""
    name = parsed.command
    try:
        command = import_module(f"app.commands.{name.replace('-', '_')}")
    except ModuleNotFoundError as error:
        if error.name != "stack":
            raise
        raise CommandError(
            f"`{name}` is not in this image: it starts servers with stack/, which only"
            " a checkout of the project has."
        ) from None
    command.run(parsed)


def _parser() -> ArgumentParser:
    parser = ArgumentParser(
        prog="python -m app",
        description="Cinema tickets: its processes and the commands of operators.",
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")

    def add(name: str, help_text: str) -> ArgumentParser:
        return commands.add_parser(name, help=help_text)

    _add_processes(add)
    _add_cluster(add("cluster", "run every server several times, behind NGINX"))
    migrate = add("migrate", "bring the database to the newest version")
    migrate.add_argument(
        "--check", action="store_true", help="only show which rows it would change"
    )
    add("seed", "add the demo data, or today's part of it")
    tokens = add("tokens", "print tokens of seeded customers")
    tokens.add_argument("count", type=int, nargs="?", default=500)
    add("schema", "write schema/schema.graphql and possible-types.json")
    add("texts", "add new texts to the translation catalogs")
    _add_operator_commands(add)
    return parser


def _add_processes(add: AddCommand) -> None:
    add("run", "run embedded servers, the API and the worker")
    for name, help_text in (
        ("serve", "run the API"),
        ("worker", "run the relay, the consumers and the expiry of holds"),
        ("prepare", "migrate, and seed a database that has no sessions"),
    ):
        process = add(name, help_text)
        process.add_argument("--settings-from-stdin", action="store_true")


def _add_operator_commands(add: AddCommand) -> None:
    _add_keys(add("keys", "the keys that sign access tokens"), "minute", "tokens")
    _add_keys(add("ticket-keys", "the keys that sign tickets"), "day", "tickets")
    _add_gate(add("scan", "a gate for the terminal: reads codes, one a line"))
    _add_managers(add("managers", "the people who work in the cinemas"))
    letters = add("dead-letters", "the events that a consumer could not handle")
    letters.add_argument("action", choices=("list", "show", "replay"))
    letters.add_argument("id", nargs="?", help="as listed; `replay` without: all")
    story = add("story", "show everything that happened to a reservation")
    story.add_argument("reservation_id", metavar="RESERVATION")
    again = add("refund-again", "send a refund that the provider has refused again")
    again.add_argument("refund_id", metavar="REFUND")
    money = add("money", "compare the payment provider's report of a day with our rows")
    money.add_argument("day", metavar="DAY", help="as in 2026-11-29, UTC")


def _add_keys(keys: ArgumentParser, settling: str, signed: str) -> None:
    actions = keys.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="show each key and what it is used for")
    actions.add_parser("rotate", help=f"make a new key, which signs after a {settling}")
    retire = actions.add_parser(
        "retire", help=f"delete a key: its {signed} are refused"
    )
    retire.add_argument("key_id", metavar="KID", help="after -- if it begins with -")


def _add_gate(gate: ArgumentParser) -> None:
    gate.add_argument("--gate", required=True, help="its name, for people")
    gate.add_argument("--session", required=True, metavar="ID")
    gate.add_argument("--email", required=True, help="of who stands there")
    gate.add_argument("--url", default="http://127.0.0.1:3333", help="of the API")
    gate.add_argument(
        "--offline", action="store_true", help="judge alone, and send all at the end"
    )


def _add_managers(managers: ArgumentParser) -> None:
    actions = managers.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("list", help="show all managers, cashiers and ushers")
    appoint = actions.add_parser("add", help="make somebody a manager, or change it")
    appoint.add_argument("email", metavar="EMAIL")
    appoint.add_argument(
        "--role", choices=("manager", "cashier", "usher"), default="manager"
    )
    appoint.add_argument(
        "--cinema",
        action="append",
        default=[],
        help="a cinema by name or id, once for each; without it a manager has all",
    )
    remove = actions.add_parser("remove", help="make them a customer again")
    remove.add_argument("email", metavar="EMAIL")


def _add_cluster(cluster: ArgumentParser) -> None:
    cluster.add_argument("--file", type=Path, help="another compose file")
    actions = cluster.add_subparsers(dest="action", required=True, metavar="ACTION")
    actions.add_parser("run", help="start it, and keep it up until Ctrl-C")
    actions.add_parser("status", help="show roles, leaders and lags")
    for name, help_text in (
        ("kill", "kill a service; it is started again"),
        ("stop", "stop a service in order; it stays down"),
        ("start", "start a stopped service"),
        ("pause", "freeze a service; its sockets stay open"),
        ("resume", "let a frozen service go on"),
    ):
        action = actions.add_parser(name, help=help_text)
        action.add_argument("service", metavar="SERVICE")
