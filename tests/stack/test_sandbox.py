"""The payment sandbox as a process: its secrets, its end, and what is left of it."""

from collections.abc import Iterator

import httpx2
import pytest

from stack.embedded.data_folder import DataFolder
from stack.embedded.sandbox import Sandbox
from tests.support.payment_sandbox import client_of, order

NOWHERE = "http://127.0.0.1:9/webhooks/stripe"


@pytest.fixture
def sandbox(folder: DataFolder) -> Iterator[Sandbox]:
    sandbox = Sandbox(folder, NOWHERE)
    sandbox.start()
    sandbox.wait_until_ready()
    yield sandbox
    sandbox.kill()
    sandbox.port.close()


async def test_a_kill_loses_nothing(sandbox: Sandbox) -> None:
    key = sandbox.environment_of_clients()["STRIPE_SECRET_KEY"]
    async with client_of(sandbox.url, key) as calls:
        sessions = calls.v1.checkout.sessions
        session = await sessions.create_async(order(), {"idempotency_key": "k1"})
        async with httpx2.AsyncClient(base_url=sandbox.url) as pages:
            await pages.post(f"/pay/{session.id}", data={"action": "pay"})
            await pages.post("/faults", data={"name": "declined"})
            before = (await pages.get("/ledger")).json()

        sandbox.kill()
        sandbox.start()
        sandbox.wait_until_ready()

        async with httpx2.AsyncClient(base_url=sandbox.url) as pages:
            after = (await pages.get("/ledger")).json()
            faults = (await pages.get("/faults")).json()
        again = await sessions.create_async(order(), {"idempotency_key": "k1"})
    (payment,) = before["payments"]
    assert payment["capturable"] == 3600
    assert after == before
    assert [each["name"] for each in faults] == ["declined"]
    assert again.id == session.id


def test_its_secrets_are_kept_and_private(folder: DataFolder) -> None:
    first, second = Sandbox(folder, NOWHERE), Sandbox(folder, NOWHERE)
    settings = first.environment_of_clients()

    for each in (first, second):
        each.port.close()
    data = folder.path / "sandbox"
    private = (data, data / "secret-key", data / "webhook-secret")
    modes = [each.stat().st_mode & 0o777 for each in private]

    assert modes == [0o700, 0o600, 0o600]
    assert settings["STRIPE_SECRET_KEY"].startswith("sk_test_")
    assert settings["STRIPE_WEBHOOK_SECRET"].startswith("whsec_")
    secrets = {settings["STRIPE_SECRET_KEY"], settings["STRIPE_WEBHOOK_SECRET"]}
    assert secrets < {*second.environment_of_clients().values()}
    assert not secrets & {*first.command()}
