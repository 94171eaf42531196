"""`make run PAYMENT_PROVIDER=sandbox`: one more process, and its settings."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx2
import pytest

from stack.embedded.ports import has_page
from tests.support.polling import eventually
from tests.support.processes import wait_until_gone
from tests.support.run import started_run


async def test_a_run_with_the_sandbox(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_PROVIDER", "sandbox")
    with started_run(folder, port) as run:
        output = run.wait_until_ready()
        settings, processes = run.settings(), run.descendants()
        [address] = re.findall(r"^  Payments (\S+)/ ", output, re.MULTILINE)
        pid = sandbox_among(processes)
        forged = httpx2.post(
            f"http://127.0.0.1:{port}/webhooks/stripe",
            content=b"{}",
            headers={"Stripe-Signature": "t=1,v1=0"},
        )
        monkeypatch.delenv("PAYMENT_PROVIDER")  # commands know it from the run
        report = money_of_a_day(folder)
        os.kill(pid, signal.SIGKILL)

        async def is_back() -> bool:
            is_new = pid not in run.descendants()
            return is_new and has_page("/ledger", int(address.rpartition(":")[2]))

        await eventually(is_back)
        processes = run.descendants()
        assert run.end(signal.SIGTERM) == (0, "")

    assert wait_until_gone(processes, seconds=0) == set()
    assert settings["STRIPE_API_URL"] == address
    assert settings["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert forged.status_code == 400
    assert report.stdout == "2026-11-29 (UTC): 0 captures, 0 refunds\n"
    assert (report.returncode, report.stderr) == (0, "")


def money_of_a_day(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "app", "money", "2026-11-29"],
        env={**os.environ, "DATA_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )


def sandbox_among(processes: set[int]) -> int:
    [found] = [
        pid
        for pid in processes
        if b"\0sandbox\0" in Path(f"/proc/{pid}/cmdline").read_bytes()
    ]
    return found
