"""A customer: takes seats, pays, gives them back, forgets them, asks again."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime

from loadtest.documents import RESERVATION
from tests.cluster.evidence import Operation
from tests.cluster.workload.diary import Diary
from tests.cluster.workload.door import Reply
from tests.cluster.workload.stage import Stage

TRIES = 8
WINDOW = 24  # seats that a crowd wants at the same time
MOST_SEATS = 4
PAYMENT_SECONDS = 10.0
EDGE_SECONDS = 0.25


class Customer:
    def __init__(
        self,
        diary: Diary,
        stage: Stage,
        dice: random.Random,
        stopping: asyncio.Event,
        clock_offset: float,
    ) -> None:
        self._diary = diary
        self._stage = stage
        self._dice = dice
        self._stopping = stopping
        self._clock_offset = clock_offset
        self._sold: set[str] = set()
        self._keys = 0

    async def shop(self) -> None:
        while not self._stopping.is_set():
            await self._pause(self._dice.uniform(0.1, 0.7))
            if self._dice.random() < 0.25:
                await self._look()
            session, seats = self._choose()
            key = self._new_key() if self._dice.random() < 0.85 else None
            held, reply = await self._diary.reserve(session, seats, key)
            for _ in range(TRIES):
                if held.outcome != "unknown" or key is None or self._stopping.is_set():
                    break
                await self._pause(self._dice.uniform(0.2, 0.8))
                held, reply = await self._diary.reserve(session, seats, key)
            if held.outcome == "ok" and held.result:
                await self._ask_again(held)
                await self._decide(held, reply)

    def _new_key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"

    def _choose(self) -> tuple[str, tuple[str, ...]]:
        sessions = list(self._stage.shows)
        session = self._dice.choice(sessions)
        seats = self._stage.shows[session]
        if self._dice.random() < 0.04:
            session, seats = self._stage.matinee, self._stage.matinee_seats
        if self._dice.random() < 0.9:
            seats = tuple(seat for seat in seats if seat not in self._sold) or seats
        wanted = self._dice.randint(1, MOST_SEATS)
        crowd = seats[:WINDOW]
        return session, tuple(self._dice.sample(crowd, min(wanted, len(crowd))))

    async def _look(self) -> None:
        seen = await self._diary.read(self._dice.choice(self._stage.sessions))
        self._sold |= {state.seat for state in seen.told if state.status == "SOLD"}

    async def _ask_again(self, held: Operation) -> None:
        """The same key is the same reservation; with other seats it is refused."""
        if held.key is None:
            return
        die = self._dice.random()
        if die < 0.1:
            await self._diary.reserve(held.session, held.seats, held.key)
        elif die < 0.15:
            others = self._stage.shows.get(held.session, self._stage.matinee_seats)
            other = next(seat for seat in others if seat not in held.seats)
            await self._diary.reserve(held.session, (other,), held.key)

    async def _decide(self, held: Operation, reply: Reply) -> None:
        ways = {"pay": 18, "cancel": 60, "forget": 8, "edge": 14}
        if held.session == self._stage.matinee:  # never sold, to be priced anew
            ways = {"cancel": 1}
        match self._dice.choices(list(ways), list(ways.values()))[0]:
            case "pay":
                await self._pause(self._dice.uniform(0.0, 1.5))
                await self._pay(held)
            case "cancel":
                await self._pause(self._dice.uniform(0.0, 2.0))
                await self._insist(
                    lambda: self._diary.cancel(held.session, str(held.result))
                )
            case "edge":
                payment = await self._payment(held)
                expires_at = datetime.fromisoformat(reply.value["expiresAt"])
                edge = self._dice.uniform(-EDGE_SECONDS, EDGE_SECONDS)
                due = expires_at.timestamp() - self._clock_offset + edge
                await self._pause(due - time.monotonic())
                if payment and not self._stopping.is_set():
                    await self._diary.approve(held.session, payment, None)

    async def _pay(self, held: Operation) -> None:
        payment = await self._payment(held)
        if payment is None:
            return
        key = self._new_key() if self._dice.random() < 0.5 else None
        paid = await self._insist(
            lambda: self._diary.approve(held.session, payment, key)
        )
        if paid.outcome == "ok":
            self._sold.update(held.seats)
            if self._dice.random() < 0.1:
                await self._diary.approve(held.session, payment, key)

    async def _payment(self, held: Operation) -> str | None:
        """Its id, once the event has opened it."""
        until = time.monotonic() + PAYMENT_SECONDS
        while time.monotonic() < until and not self._stopping.is_set():
            reply = await self._diary.ask(RESERVATION, {"id": held.result})
            if payment := reply.value.get("payment"):
                return str(payment["id"])
            await self._pause(0.15)
        return None

    async def _insist(self, act: Callable[[], Awaitable[Operation]]) -> Operation:
        done = await act()
        for _ in range(TRIES):
            if done.outcome != "unknown" or self._stopping.is_set():
                break
            await self._pause(self._dice.uniform(0.2, 0.8))
            done = await act()
        return done

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stopping.wait()
