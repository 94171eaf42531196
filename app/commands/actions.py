"""What each command does. Each imports what it needs when it runs: most need little."""

# ruff: noqa: PLC0415 - a command pays only for its own imports

import json
import os
import sys
from argparse import Namespace as Chosen
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from runtime import run_file
from runtime.errors import CommandError

SDL_FILE = Path("schema/schema.graphql")


@contextmanager
def _servers_may_be_away() -> Iterator[None]:
    """An operator is told in a sentence; a program that stays up has its log."""
    from persistence.outages import is_unavailable

    try:
        yield
    except Exception as error:
        if not is_unavailable(error):
            raise
        why = str(error) or type(error).__name__
        raise CommandError(
            f"A server does not answer ({why}). Whether anything was done is unknown: "
            "it is safe to ask again."
        ) from error


def cluster(chosen: Chosen) -> None:
    from stack.cluster import run, status
    from stack.cluster.control import Control

    folder = run.data_dir(os.environ)
    match chosen.doing:
        case "run":
            run.main(chosen.file or run.COMPOSE_FILE, os.environ)
        case "status":
            print(*status.lines(folder), sep="\n")
        case doing:
            getattr(Control(folder), doing)(chosen.service)


def run(_chosen: Chosen) -> None:
    from app.first_keys import signing_keys
    from stack import run

    run.main(os.environ, signing_keys)


def serve(chosen: Chosen) -> None:
    from app import serve
    from app.settings import Settings

    _wait_for_settings(chosen)
    serve.main(Settings.load())


def work(chosen: Chosen) -> None:
    from app import worker
    from app.settings import Settings

    _wait_for_settings(chosen)
    worker.main(Settings.load())


def prepare(chosen: Chosen) -> None:
    from app.commands import prepare

    _wait_for_settings(chosen)
    prepare.prepare(os.environ)


@_servers_may_be_away()
def migrate(_chosen: Chosen) -> None:
    from app.commands import prepare

    prepare.migrate_database(os.environ)


@_servers_may_be_away()
def seed(_chosen: Chosen) -> None:
    from seeds import plant

    plant.main(run_file.require(os.environ, "DATABASE_URL"))


def tokens(chosen: Chosen) -> None:
    from app.commands import tokens

    keys_dir = run_file.require(os.environ, "SIGNING_KEYS_DIR")
    print(*tokens.mint(Path(keys_dir), chosen.count), sep="\n")


def schema(_chosen: Chosen) -> None:
    from app.commands import sdl

    SDL_FILE.write_text(sdl.text(), "utf-8")


def texts(_chosen: Chosen) -> None:
    from app.commands import translations

    translations.update()


def keys(chosen: Chosen) -> None:
    from app.commands import keys
    from auth.signing_keys import utc_now

    folder = Path(run_file.require(os.environ, "SIGNING_KEYS_DIR"))
    match chosen.doing:
        case "list":
            print(*keys.listed(folder, utc_now()), sep="\n")
        case "rotate":
            print(keys.rotate(folder))
        case "retire":
            print(keys.retire(folder, chosen.key_id, utc_now()))


@_servers_may_be_away()
def managers(chosen: Chosen) -> None:
    from app.commands import managers
    from domain.people import Role

    database_url = run_file.require(os.environ, "DATABASE_URL")
    if chosen.doing == "list":
        print(*managers.listed(database_url), sep="\n")
    else:
        role = Role.MANAGER if chosen.doing == "add" else Role.CUSTOMER
        print(managers.change(database_url, chosen.email, role))


def dead_letters(chosen: Chosen) -> None:
    from app.commands import operators

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
def story(chosen: Chosen) -> None:
    from app.commands import operators

    operators.tell_story(chosen.reservation_id)


def _wait_for_settings(chosen: Chosen) -> None:
    """The supervisor starts us early, and tells us the settings once all is there."""
    if not chosen.settings_from_stdin:
        return
    told = sys.stdin.readline()
    if not told:  # it gave up
        sys.exit(1)
    os.environ.update(json.loads(told))
