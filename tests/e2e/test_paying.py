"""A customer pays on the provider's page, as docs/api.md says, and has the seats."""

import re
from pathlib import Path

import httpx2
import pytest

from tests.support.api_examples import example
from tests.support.polling import eventually
from tests.support.run import started_run
from tests.support.running_service import RunningService

RETURN_URL = "https://app.example/paid"


async def test_a_customer_pays_on_the_page_of_the_provider(
    folder: Path, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PAYMENT_PROVIDER", "sandbox")
    with started_run(folder, port) as run:
        output = run.wait_until_ready()
        [address] = re.findall(r"^  Payments (\S+)/ ", output, re.MULTILINE)
        service = RunningService(run)
        async with service.customer(0) as ana:
            session, seats = await service.session(ana)
            held = await ana.reserve(session, *seats[:2])
            payment = await ana.payment_of(held["id"])
            refused = await ana.approve(payment)

            answer = await ana.ask(example("Pay"), payment=payment)
            checkout = answer["startCheckout"]
            page = httpx2.post(checkout["url"], data={"action": "pay"})
            async for update in ana.follow(held["id"]):
                if update["status"] == "CONFIRMED":
                    break

            async def is_charged() -> bool:
                [paid] = httpx2.get(f"{address}/ledger").json()["payments"]
                return bool(paid["captured"] == paid["amount"])

            await eventually(is_charged)

    assert refused["__typename"] == "WrongProvider"
    assert checkout["payment"]["provider"] == "sandbox"
    assert (page.status_code, page.headers["location"]) == (303, RETURN_URL)
    assert update["payment"]["status"] == "APPROVED"
