"""README's commands, word for word but for the port: a sale and a live seat map."""

import asyncio
import os
import re
import signal

from tests.support.polling import eventually, soon
from tests.support.run import ROOT
from tests.support.running_service import Customer, RunningService

README = ROOT / "README.md"
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}


def blocks(service: RunningService) -> list[str]:
    """The bash blocks, for the port of this run."""
    text = README.read_text().replace("127.0.0.1:3333", f"127.0.0.1:{service.run.port}")
    return re.findall(r"```bash\n(.*?)```", text, re.DOTALL)


async def bash(script: str, **variables: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        *("bash", "-euo", "pipefail", "-c", script),
        cwd=ROOT,
        env=os.environ | UNBUFFERED | variables,
        stdout=asyncio.subprocess.PIPE,
        start_new_session=True,
    )


async def test_its_curl_lines_hold_a_seat_and_pay_for_it(
    service: RunningService,
) -> None:
    [sale, _] = blocks(service)

    process = await bash(sale)
    output, _ = await soon(process.communicate())

    held, paid, session = output.decode().splitlines()
    assert process.returncode == 0
    assert '"__typename":"Reservation"' in held
    assert '"approvePayment":{"status":"APPROVED"' in paid
    assert '"reservation":{"status":"CONFIRMED"}' in paid
    assert re.fullmatch(r"SESSION=\S+", session)


async def test_its_watcher_sees_a_seat_held_and_released(
    service: RunningService, ana: Customer
) -> None:
    [_, watch] = blocks(service)
    session, seats = await service.session(ana)
    seen: set[str] = set()

    async def listen() -> None:
        assert process.stdout is not None
        async for line in process.stdout:
            seen.add(line.decode().split()[-1])

    async def is_seen() -> bool:
        # The watcher prints nothing for its first map: change a seat until it prints.
        held = await ana.reserve(session, seats[0])
        await ana.cancel(held["id"])
        return {"HELD", "AVAILABLE"} <= seen

    process = await bash(watch, SESSION=session)
    listening = asyncio.create_task(listen())
    try:
        await eventually(is_seen)
    finally:
        # The shell's own child has the pipe, too.
        os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
        await listening
