"""The data folder of a run: one version of data, used by one run at a time."""

import fcntl
import os
import time
from pathlib import Path
from typing import Self

from runtime.errors import CommandError
from stack.embedded.process_user import ProcessUser, unprivileged_user

VERSION = "cinema-tickets data 1 (Postgres 18, Valkey 9)\n"
# What may exist before VERSION does; `make cluster` has its folder in here.
BEFORE_VERSION = {"lock", "VERSION", "cluster"}
# After a kill the children of the last run need a moment to end.
PATIENCE_SECONDS = 3.0


class DataFolder:
    """The constructor locks the folder; `release` it when every child has ended.

    Children inherit the lock, so a folder is in use until the last of them ends.
    """

    def __init__(self, path: Path, patience: float = PATIENCE_SECONDS) -> None:
        self.path = path.absolute()
        self.logs = self.path / "logs"
        try:
            self.path.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._refuse_other_versions()
            self.lock = self._claim(patience)
            self.logs.mkdir(mode=0o700, exist_ok=True)
            (self.path / "VERSION").write_text(VERSION, "utf-8")
            # A Postgres that runs as another user must reach its own folder inside.
            passable = unprivileged_user() is ProcessUser.NOBODY
            self.path.chmod(0o711 if passable else 0o700)
        except OSError as error:
            raise CommandError(
                f"The data folder {self.path} cannot be used ({error.strerror}): "
                "set DATA_DIR to a folder that you may write to."
            ) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        self.release()

    def release(self) -> None:
        os.close(self.lock)

    def _refuse_other_versions(self) -> None:
        marker = self.path / "VERSION"
        version = marker.read_text("utf-8") if marker.exists() else ""
        # An empty version: a run was killed before it wrote one.
        fresh = {inner.name for inner in self.path.iterdir()} <= BEFORE_VERSION
        if version == VERSION or (fresh and not version):
            return
        found = version.strip() or "something else"
        raise CommandError(
            f"The data folder {self.path} holds {found}, not {VERSION.strip()}: "
            "set DATA_DIR to another folder, or move this one elsewhere."
        )

    def _claim(self, patience: float) -> int:
        descriptor = os.open(self.path / "lock", os.O_RDWR | os.O_CREAT, 0o600)
        until = time.monotonic() + patience
        while True:
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                if time.monotonic() < until:
                    time.sleep(0.02)
                    continue
                holder = os.read(descriptor, 20).decode().strip() or "unknown"
                os.close(descriptor)
                raise CommandError(
                    f"The data folder {self.path} is in use by another run (process "
                    f"{holder}): stop that one, or set DATA_DIR to another folder."
                ) from None
            os.ftruncate(descriptor, 0)
            os.write(descriptor, f"{os.getpid()}\n".encode())
            return descriptor
