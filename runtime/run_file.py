"""The settings of a running system, in a file for the other commands."""

import fcntl
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path

from runtime.errors import CommandError

FILE = "run.json"


def data_dir(environ: Mapping[str, str]) -> Path:
    return Path(environ.get("DATA_DIR") or ".data")


def environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The given settings, completed by those of the run in DATA_DIR if there is one."""
    try:
        run = json.loads((data_dir(environ) / FILE).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return dict(environ)
    if not _in_use(data_dir(environ)):  # it was killed and left its file behind
        return dict(environ)
    return {**run["environment"], **environ}


def require(environ: Mapping[str, str], name: str) -> str:
    """One setting, from the environment or from the run in DATA_DIR."""
    value = environment(environ).get(name)
    if value:
        return value
    raise CommandError(
        f"{name} is not set and nothing runs in {data_dir(environ)}: "
        f"start it with `make run`, or set {name}."
    )


def as_json(settings: Mapping[str, str]) -> str:
    return json.dumps({"pid": os.getpid(), "environment": dict(settings)}, indent=2)


def _in_use(folder: Path) -> bool:
    """Judged by the lock: the pid of a killed process may be another process by now."""
    with suppress(FileNotFoundError), (folder / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
