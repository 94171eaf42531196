"""Folders of signing keys."""

import os
from datetime import datetime
from pathlib import Path

from joserfc.jwk import OKPKey

from app.private_files import write_private
from app.signing_keys import file_time


def put_key(folder: Path, pair: OKPKey, there_since: datetime) -> Path:
    file = folder / f"{file_time(there_since)}-{pair.thumbprint()}.pem"
    write_private(file, pair.as_pem(private=True).decode())
    os.utime(file, times=(there_since.timestamp(),) * 2)
    return file
