"""The commands. Each imports what it needs when it runs: most need little."""

# ruff: noqa: PLC0415 - a command pays only for its own imports

import argparse
import json
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from app import running
from app.errors import CommandError

SDL_FILE = Path("schema/schema.graphql")

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
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(
        name: str, run: Callable[[Chosen], None], what: str
    ) -> argparse.ArgumentParser:
        added = commands.add_parser(name, help=what)
        added.set_defaults(run=run)
        return added

    command("run", _run, "embedded servers, API and worker in one go")
    for process in (
        command("serve", _serve, "the API"),
        command("worker", _work, "the relay, the consumers and the expiry"),
        command("prepare", _prepare, "migrate, and seed when there is nothing to sell"),
    ):
        process.add_argument("--settings-from-stdin", action="store_true")
    _add_cluster(
        commands.add_parser("cluster", help="all of it, many times, and NGINX")
    )
    command("migrate", _migrate, "bring the database to the newest version")
    command("seed", _seed, "plant the demo data, or what is new of it today")
    tokens = command("tokens", _tokens, "print tokens of seeded customers")
    tokens.add_argument("count", type=int, nargs="?", default=500)
    command("schema", _schema, f"write {SDL_FILE}")
    command("texts", _texts, "add new texts to the catalogs of languages")
    _add_operators_commands(command)
    return parser


def _add_operators_commands(command: Add) -> None:
    keys = command("keys", _keys, "the keys that sign tokens")
    doing = keys.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("list", help="which there are, and what each does")
    doing.add_parser("rotate", help="make a new one, which signs in a minute")
    retire = doing.add_parser("retire", help="take an old one away, and its tokens")
    retire.add_argument("key_id", metavar="KID", help="after -- if it begins with -")
    managers = command("managers", _managers, "who keeps the catalog")
    doing = managers.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("list", help="who it is")
    for name, what in (
        ("add", "make a customer a manager"),
        ("remove", "make a manager a customer again"),
    ):
        doing.add_parser(name, help=what).add_argument("email", metavar="EMAIL")
    letters = command("dead-letters", _dead_letters, "events that nobody could handle")
    letters.add_argument("doing", choices=("list", "show", "replay"))
    letters.add_argument("id", nargs="?", help="as listed; replay without: all of them")
    story = command("story", _story, "all that happened to a reservation")
    story.add_argument("reservation_id", metavar="RESERVATION")


def _add_cluster(cluster: argparse.ArgumentParser) -> None:
    cluster.set_defaults(run=_cluster)
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


@contextmanager
def _servers_may_be_away() -> Iterator[None]:
    """An operator is told in a sentence; a program that stays up has its log."""
    from persistence.away import is_away

    try:
        yield
    except Exception as error:
        if not is_away(error):
            raise
        why = str(error) or type(error).__name__
        raise CommandError(
            f"A server does not answer ({why}). Whether anything was done is unknown: "
            "it is safe to ask again."
        ) from error


def _cluster(chosen: Chosen) -> None:
    from app.cluster import run, status
    from app.cluster.control import Control

    folder = run.data_dir(os.environ)
    match chosen.doing:
        case "run":
            run.main(chosen.file or run.COMPOSE_FILE, os.environ)
        case "status":
            print(*status.lines(folder), sep="\n")
        case doing:
            getattr(Control(folder), doing)(chosen.service)


def _run(_chosen: Chosen) -> None:
    from app import run

    run.main(os.environ)


def _serve(chosen: Chosen) -> None:
    from app import serve
    from app.settings import Settings

    _wait_for_settings(chosen)
    serve.main(Settings.load())


def _work(chosen: Chosen) -> None:
    from app import worker
    from app.settings import Settings

    _wait_for_settings(chosen)
    worker.main(Settings.load())


def _prepare(chosen: Chosen) -> None:
    from app import preparing

    _wait_for_settings(chosen)
    preparing.prepare(os.environ)


@_servers_may_be_away()
def _migrate(_chosen: Chosen) -> None:
    from app import preparing

    preparing.migrate_database(os.environ)


@_servers_may_be_away()
def _seed(_chosen: Chosen) -> None:
    from seeds import plant

    plant.main(running.require(os.environ, "DATABASE_URL"))


def _tokens(chosen: Chosen) -> None:
    from app import tokens

    keys_dir = running.require(os.environ, "SIGNING_KEYS_DIR")
    print(*tokens.mint(Path(keys_dir), chosen.count), sep="\n")


def _schema(_chosen: Chosen) -> None:
    from app import sdl

    SDL_FILE.write_text(sdl.text(), "utf-8")


def _texts(_chosen: Chosen) -> None:
    from app import translations

    translations.update()


def _keys(chosen: Chosen) -> None:
    from app import keys
    from app.signing_keys import utc_now

    folder = Path(running.require(os.environ, "SIGNING_KEYS_DIR"))
    match chosen.doing:
        case "list":
            print(*keys.listed(folder, utc_now()), sep="\n")
        case "rotate":
            print(keys.rotate(folder))
        case "retire":
            print(keys.retire(folder, chosen.key_id, utc_now()))


@_servers_may_be_away()
def _managers(chosen: Chosen) -> None:
    from app import managers
    from domain.people import Role

    database_url = running.require(os.environ, "DATABASE_URL")
    if chosen.doing == "list":
        print(*managers.listed(database_url), sep="\n")
    else:
        role = Role.MANAGER if chosen.doing == "add" else Role.CUSTOMER
        print(managers.change(database_url, chosen.email, role))


def _dead_letters(chosen: Chosen) -> None:
    from app import operators

    match chosen.doing, chosen.id:
        case "list", _:
            operators.list_dead_letters()
        case "show", None:
            raise CommandError("Say which one, as in `dead-letters show ID`.")
        case "show", letter_id:
            operators.show_dead_letter(letter_id)
        case "replay", letter_id:
            operators.replay_dead_letters(letter_id)


@_servers_may_be_away()
def _story(chosen: Chosen) -> None:
    from app import operators

    operators.tell_story(chosen.reservation_id)


def _wait_for_settings(chosen: Chosen) -> None:
    """The supervisor starts us early, and tells us the settings once all is there."""
    if not chosen.settings_from_stdin:
        return
    told = sys.stdin.readline()
    if not told:  # it gave up
        sys.exit(1)
    os.environ.update(json.loads(told))
