"""Folders of signing keys."""

import os
from datetime import datetime
from pathlib import Path

from joserfc.jwk import OKPKey

from auth.signing_keys import file_time
from runtime.private_files import write_private


def put_key(folder: Path, pair: OKPKey, there_since: datetime) -> Path:
    file = folder / f"{file_time(there_since)}-{pair.thumbprint()}.pem"
    write_private(file, pair.as_pem(private=True).decode())
    os.utime(file, times=(there_since.timestamp(),) * 2)
    return file
