"""`ticket-keys`: lists, adds and deletes the keys that sign the codes of tickets."""

import os
from argparse import Namespace
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from app.commands import keys
from app.commands.keys import Ring, utc
from app.key_errors import key_errors_explained
from auth.ticket_keys import FOLDER, SETTLING
from runtime import run_file


@key_errors_explained("TICKET_KEYS_DIR", "ticket-keys")
def run(arguments: Namespace) -> None:
    keys.act(TICKETS, folder_of(os.environ), arguments)


def folder_of(environ: Mapping[str, str]) -> Path:
    """TICKET_KEYS_DIR, or else the folder in SIGNING_KEYS_DIR."""
    own = run_file.environment(environ).get("TICKET_KEYS_DIR")
    return Path(own or run_file.require(environ, "SIGNING_KEYS_DIR") + f"/{FOLDER}")


def _state(last_signed_at: datetime, _now: datetime) -> str:
    return f"verifies; signed until {utc(last_signed_at)}"


def _loss(last_signed_at: datetime, _now: datetime) -> str:
    return (
        f"Codes from before {utc(last_signed_at)} are refused in ten seconds: who has "
        "one finds a new one at the same ticket."
    )


TICKETS = Ring("ticket-keys", SETTLING, _state, _loss)
