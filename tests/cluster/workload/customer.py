"""A customer: holds seats, pays, cancels, lets holds expire, and retries."""

import asyncio
import random
import time
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from loadtest.documents import RESERVATION
from tests.cluster.evidence import Operation
from tests.cluster.workload.campaign_client import Reply
from tests.cluster.workload.fixtures import Fixtures
from tests.cluster.workload.gates import Gates
from tests.cluster.workload.recording_client import RecordingClient
from tests.cluster.workload.transfers import Transfers

TRIES = 8
WINDOW = 24  # seats that all customers choose from at the same time
MAX_SEATS = 4
PAYMENT_SECONDS = 10.0
EDGE_SECONDS = 0.25
BEST_SHARE = 0.15  # of the holds
REFUND_SHARE = 0.4  # of the sales
TICKETS = "query ($id: ID!) { reservation(id: $id) { tickets { id } } }"

Hold = Callable[[], Awaitable[tuple[Operation, Reply]]]


class SimulatedCustomer:
    def __init__(
        self,
        client: RecordingClient,
        fixtures: Fixtures,
        rng: random.Random,
        stopping: asyncio.Event,
        *,
        gates: Gates,
        transfers: Transfers,
        clock_offset: float,
    ) -> None:
        self._client = client
        self._gates = gates
        self._transfers = transfers
        self._fixtures = fixtures
        self._rng = rng
        self._stopping = stopping
        self._clock_offset = clock_offset
        self._sold: set[str] = set()
        self._keys = 0

    async def run(self) -> None:
        while not self._stopping.is_set():
            await self._pause(self._rng.uniform(0.1, 0.7))
            if self._rng.random() < 0.25:
                await self._read_map()
            key = self._new_key() if self._rng.random() < 0.85 else None
            hold = self._hold(key)
            held, reply = await hold()
            for _ in range(TRIES):
                if held.outcome != "unknown" or key is None or self._stopping.is_set():
                    break
                await self._pause(self._rng.uniform(0.2, 0.8))
                held, reply = await hold()
            if held.outcome == "ok" and held.result:
                await self._reuse_key(held, hold)
                await asyncio.gather(
                    self._finish(held, reply), self._change_tickets(held)
                )

    def _new_key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"

    def _hold(self, key: str | None) -> Hold:
        """A call that can be repeated: for chosen seats, or for the best ones."""
        if self._rng.random() >= BEST_SHARE:
            session, seats = self._choose()
            students = self._students(session, seats)
            return partial(self._client.reserve, session, seats, key, students)
        return partial(
            self._client.reserve_best,
            self._rng.choice(list(self._fixtures.shows)),
            self._fixtures.ticket_type,
            self._rng.randint(1, MAX_SEATS),
            self._rng.choice(("ROW", "ROW", "NEAR", "ANY")),
            key,
        )

    def _students(self, session: str, seats: tuple[str, ...]) -> dict[str, str]:
        with_students, ticket_type = self._fixtures.students
        if session != with_students:
            return {}
        return {seat: ticket_type for seat in seats if self._rng.random() < 0.5}

    def _choose(self) -> tuple[str, tuple[str, ...]]:
        sessions = list(self._fixtures.shows)
        session = self._rng.choice(sessions)
        seats = self._fixtures.shows[session]
        draw = self._rng.random()
        if draw < 0.04:
            session, seats = self._fixtures.matinee, self._fixtures.matinee_seats
        elif draw < 0.12:
            session, seats = self._fixtures.closing
        if self._rng.random() < 0.9:
            seats = tuple(seat for seat in seats if seat not in self._sold) or seats
        count = self._rng.randint(1, MAX_SEATS)
        window = seats[:WINDOW]
        return session, tuple(self._rng.sample(window, min(count, len(window))))

    async def _read_map(self) -> None:
        read = await self._client.read(self._rng.choice(self._fixtures.sessions))
        self._sold |= {state.seat for state in read.states if state.status == "SOLD"}

    async def _reuse_key(self, held: Operation, hold: Hold) -> None:
        """Repeats the key: with the same seats, or with another, which is refused."""
        if held.key is None:
            return
        draw = self._rng.random()
        if draw < 0.1:
            await hold()
        elif draw < 0.15 and held.kind == "reserve":
            others = self._fixtures.seats[held.session]
            other = next(seat for seat in others if seat not in held.seats)
            await self._client.reserve(held.session, (other,), held.key)

    async def _finish(self, held: Operation, reply: Reply) -> None:
        await self._decide(held, await self._extend(held) or reply)

    async def _change_tickets(self, held: Operation) -> None:
        """Once for a hold, with repeats, while it is extended, paid or cancelled."""
        session, student = self._fixtures.students
        if held.session != session or self._rng.random() < 0.2:
            return
        seats = [state.seat for state in held.states if self._rng.random() < 0.7]
        students = tuple(seat for seat in seats if self._rng.random() < 0.5)
        adult = self._fixtures.ticket_type
        types = {seat: student if seat in students else adult for seat in seats}
        await self._pause(self._rng.uniform(0.0, 1.5))
        if types:
            await self._retry_unknown(
                lambda: self._client.choose(session, str(held.result), types, students)
            )

    async def _extend(self, held: Operation) -> Reply | None:
        """The last answer, if the hold was extended. A repeat has the same key."""
        if self._rng.random() >= 0.15:
            return None
        key = self._new_key()
        for _ in range(TRIES):
            await self._pause(self._rng.uniform(0.0, 0.8))
            extended, reply = await self._client.extend(
                held.session, str(held.result), key
            )
            if extended.outcome != "unknown" or self._stopping.is_set():
                break
        return reply if extended.outcome == "ok" else None

    async def _decide(self, held: Operation, reply: Reply) -> None:
        weights = {"pay": 18, "cancel": 60, "forget": 8, "edge": 14}
        if (
            held.session == self._fixtures.matinee
        ):  # never sold: its price has to change
            weights = {"cancel": 1}
        match self._rng.choices(list(weights), list(weights.values()))[0]:
            case "pay":
                await self._pause(self._rng.uniform(0.0, 1.5))
                await self._pay(held)
            case "cancel":
                await self._pause(self._rng.uniform(0.0, 2.0))
                await self._retry_unknown(
                    lambda: self._client.cancel(held.session, str(held.result))
                )
            case "edge":
                payment = await self._payment(held)
                expires_at = datetime.fromisoformat(reply.value["expiresAt"])
                edge = self._rng.uniform(-EDGE_SECONDS, EDGE_SECONDS)
                due = expires_at.timestamp() - self._clock_offset + edge
                await self._pause(due - time.monotonic())
                if payment and not self._stopping.is_set():
                    await self._client.approve(held.session, payment, None)

    async def _pay(self, held: Operation) -> None:
        payment = await self._payment(held)
        if payment is None:
            return
        key = self._new_key() if self._rng.random() < 0.5 else None
        paid = await self._retry_unknown(
            lambda: self._client.approve(held.session, payment, key)
        )
        if paid.outcome == "ok":
            self._sold.update(state.seat for state in held.states)
            if self._rng.random() < 0.1:
                await self._client.approve(held.session, payment, key)
            if held.session in self._fixtures.shows:
                # A ticket may be scanned while it is given back, or to somebody else.
                await asyncio.gather(
                    self._gates.scan(self._client, held),
                    self._transfers.give(self._client, held),
                    self._want_back(held),
                )

    async def _want_back(self, held: Operation) -> None:
        """One ticket, the others later, or all; sometimes twice at once."""
        if self._rng.random() >= REFUND_SHARE:
            return
        reservation = str(held.result)
        reply = await self._client.ask(TICKETS, {"id": reservation})
        one = tuple(each["id"] for each in reply.value.get("tickets", ()))[:1]
        for tickets in self._rng.choice(((one,), (one, ()), ((),))):
            await self._pause(self._rng.uniform(0.0, 1.0))
            key = self._new_key() if self._rng.random() < 0.7 else None
            refund = partial(
                self._client.refund, held.session, reservation, tickets, key
            )
            times = self._rng.choice((1, 1, 2))
            await asyncio.gather(*(self._retry_unknown(refund) for _ in range(times)))
        self._sold.difference_update(state.seat for state in held.states)

    async def _payment(self, held: Operation) -> str | None:
        """The id of its payment; waits until the event has opened it."""
        until = time.monotonic() + PAYMENT_SECONDS
        while time.monotonic() < until and not self._stopping.is_set():
            reply = await self._client.ask(RESERVATION, {"id": held.result})
            if payment := reply.value.get("payment"):
                return str(payment["id"])
            await self._pause(0.15)
        return None

    async def _retry_unknown(
        self, act: Callable[[], Awaitable[Operation]]
    ) -> Operation:
        done = await act()
        for _ in range(TRIES):
            if done.outcome != "unknown" or self._stopping.is_set():
                break
            await self._pause(self._rng.uniform(0.2, 0.8))
            done = await act()
        return done

    async def _pause(self, seconds: float) -> None:
        with suppress(TimeoutError):
            async with asyncio.timeout(max(0.0, seconds)):
                await self._stopping.wait()
