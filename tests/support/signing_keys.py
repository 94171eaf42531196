"""Folders of signing keys."""

import os
from datetime import datetime
from pathlib import Path

from joserfc.jwk import OKPKey

from auth.signing_keys import file_time, make_first_key, make_key
from auth.ticket_keys import FOLDER
from runtime.private_files import write_private


def make_keys(folder: Path) -> None:
    """One that signs tokens, and one that signs tickets."""
    make_key(folder)
    make_first_key(folder / FOLDER)


def put_key(folder: Path, pair: OKPKey, there_since: datetime) -> Path:
    file = folder / f"{file_time(there_since)}-{pair.thumbprint()}.pem"
    write_private(file, pair.as_pem(private=True).decode())
    os.utime(file, times=(there_since.timestamp(),) * 2)
    return file
