"""The user that a child process runs as: Postgres refuses to be root."""

import os
import subprocess
import sys
from enum import StrEnum
from functools import cache
from pathlib import Path

from stack.embedded import launch


class ProcessUser(StrEnum):
    SELF = "self"
    NAMESPACE = "namespace"
    NOBODY = "nobody"


@cache
def unprivileged_user() -> ProcessUser:
    """SELF, unless we are root: then NAMESPACE if this machine allows it."""
    if os.geteuid() != 0:
        return ProcessUser.SELF
    tried = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), "9"]
    tried += [ProcessUser.NAMESPACE, "none", "/bin/true"]
    allowed = subprocess.run(  # noqa: S603 - our own script
        tried, check=False, stderr=subprocess.DEVNULL
    )
    return ProcessUser.NAMESPACE if allowed.returncode == 0 else ProcessUser.NOBODY


def change_owner(path: Path, user: ProcessUser) -> None:
    """Of a file, or of a folder with all that is in it."""
    if os.geteuid() != 0:
        return
    owner = launch.nobody() if user is ProcessUser.NOBODY else (0, os.getegid())
    if path.stat().st_uid == owner[0]:
        return
    # The top last: its owner shows that all is done.
    for inner in [*path.rglob("*"), path]:
        os.chown(inner, *owner, follow_symlinks=False)
