"""The example clients of docs/api.md end with the true map despite a killed API."""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from loadtest.documents import SEAT_MAP
from tests.support.polling import eventually
from tests.support.run import ROOT
from tests.support.running_service import Customer, RunningService

DOCUMENT = ROOT / "docs" / "api.md"
WITH_NODE = str(ROOT / "web" / "with-node")
# What a reader has to add: print the seats after each update, one line each time.
PYTHON_MAIN = """
import asyncio, sys
def show(seats): print(json.dumps(list(seats.values())), flush=True)
asyncio.run(watch(sys.argv[1], sys.argv[2], show))
"""
TYPESCRIPT_MAIN = """
declare const process: { argv: string[] };
const [, , url, session] = process.argv;
watch(url!, session!, (seats) => console.log(JSON.stringify([...seats.values()])));
"""

States = dict[str, tuple[int, str]]


def example(language: str) -> str:
    """The block of this language that watches a seat map."""
    blocks = re.findall(rf"```{language}\n(.*?)```", DOCUMENT.read_text(), re.DOTALL)
    [watching] = [block for block in blocks if "watch(" in block]
    return str(watching)


@pytest.fixture
def python_client(tmp_path: Path) -> list[str]:
    program = tmp_path / "watch.py"
    program.write_text(example("python") + PYTHON_MAIN)
    return [sys.executable, str(program)]


@pytest.fixture
def typescript_client(tmp_path: Path) -> list[str]:
    """Compiled to JavaScript with the compiler's strict checks."""
    (tmp_path / "node_modules").symlink_to(ROOT / "web" / "explorer" / "node_modules")
    (tmp_path / "package.json").write_text('{"type": "module"}')
    (tmp_path / "watch.ts").write_text(example("ts") + TYPESCRIPT_MAIN)
    compiler = subprocess.run(
        [
            *(
                WITH_NODE,
                str(ROOT / "web/explorer/node_modules/.bin/tsc"),
                "--ignoreConfig",
                "--strict",
                "--noUncheckedIndexedAccess",
            ),
            *("--target", "es2022", "--module", "nodenext", "--lib", "es2022,dom"),
            *("--skipLibCheck", "--types", "", str(tmp_path / "watch.ts")),
        ],
        capture_output=True,
        text=True,
        check=False,
    )
    assert compiler.returncode == 0, compiler.stdout
    # WebSocket is global from Node 22 on, as it is in browsers.
    return [WITH_NODE, "node", "--experimental-websocket", str(tmp_path / "watch.js")]


class ExampleClient:
    """A client process and the seats that it printed last."""

    def __init__(self) -> None:
        self.lines = 0
        self.seats: States = {}

    async def listen(self, process: asyncio.subprocess.Process) -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            self.seats = states(json.loads(line))
            self.lines += 1

    async def wait_for(self, truth: States) -> None:
        async def is_true() -> bool:
            return self.seats == truth

        await eventually(is_true)


def states(seats: list[dict[str, Any]]) -> States:
    return {seat["id"]: (seat["version"], seat["status"]) for seat in seats}


@asynccontextmanager
async def watching(
    client: list[str], service: RunningService, session: str
) -> AsyncIterator[ExampleClient]:
    process = await asyncio.create_subprocess_exec(
        *client,
        service.socket_url,
        session,
        stdout=asyncio.subprocess.PIPE,
        limit=1_000_000,
    )
    watcher = ExampleClient()
    listening = asyncio.create_task(watcher.listen(process))
    try:
        yield watcher
    finally:
        process.kill()
        await process.wait()
        await listening


async def truth(customer: Customer, session: str) -> States:
    answer = await customer.ask(SEAT_MAP, id=session)
    return states(answer["seatMap"]["seats"])


@pytest.mark.parametrize("language", ["python", "typescript"])
async def test_an_example_client_ends_with_the_true_map(
    language: str,
    service: RunningService,
    ana: Customer,
    request: pytest.FixtureRequest,
) -> None:
    client = request.getfixturevalue(f"{language}_client")
    session, seats = await service.session(ana)

    async with watching(client, service, session) as watcher:
        await watcher.wait_for(await truth(ana, session))
        held = await ana.reserve(session, *seats[:3])
        await watcher.wait_for(await truth(ana, session))
        api = service.run.children()["API"]
        os.kill(api, signal.SIGKILL)
        await service.wait_for_another_api(api)
        await ana.cancel(held["id"])
        bought = await ana.reserve(session, seats[0])
        await ana.approve(await ana.payment_of(bought["id"]))
        now = await truth(ana, session)
        await watcher.wait_for(now)

    assert now[seats[0]] == (5, "SOLD")
    assert now[seats[1]] == (3, "AVAILABLE")
    assert watcher.lines >= 3
