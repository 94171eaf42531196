"""Programs in tests/browser, which use the clients that front ends use."""

import asyncio
import json
import os
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest

from tests.support.run import ROOT

FOLDER = ROOT / "tests" / "browser"
WITH_NODE = ROOT / "web" / "with-node"
PATIENCE_SECONDS = 60
MAX_LINE_BYTES = 16 * 1_048_576


class NodeProgram:
    """It prints one JSON value a line."""

    def __init__(self, process: asyncio.subprocess.Process) -> None:
        self._process = process

    async def next(self) -> Any:
        assert self._process.stdout is not None
        async with asyncio.timeout(PATIENCE_SECONDS):
            line = await self._process.stdout.readline()
        assert line, "the program has ended"
        return json.loads(line)

    async def until(self, event: str) -> Any:
        """The value of the next line [event, value]; what comes before is passed."""
        while True:
            said, value = await self.next()
            if said == event:
                return value
            assert said != "over", value

    def stall(self) -> None:
        self._process.send_signal(signal.SIGSTOP)

    def go_on(self) -> None:
        self._process.send_signal(signal.SIGCONT)


@asynccontextmanager
async def node_program(name: str, *arguments: str) -> AsyncIterator[NodeProgram]:
    """Skips the test where the packages of tests/browser cannot be had."""
    if not (FOLDER / "node_modules" / "graphql-ws").is_dir():
        missing = "No npm packages: `make test` installs them, or says why it cannot."
        if os.environ.get("REQUIRE_BROWSER"):
            pytest.fail(missing)
        pytest.skip(missing)
    process = await asyncio.create_subprocess_exec(
        WITH_NODE,
        "node",
        str(FOLDER / name),
        *arguments,
        stdout=asyncio.subprocess.PIPE,
        limit=MAX_LINE_BYTES,
    )
    try:
        yield NodeProgram(process)
    finally:
        process.kill()
        await process.wait()
