"""Buyers who pay through the sandbox, in time and late, and sometimes want it back."""

import asyncio
import random
import time
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import httpx2

from loadtest.documents import (
    CANCEL_RESERVATION,
    REFUND_TICKETS,
    RESERVATION,
    RESERVE_SEATS,
    START_CHECKOUT,
)
from tests.cluster.workload.campaign_client import CampaignClient, Reply

MAX_SEATS = 3
TRIES = 6
PAYMENT_SECONDS = 15.0
RETURN_URL = "http://127.0.0.1/paid"
# What buyers do on the page. Late money arrives after the end of the hold.
ACTIONS = {
    "pay": 50,
    "declined first": 8,
    "confirmed": 6,
    "money soon": 8,
    "money late": 14,
    "pay and cancel": 6,
    "leave": 8,
}
REFUND_SHARE = 0.25  # of those who have paid


@dataclass
class Counts:
    checkouts: int = 0
    unknowns: int = 0


@dataclass(kw_only=True)
class MoneyBuyer:
    token: str
    client: CampaignClient
    pages: httpx2.AsyncClient
    shows: dict[str, tuple[str, ...]]
    rng: random.Random
    stopping: asyncio.Event
    counts: Counts

    async def run(self) -> None:
        while not self.stopping.is_set():
            await self._pause(self.rng.uniform(0.1, 1.5))
            await self._buy()

    async def _buy(self) -> None:
        session = self.rng.choice(list(self.shows))
        seats = self.rng.sample(self.shows[session], self.rng.randint(1, MAX_SEATS))
        held = await self._ask(RESERVE_SEATS, sessionId=session, seatIds=seats)
        if held.outcome != "ok":
            return
        reservation = str(held.value["id"])
        payment = await self._payment(reservation)
        url = payment and await self._checkout(payment)
        if not url:
            return
        self.counts.checkouts += 1
        await self._pause(self.rng.uniform(0.0, 2.0))
        await self._pay(reservation, httpx2.URL(url).path)
        if self.rng.random() < REFUND_SHARE:
            await self._want_back(reservation)

    async def _payment(self, reservation: str) -> str | None:
        until = time.monotonic() + PAYMENT_SECONDS
        while time.monotonic() < until and not self.stopping.is_set():
            reply = await self.client.ask(self.token, RESERVATION, {"id": reservation})
            if payment := reply.value.get("payment"):
                return str(payment["id"])
            await self._pause(0.15)
        return None

    async def _checkout(self, payment: str) -> str | None:
        """The address of the page; the same however often it is asked for."""
        late = self.rng.choice(("REFUND", "SAME_SEATS", "SAME_OR_BETTER_SEATS"))
        for _ in range(TRIES):
            reply = await self._ask(
                START_CHECKOUT,
                paymentId=payment,
                returnUrl=RETURN_URL,
                ifLate=late,
                idempotencyKey=payment,
            )
            if reply.outcome == "ok":
                return str(reply.value["url"])
            if reply.code != "PROVIDER_UNAVAILABLE" and reply.outcome == "refused":
                return None
            await self._pause(self.rng.uniform(0.3, 1.0))
        return None

    async def _pay(self, reservation: str, page: str) -> None:
        action = self.rng.choices(list(ACTIONS), list(ACTIONS.values()))[0]
        match action:
            case "declined first":
                await self._press(page, "decline")
                await self._press(page, "pay")
            case "confirmed":
                await self._press(page, "challenge")
                await self._press(page, "confirm")
            case "money soon":
                await self._press(page, "push", self.rng.uniform(0.0, 3.0))
            case "money late":
                await self._press(page, "push", self.rng.uniform(25.0, 45.0))
            case "pay and cancel":
                await asyncio.gather(
                    self._press(page, "pay"),
                    self._ask(CANCEL_RESERVATION, reservationId=reservation),
                )
            case "pay":
                await self._press(page, "pay")

    async def _press(self, page: str, action: str, delay: float | None = None) -> None:
        """A buyer whose browser has no answer presses again."""
        data = {"action": action} | ({} if delay is None else {"delay": f"{delay:.1f}"})
        for _ in range(TRIES):
            with suppress(httpx2.HTTPError):
                await self.pages.post(page, data=data)
                return
            await self._pause(1.0)

    async def _want_back(self, reservation: str) -> None:
        """As soon as it is sold: while the money may still be on its way to us."""
        key = f"refund {reservation}"
        for _ in range(TRIES):
            reply = await self._ask(
                REFUND_TICKETS,
                reservationId=reservation,
                reason="Changed my mind",
                idempotencyKey=key,
            )
            if reply.outcome == "ok":
                return
            await self._pause(self.rng.uniform(0.5, 1.5))

    async def _ask(self, document: str, **entered: Any) -> Reply:
        reply = await self.client.ask(self.token, document, {"input": entered})
        self.counts.unknowns += reply.outcome == "unknown"
        return reply

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
