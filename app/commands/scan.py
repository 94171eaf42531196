"""`scan`: a gate for the terminal. It reads codes, one a line."""

import os
import sys
from argparse import Namespace
from getpass import getpass

from app.scanner.client import GateClient, NoConnectionError
from app.scanner.gate import Gate
from app.scanner.scans import Scans
from runtime import run_file
from runtime.errors import CommandError

PASSWORD = "GATE_PASSWORD"  # noqa: S105 # the name of a variable


def run(arguments: Namespace) -> None:
    folder = run_file.data_dir(os.environ) / "gates"
    file = folder / f"{arguments.session}-{_file_name(arguments.gate)}.jsonl"
    password = os.environ.get(PASSWORD) or getpass("Password: ")
    client = GateClient(arguments.url, arguments.email, password)
    gate = Gate(
        client,
        Scans(file),
        _note,
        name=arguments.gate,
        session_id=arguments.session,
        is_offline=arguments.offline,
    )
    try:
        _work(gate)
    finally:
        client.close()


def _work(gate: Gate) -> None:
    try:
        gate.load()
    except NoConnectionError as error:
        raise CommandError(f"The API does not answer: {error}.") from error
    for line in sys.stdin:
        if code := line.strip():
            print(gate.scan(code), flush=True)
        gate.refresh_if_outdated()
    try:
        gate.send()
    except NoConnectionError as error:
        raise CommandError(
            f"The API does not answer: {error}. The scans are kept: the same gate sends"
            " them when it is started again."
        ) from error


def _note(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def _file_name(gate: str) -> str:
    return "".join(letter if letter.isalnum() else "_" for letter in gate)
