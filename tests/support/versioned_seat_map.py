"""A seat map whose truth is known at every position, and a client that folds it."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from typing import Any

import strawberry
from graphql import GraphQLError
from strawberry.types import Info

from resolvers.ports import NextTurn
from tests.support.asgi_socket import AsgiSocket
from tests.support.engine import PLANS
from transport.plans.schema import PlannedSchema

SEATS = ("A1", "A2", "A3", "A4")
SEAT_MAP = """subscription ($after: Int) {
  seatMap(after: $after) { position seats { id version } }
}"""

Versions = dict[str, int]


@dataclass
class Feed:
    """The truth at every position, and the executions that are sent each change."""

    truth: list[Versions] = field(default_factory=lambda: [dict.fromkeys(SEATS, 0)])
    executions: set["asyncio.Queue[str | None]"] = field(default_factory=set)
    readable: asyncio.Event = field(default_factory=asyncio.Event)
    reads_late: bool = False  # what is read is as of its end, not of its beginning
    faulty: bool = False

    @property
    def position(self) -> int:
        return len(self.truth) - 1

    def change(self, seat: str) -> None:
        now = self.truth[-1]
        self.truth.append({**now, seat: now[seat] + 1})
        self.send(seat)

    def context_of(self, *_: object) -> "FeedContext":
        return FeedContext(self)

    def send(self, event: str | None) -> None:
        """The seat that changed; None for the end of the stream, "" for its failure."""
        for queue in self.executions:
            queue.put_nowait(event)


@dataclass
class FeedContext:
    feed: Feed
    refusals: list[str] = field(default_factory=list)
    next_turn: NextTurn | None = None


@strawberry.type
class Seat:
    id: str
    version: int


@strawberry.type
class Update:
    position: int
    seats: list[Seat]


def update(feed: Feed, position: int, seats: list[str]) -> Update:
    truth = feed.truth[position]
    return Update(
        position=position, seats=[Seat(id=s, version=truth[s]) for s in seats]
    )


@strawberry.type
class Query:
    nothing: int


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def seat_map(
        self, info: Info[FeedContext, None], after: int | None = None
    ) -> AsyncGenerator[Update, None]:
        feed = info.context.feed
        if feed.faulty:
            raise GraphQLError("a fault", extensions={"code": "INTERNAL"})
        events: asyncio.Queue[str | None] = asyncio.Queue()
        position = feed.position
        feed.executions.add(events)
        try:
            read = feed.position
            await feed.readable.wait()
            if feed.reads_late:
                read = feed.position
            before = feed.truth[after] if after is not None else {}
            now = feed.truth[read]
            yield update(feed, read, [s for s in SEATS if now[s] != before.get(s)])
            while (seat := await events.get()) is not None:
                if not seat:
                    raise ValueError("the stream fails")
                position += 1
                yield update(feed, position, [seat])
        finally:
            feed.executions.discard(events)


schema = PlannedSchema(Query, subscription=Subscription, plans=PLANS)


@dataclass(eq=False)
class Client:
    """Folds what it is sent: of each seat it keeps the highest version."""

    feed: Feed
    socket: AsgiSocket
    operations: int = 0
    is_watching: bool = False
    reads: bool = True
    position: int | None = None
    seats: Versions = field(default_factory=dict)

    def subscribe(self) -> None:
        self.operations += 1
        self.is_watching = True
        after = {} if self.position is None else {"after": self.position}
        self.socket.subscribe(f"{self.operations}", SEAT_MAP, **after)

    def complete(self) -> None:
        self.is_watching = False
        self.socket.send(id=f"{self.operations}", type="complete")

    async def receive(self) -> bool:
        """Whether there was anything to receive."""
        count = self.socket.unread()
        for _ in range(count):
            frame = await self.socket.receive()
            if frame["id"] != f"{self.operations}" or not self.is_watching:
                continue  # of an operation that this client has completed
            if frame["type"] == "next":
                self._fold(frame["payload"]["data"]["seatMap"])
            else:
                self.is_watching = False
        return count > 0

    def _fold(self, sent: dict[str, Any]) -> None:
        for seat in sent["seats"]:
            version = max(seat["version"], self.seats.get(seat["id"], 0))
            self.seats[seat["id"]] = version
        self.position = max(sent["position"], self.position or 0)
        assert self.seats == self.feed.truth[self.position], "it has a gap"
