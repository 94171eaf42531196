"""Who Postgres runs as: it refuses to be root."""

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
    """Ourselves, or what root can best pretend to be on this machine."""
    if os.geteuid() != 0:
        return ProcessUser.SELF
    tried = [sys.executable, "-I", "-S", launch.__file__, str(os.getpid()), "9"]
    tried += [ProcessUser.NAMESPACE, "none", "/bin/true"]
    allowed = subprocess.run(  # noqa: S603 - our own script
        tried, check=False, stderr=subprocess.DEVNULL
    )
    return ProcessUser.NAMESPACE if allowed.returncode == 0 else ProcessUser.NOBODY


def change_owner(path: Path, user: ProcessUser) -> None:
    """Make the user the owner of a file or a whole folder."""
    if os.geteuid() != 0:
        return
    owner = launch.nobody() if user is ProcessUser.NOBODY else (0, os.getegid())
    if path.stat().st_uid == owner[0]:
        return
    for inner in [*path.rglob("*"), path]:  # the top last: it says that all is done
        os.chown(inner, *owner, follow_symlinks=False)
