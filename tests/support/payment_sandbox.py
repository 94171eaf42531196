"""The sandbox in this process, a shop that receives its events, and clients of both."""

import asyncio
import json
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx2
import stripe
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.connections import DroppableHttp
from sandbox.server import application
from sandbox.state import Options
from tests.support.asgi_server import serving
from tests.support.polling import eventually

KEY = "sk_test_sandbox"
SECRETS = ("whsec_new", "whsec_old")
SHOP = "http://shop.example"


@dataclass
class Webhooks:
    """The endpoint of a shop. `status` is what it answers."""

    status: int = 200
    received: list[tuple[str, bytes]] = field(default_factory=list)

    async def endpoint(self, request: Request) -> Response:
        signature = request.headers["Stripe-Signature"]
        self.received.append((signature, await request.body()))
        return Response(status_code=self.status)

    def types(self) -> list[str]:
        return [json.loads(body)["type"] for _, body in self.received]

    async def until(self, *types: str) -> None:
        """Until events of these types were received, as often as they are named."""

        async def are_there() -> bool:
            there = self.types()
            return all(there.count(each) >= types.count(each) for each in types)

        await eventually(are_there)


@dataclass
class PaymentSandbox:
    url: str
    pages: httpx2.AsyncClient
    webhooks: Webhooks
    calls: stripe.StripeClient

    async def opened(self, **changes: Any) -> stripe.checkout.Session:
        params = order() | changes
        return await self.calls.v1.checkout.sessions.create_async(params)

    async def press(self, session: stripe.checkout.Session, action: str) -> str:
        """Presses a button of the page; returns where the browser goes."""
        answer = await self.pages.post(f"/pay/{session.id}", data={"action": action})
        assert answer.status_code == 303, answer.text
        return answer.headers["Location"]

    async def paid(self, action: str = "pay", **changes: Any) -> stripe.PaymentIntent:
        """The payment of a new page, after this button was pressed."""
        session = await self.opened(**changes)
        await self.press(session, action)
        return await self.payment_of(session)

    async def payment_of(
        self, session: stripe.checkout.Session
    ) -> stripe.PaymentIntent:
        found = await self.calls.v1.checkout.sessions.retrieve_async(
            session.id, {"expand": ["payment_intent"]}
        )
        assert isinstance(found.payment_intent, stripe.PaymentIntent)
        return found.payment_intent

    async def fault(self, name: str, **facts: object) -> None:
        answer = await self.pages.post("/faults", data={"name": name, **facts})
        assert answer.status_code == 200, answer.text

    async def ledger(self) -> dict[str, Any]:
        answer: dict[str, Any] = (await self.pages.get("/ledger")).json()
        return answer


@asynccontextmanager
async def client_of(
    url: str, key: str = KEY, seconds: float = 60
) -> AsyncIterator[stripe.StripeClient]:
    http = stripe.HTTPXClient(timeout=seconds)
    yield stripe.StripeClient(
        key,
        base_addresses={"api": url},
        http_client=http,
        max_network_retries=0,
    )
    await http.close_async()  # type: ignore[no-untyped-call] # it has no types


def order(amount: int = 3600, capture_method: str = "manual") -> Any:
    """Parameters of a new page, with cards that are authorised first."""
    return {
        "mode": "payment",
        "line_items": [
            {
                "price_data": {
                    "currency": "usd",
                    "unit_amount": amount,
                    "product_data": {"name": "Tickets"},
                },
                "quantity": 1,
            }
        ],
        "client_reference_id": "attempt-1",
        "metadata": {"attempt": "attempt-1"},
        "payment_intent_data": {"metadata": {"attempt": "attempt-1"}},
        "payment_method_options": {"card": {"capture_method": capture_method}},
        "success_url": f"{SHOP}/paid?id={{CHECKOUT_SESSION_ID}}",
        "cancel_url": f"{SHOP}/back",
    }


@asynccontextmanager
async def payment_sandbox(folder: Path) -> AsyncIterator[PaymentSandbox]:
    webhooks = Webhooks()
    route = Route("/webhooks", webhooks.endpoint, methods=["POST"])
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        async with serving(Starlette(routes=[route])) as shop:
            options = Options(
                file=folder / "sandbox.sqlite",
                address=url,
                secret_key=KEY,
                webhook_secrets=SECRETS,
                webhook_url=f"{shop}/webhooks",
            )
            server = uvicorn.Server(
                uvicorn.Config(
                    application(options),
                    http=DroppableHttp,
                    log_config=None,
                    timeout_graceful_shutdown=1,
                )
            )
            task = asyncio.create_task(server.serve(sockets=[listener]))
            async with (
                httpx2.AsyncClient(base_url=url, timeout=60) as pages,
                client_of(url) as calls,
            ):

                async def started() -> bool:
                    return server.started

                await eventually(started)
                yield PaymentSandbox(url, pages, webhooks, calls)
            server.should_exit = True
            await task
