"""The cluster's NGINX in front of three APIs that a test answers for."""

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import httpx2
import pytest

from stack.cluster import compose
from stack.cluster.executables import Executables
from stack.cluster.host_mapping import HostMapping, HostPorts
from stack.cluster.node import Node
from stack.embedded.data_folder import DataFolder
from stack.embedded.ports import ReservedPort
from tests.support.polling import eventually

APIS = ("api-1", "api-2", "api-3")
COMPOSE_FILE = Path("docker-compose.cluster.yml")
ANSWERS = {"/healthz": "200 OK", "/readyz": "503 Service Unavailable"}


class Apis:
    """Alive but not ready; `asked` has each request with the API that got it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        self.heads: list[str] = []
        self.dying = False  # after the request, before the answer

    async def start(self, name: str) -> asyncio.Server:
        async def serve(
            request: asyncio.StreamReader, answer: asyncio.StreamWriter
        ) -> None:
            head = await request.readuntil(b"\r\n\r\n")
            method, path, *_ = head.decode().split()
            if path != "/healthz":
                self.asked.append((name, f"{method} {path}"))
                self.heads.append(head.decode().lower())
            if not self.dying:
                status = ANSWERS.get(path, "200 OK")
                reply = f"HTTP/1.1 {status}\r\nContent-Length: 0\r\n"
                answer.write(f"{reply}Connection: close\r\n\r\n".encode())
                await answer.drain()
            answer.close()

        return await asyncio.start_server(serve, "127.0.0.1", 0)


@pytest.fixture
def apis() -> Apis:
    return Apis()


@pytest.fixture
async def nginx(apis: Apis, tmp_path: Path) -> AsyncIterator[httpx2.AsyncClient]:
    port = ReservedPort()
    async with AsyncExitStack() as ending:
        given = {("nginx", 3333): port.number}
        for name in APIS:
            server = await ending.enter_async_context(await apis.start(name))
            given[name, 3333] = server.sockets[0].getsockname()[1]
        folder = ending.enter_context(DataFolder(tmp_path / "data"))
        file = compose.read(COMPOSE_FILE, os.environ)
        ports = HostPorts(folder.path / "ports.json", given)
        mapping = HostMapping(file, folder.path, ports)
        executables = Executables(folder.path / "bin")
        node = Node(file.services["nginx"], mapping, executables, folder)
        node.start()
        ending.callback(node.kill)

        async def is_up() -> bool:
            return await asyncio.to_thread(node.answers)

        await eventually(is_up)
        yield await ending.enter_async_context(
            httpx2.AsyncClient(base_url=f"http://127.0.0.1:{port.number}", timeout=60)
        )
    port.close()


async def test_an_api_that_says_it_is_not_ready_goes_on_serving(
    apis: Apis, nginx: httpx2.AsyncClient
) -> None:
    """Else a /readyz while Postgres is unavailable would make NGINX avoid all APIs."""
    for _ in range(4):
        assert (await nginx.get("/readyz")).status_code == 503
    served = [(await nginx.post("/graphql")).status_code for _ in range(4)]

    assert served == [200] * 4
    assert [what for _, what in apis.asked] == (
        ["GET /readyz"] * 4 + ["POST /graphql"] * 4
    )


async def test_an_api_is_always_told_a_host(
    apis: Apis, nginx: httpx2.AsyncClient
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", nginx.base_url.port)
    writer.write(b"GET /graphql HTTP/1.0\r\n\r\n")

    assert (await reader.readline()).endswith(b" 200 OK\r\n")
    assert "\r\nhost: localhost\r\n" in apis.heads[-1]
    writer.close()


async def test_a_post_that_an_api_had_is_not_sent_to_another(
    apis: Apis, nginx: httpx2.AsyncClient
) -> None:
    apis.dying = True
    posted = await nginx.post("/graphql")
    after_a_post = len(apis.asked)
    apis.asked.clear()
    read = await nginx.get("/graphql")

    assert (posted.status_code, after_a_post) == (502, 1)
    assert read.status_code == 502
    assert len({name for name, _ in apis.asked}) > 1


@pytest.mark.parametrize(
    ("method", "wanted", "passed_on"),
    [("GET", "WebSocket", True), ("POST", "websocket", False), ("POST", "h2c", False)],
)
async def test_only_a_websocket_is_upgraded(
    apis: Apis, nginx: httpx2.AsyncClient, method: str, wanted: str, *, passed_on: bool
) -> None:
    """Upgrades that the API does not know would cost a request its body, or more."""
    headers = {"Upgrade": wanted, "Connection": "Upgrade"}
    answer = await nginx.request(method, "/graphql", headers=headers)

    assert answer.status_code == 200
    [head] = apis.heads
    assert ("\r\nupgrade: websocket\r\n" in head) is passed_on
    assert ("\r\nconnection: upgrade\r\n" in head) is passed_on


async def test_nobody_says_for_whom_they_ask(
    apis: Apis, nginx: httpx2.AsyncClient
) -> None:
    headers = [("X-Forwarded-For", "203.0.113.7"), ("X-Forwarded-For", "203.0.113.8")]
    await nginx.post("/graphql", headers=[*headers, ("Connection", "X-Forwarded-For")])

    [head] = apis.heads
    assert head.count("x-forwarded-for") == 1
    assert "\r\nx-forwarded-for: 127.0.0.1\r\n" in head


@pytest.mark.parametrize(
    "path", ["/metrics", "/%6detrics", "/x/..%2fmetrics?x", "/./metrics"]
)
async def test_metrics_are_not_routed(
    apis: Apis, nginx: httpx2.AsyncClient, path: str
) -> None:
    assert (await nginx.get(path)).status_code == 404
    assert apis.asked == []


async def test_one_address_cannot_take_all_the_memory(
    apis: Apis, nginx: httpx2.AsyncClient
) -> None:
    """By bodies that never end, from an address that is not 127.0.0.1."""
    slow = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Length: 9\r\n\r\n{"

    async def ask() -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        reader, writer = await asyncio.open_connection(
            "127.0.0.1", nginx.base_url.port, local_addr=("127.0.0.2", 0)
        )
        writer.write(slow)
        return reader, writer

    lines = [await ask() for _ in range(501)]
    answers = [asyncio.create_task(reader.readline()) for reader, _ in lines]
    done, _ = await asyncio.wait(answers, return_when=asyncio.FIRST_COMPLETED)
    others = await nginx.post("/graphql", headers={"X-Forwarded-For": "127.0.0.2"})

    assert {each.result() for each in done} == {b"HTTP/1.1 429 Too Many Requests\r\n"}
    assert others.status_code == 200
    assert [what for _, what in apis.asked] == ["POST /graphql"]
    for _, writer in lines:
        writer.close()
    await asyncio.gather(*answers, return_exceptions=True)
