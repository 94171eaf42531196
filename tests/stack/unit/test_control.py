import select
import socket
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from runtime.errors import CommandError
from stack.cluster.control import Control, ControlSocket, _socket_path


class FakeCluster:
    def __init__(self) -> None:
        self.done: list[tuple[str, str]] = []

    def do(self, do: str, service: str) -> Any:
        if service == "nobody":
            raise CommandError("There is no service 'nobody'.")
        self.done.append((do, service))
        return {"api-1": {"state": "down"}} if do == "services" else None


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    deep = tmp_path / ("deep-" * 20) / "data"  # longer than a socket's path may be
    deep.mkdir(parents=True)
    return deep


@pytest.fixture
def cluster(folder: Path) -> Iterator[FakeCluster]:
    cluster = FakeCluster()
    control = ControlSocket(folder, cluster.do)
    stopping = threading.Event()

    def serve() -> None:
        while not stopping.is_set():
            select.select([control.socket], [], [], 0.02)
            control.answer()

    serving = threading.Thread(target=serve)
    serving.start()
    yield cluster
    stopping.set()
    serving.join()
    control.close()


def test_what_is_told_is_done(folder: Path, cluster: FakeCluster) -> None:
    control = Control(folder)

    control.kill("api-1")
    control.pause("redis-1")
    control.stop("api-1")

    assert cluster.done == [
        ("kill", "api-1"),
        ("pause", "redis-1"),
        ("stop", "api-1"),
        ("services", ""),
    ]


def test_a_refusal_comes_back(folder: Path, cluster: FakeCluster) -> None:
    with pytest.raises(CommandError, match="no service 'nobody'"):
        Control(folder).start("nobody")

    assert cluster.done == []


@pytest.mark.parametrize(
    "nonsense", [b"5", b"[]", b'["kill"]', b"[" * 100_000, b"\xff", b""]
)
def test_nonsense_gets_no_answer_and_does_no_harm(
    folder: Path, cluster: FakeCluster, nonsense: bytes
) -> None:
    with (
        _socket_path(folder) as path,
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as line,
    ):
        line.connect(path)
        line.sendall(nonsense + b"\n")
        with suppress(ConnectionResetError):
            assert line.recv(100) == b""

    Control(folder).kill("api-1")
    assert cluster.done == [("kill", "api-1")]


@pytest.mark.usefixtures("cluster")
def test_only_its_owner_may_tell(folder: Path) -> None:
    assert (folder / "control").stat().st_mode & 0o777 == 0o600


def test_without_a_cluster_it_says_so(folder: Path) -> None:
    with pytest.raises(CommandError, match="say where it is: DATA_DIR="):
        Control(folder).kill("api-1")
