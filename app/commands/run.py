"""`run`: embedded servers, API and worker on this machine, until Ctrl-C."""

import os
from argparse import Namespace
from datetime import UTC, datetime
from pathlib import Path

from stack import run as stack_run


def run(_arguments: Namespace) -> None:
    stack_run.main(os.environ, signing_keys)


def signing_keys(data_folder: Path) -> Path:
    """The folder of the keys; the first run makes a key, later ones keep it.

    So tokens of the last run stay valid in the next.
    """
    keys = data_folder / "signing-keys"
    keys.mkdir(mode=0o700, exist_ok=True)
    _move_single_key(data_folder / "signing-key.pem", keys)
    if not any(keys.glob("*.pem")):
        from auth.signing_keys import make_key  # noqa: PLC0415 # slow, needed once

        make_key(keys)
    return keys


def _move_single_key(single_key: Path, keys: Path) -> None:
    """Old data folders have one key, beside the folder of today's keys."""
    if single_key.exists():
        from auth.signing_keys import file_time  # noqa: PLC0415 # slow, needed once

        made_at = datetime.fromtimestamp(single_key.stat().st_mtime, UTC)
        single_key.rename(keys / f"{file_time(made_at)}.pem")
