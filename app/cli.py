"""The commands. Each imports what it needs when it runs: most need little."""

# ruff: noqa: PLC0415 - a command pays only for its own imports

import argparse
import asyncio
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path

from app import running
from app.errors import CommandError

SDL_FILE = Path("schema/schema.graphql")


def main(arguments: Sequence[str]) -> int:
    parser = _parser()
    chosen = parser.parse_args(arguments)
    try:
        _run(chosen)
    except CommandError as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:  # `run` has its own way to stop
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m app", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    commands.add_parser("run", help="embedded servers, API and worker in one go")
    for name, what in (
        ("serve", "the API"),
        ("worker", "the relay, the consumers and the expiry"),
    ):
        process = commands.add_parser(name, help=what)
        process.add_argument("--settings-from-stdin", action="store_true")
    commands.add_parser("migrate", help="bring the database to the newest version")
    commands.add_parser("seed", help="plant the demo data, or what is new of it today")
    tokens = commands.add_parser("tokens", help="print tokens of seeded customers")
    tokens.add_argument("count", type=int, nargs="?", default=500)
    keys = commands.add_parser("keys", help="the keys that sign tokens")
    doing = keys.add_subparsers(dest="doing", required=True, metavar="WHAT")
    doing.add_parser("list", help="which there are, and what each does")
    doing.add_parser("rotate", help="make a new one, which signs in a minute")
    retire = doing.add_parser("retire", help="take an old one away, and its tokens")
    retire.add_argument("key_id", metavar="KID", help="after -- if it begins with -")
    commands.add_parser("schema", help=f"write {SDL_FILE}")
    commands.add_parser("texts", help="add new texts to the catalogs of languages")
    prepare = commands.add_parser("prepare", help="migrate, and seed when empty")
    prepare.add_argument("--settings-from-stdin", action="store_true")
    return parser


def _run(chosen: argparse.Namespace) -> None:
    match chosen.command:
        case "run":
            from app import run

            run.main(os.environ)
        case "serve":
            from app import serve
            from app.settings import Settings

            _wait_for_settings(chosen)
            serve.main(Settings.load())
        case "worker":
            from app import worker
            from app.settings import Settings

            _wait_for_settings(chosen)
            worker.main(Settings.load())
        case "migrate":
            from persistence import migrate

            migrate.upgrade(running.require(os.environ, "DATABASE_URL"))
        case "seed":
            from seeds import plant

            plant.main(running.require(os.environ, "DATABASE_URL"))
        case "tokens":
            from app import tokens

            keys_dir = running.require(os.environ, "SIGNING_KEYS_DIR")
            print(*tokens.mint(Path(keys_dir), chosen.count), sep="\n")
        case "keys":
            _keys(chosen)
        case "schema" | "texts" as what:
            _write(what)
        case "prepare":
            _prepare(chosen)


def _keys(chosen: argparse.Namespace) -> None:
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


def _write(what: str) -> None:
    from app import sdl, translations

    if what == "schema":
        SDL_FILE.write_text(sdl.text(), "utf-8")
    else:
        translations.update()


def _prepare(chosen: argparse.Namespace) -> None:
    from persistence import migrate
    from seeds import plant

    _wait_for_settings(chosen)
    database_url = running.require(os.environ, "DATABASE_URL")
    if not asyncio.run(migrate.is_current(database_url)):
        print("Migrating the database ...", flush=True)
        migrate.upgrade(database_url)
    if plant.needs_planting(database_url):
        print("Planting the demo data ...", flush=True)
        plant.main(database_url)


def _wait_for_settings(chosen: argparse.Namespace) -> None:
    """The supervisor starts us early, and tells us the settings once all is there."""
    if not chosen.settings_from_stdin:
        return
    told = sys.stdin.readline()
    if not told:  # it gave up
        sys.exit(1)
    os.environ.update(json.loads(told))
