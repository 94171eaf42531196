"""What a run in progress tells the other commands: the settings that lead to it."""

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
        told = json.loads((data_dir(environ) / FILE).read_text("utf-8"))
    except (FileNotFoundError, NotADirectoryError, PermissionError):
        return dict(environ)
    if not _in_use(data_dir(environ)):  # it was killed and could not take its file away
        return dict(environ)
    return {**told["environment"], **environ}


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
    """By its lock: the number of a process that was killed may be another's by now."""
    with suppress(FileNotFoundError), (folder / "lock").open() as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
