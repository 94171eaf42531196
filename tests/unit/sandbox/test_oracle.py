"""The sandbox compared with localstripe, a stand-in by others, where it knows a call.

It has no Checkout pages, no idempotency keys, and lets refunds exceed what was
captured. It is a process of its own, in an environment of its own.
"""

import subprocess
from collections.abc import AsyncIterator, Iterator, Sequence

import httpx2
import pytest

from stack.embedded.ports import ReservedPort
from tests.support.payment_sandbox import KEY, PaymentSandbox
from tests.support.polling import eventually
from tests.support.run import ROOT

PYTHON = ROOT / ".venv" / "oracle" / "bin" / "python"
CARD = {
    "type": "card",
    "card[number]": "4242424242424242",
    "card[exp_month]": "12",
    "card[exp_year]": "2040",
    "card[cvc]": "123",
}
# Steps after the authorisation of 3600.
WAYS = [
    ["capture", "capture", "cancel"],
    ["capture 3000", "refund 1000", "refund 2000"],
    ["capture", "refund"],
    ["cancel", "cancel"],
    ["capture", "refund 600", "cancel"],
]
AUTHORISED = {"Authorization": f"Bearer {KEY}"}
Answer = tuple[int, str | None, int | None]  # HTTP's status, the object's, the amount


@pytest.fixture(scope="module")
def oracle_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    if not PYTHON.exists():
        pytest.skip("localstripe is not installed: `make test` does it")
    port = ReservedPort()
    command = [str(PYTHON), "-m", "localstripe", "--port", str(port.number)]
    with (tmp_path_factory.mktemp("oracle") / "log").open("wb") as log:
        process = subprocess.Popen([*command, "--from-scratch"], stdout=log, stderr=log)
    yield f"http://127.0.0.1:{port.number}"
    process.kill()
    process.wait()
    port.close()


@pytest.fixture
async def oracle(oracle_url: str) -> AsyncIterator[httpx2.AsyncClient]:
    async with httpx2.AsyncClient(base_url=oracle_url, headers=AUTHORISED) as http:

        async def answers() -> bool:
            try:
                return (await http.get("/v1/customers")).status_code == 200
            except httpx2.HTTPError:
                return False

        await eventually(answers)
        yield http


async def authorised(oracle: httpx2.AsyncClient) -> str:
    customer = await made(oracle, "customers", {"email": "ana@example.com"})
    method = await made(oracle, "payment_methods", CARD)
    await made(oracle, f"payment_methods/{method}/attach", {"customer": customer})
    order = {"amount": "3600", "currency": "usd", "capture_method": "manual"}
    payer = {"customer": customer, "payment_method": method, "confirm": "true"}
    return await made(oracle, "payment_intents", order | payer)


async def made(oracle: httpx2.AsyncClient, what: str, data: dict[str, str]) -> str:
    answer = await oracle.post(f"/v1/{what}", data=data)
    assert answer.status_code == 200, answer.text
    return str(answer.json()["id"])


async def walk(
    http: httpx2.AsyncClient, intent_id: str, way: Sequence[str]
) -> list[Answer]:
    answers = []
    for step in way:
        call, _, amount = step.partition(" ")
        data = {}
        if call == "refund":
            path, data["payment_intent"] = "/v1/refunds", intent_id
        else:
            path = f"/v1/payment_intents/{intent_id}/{call}"
        if amount:
            data["amount" if call == "refund" else "amount_to_capture"] = amount
        answer = await http.post(path, data=data)
        body = answer.json()
        answers.append((answer.status_code, body.get("status"), body.get("amount")))
    return answers


@pytest.mark.parametrize("way", WAYS, ids=", ".join)
async def test_the_same_steps_have_the_same_answers(
    sandbox: PaymentSandbox, oracle: httpx2.AsyncClient, way: list[str]
) -> None:
    intent = await sandbox.paid()

    async with httpx2.AsyncClient(base_url=sandbox.url, headers=AUTHORISED) as http:
        ours = await walk(http, intent.id, way)
    theirs = await walk(oracle, await authorised(oracle), way)

    assert ours == theirs
