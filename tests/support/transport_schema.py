"""A small schema for tests of the transports."""

import asyncio
from collections.abc import AsyncGenerator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import strawberry
from graphql import GraphQLError
from strawberry.types import Info as StrawberryInfo

from auth.tokens import AuthenticationError, Credentials
from domain.people import Role, Viewer
from resolvers.languages import locale_for
from resolvers.ports import NextTurn
from telemetry import origin
from tests.support.engine import PLANS
from transport.plans.schema import PlannedSchema

GAP = -1  # in the place of a position
ANN = Viewer(UUID(int=1), Role.CUSTOMER)


@dataclass
class SchemaState:
    """What resolvers read and count, and tests change."""

    position: int = 0
    text: str = ""
    executions: int = 0
    resumed_after: list[str] = field(default_factory=list)
    watchers: set["asyncio.Queue[int | None]"] = field(default_factory=set)
    watched_as: list[tuple[str | None, str | None]] = field(default_factory=list)
    pulled: int = 0
    touched: int = 0
    gone: bool = False
    expires_at: datetime = datetime(9999, 1, 1, tzinfo=UTC)
    faulty: bool = False
    begun: int = 0
    cut: int = 0
    # Cleared to block reads of maps and deltas.
    readable: asyncio.Event = field(default_factory=asyncio.Event)
    # Cleared to block `work`.
    workable: asyncio.Event = field(default_factory=asyncio.Event)

    def __post_init__(self) -> None:
        self.readable.set()
        self.workable.set()

    async def work(self) -> int:
        self.begun += 1
        try:
            await self.workable.wait()
        except asyncio.CancelledError:
            self.cut += 1
            raise
        self.touched += 1
        return self.touched

    def move(self) -> None:
        self.position += 1
        for watcher in self.watchers:
            watcher.put_nowait(self.position)

    def lose_messages(self) -> None:
        """Each watcher has to be sent the whole map again."""
        for watcher in self.watchers:
            watcher.put_nowait(GAP)

    def finish(self) -> None:
        for watcher in self.watchers:
            watcher.put_nowait(None)

    def credentials_of(self, authorization: str | None) -> Credentials | None:
        if authorization not in {None, "Bearer good"}:
            raise AuthenticationError("made up")
        return None if authorization is None else Credentials(ANN, self.expires_at)

    def context_of(
        self,
        authorization: str | None,
        accept_language: str | None,
        request_id: str,
        address: str | None,
    ) -> "FakeContext":
        viewer = "ann" if self.credentials_of(authorization) else None
        if viewer and (now := origin.current()):
            now.viewer_id = ANN.id
        return FakeContext(self, viewer, accept_language, request_id)


@dataclass
class FakeContext:
    state: SchemaState
    viewer: str | None
    accept_language: str | None
    request_id: str
    refusals: list[str] = field(default_factory=list)
    next_turn: NextTurn | None = None

    @property
    def locale(self) -> str:
        return locale_for(self.accept_language)


Info = StrawberryInfo[FakeContext, None]


@strawberry.type
class Update:
    kind: str
    position: int
    text: str


@strawberry.type
class Query:
    @strawberry.field
    def hello(self, name: str = "world") -> str:
        return f"hello {name}"

    @strawberry.field
    def me(self, info: Info) -> str:
        context = info.context
        return f"{context.viewer} {context.accept_language} {context.request_id}"

    @strawberry.field
    def locale(self, info: Info) -> str | None:
        return info.context.accept_language

    @strawberry.field
    def broken(self) -> str | None:
        raise ValueError("broken")

    @strawberry.field
    def required(self) -> str:
        raise ValueError("required")

    @strawberry.field
    async def work(self, info: Info) -> int:
        return await info.context.state.work()


@strawberry.type
class Mutation:
    @strawberry.mutation
    def touch(self, info: Info) -> int:
        info.context.state.touched += 1
        return info.context.state.touched

    @strawberry.mutation
    async def work(self, info: Info) -> int:
        return await info.context.state.work()


@strawberry.type
class Subscription:
    @strawberry.subscription
    async def seat_map(
        self, info: Info, session_id: str, after: str | None = None
    ) -> AsyncGenerator[Update, None]:
        state = info.context.state
        state.watched_as.append((info.context.viewer, info.context.accept_language))
        state.executions += 1
        if session_id == "unknown" or state.gone:
            raise GraphQLError("no such session")
        if state.faulty:
            raise GraphQLError("a fault", extensions={"code": "INTERNAL"})
        watcher: asyncio.Queue[int | None] = asyncio.Queue()
        state.watchers.add(watcher)
        try:
            await state.readable.wait()
            if after is None:
                yield Update(kind="map", position=state.position, text=state.text)
            else:
                state.resumed_after.append(after)
                yield Update(kind="since", position=state.position, text=after)
            while (position := await watcher.get()) is not None:
                if position == GAP:
                    assert info.context.next_turn is not None
                    await info.context.next_turn()
                    yield Update(kind="map", position=state.position, text=state.text)
                else:
                    yield Update(kind="delta", position=position, text=state.text)
        finally:
            state.watchers.discard(watcher)

    @strawberry.subscription
    async def numbers(self, info: Info, upto: int) -> AsyncGenerator[int, None]:
        for number in range(upto):
            info.context.state.pulled += 1
            yield number

    @strawberry.subscription
    async def mine(self, info: Info) -> AsyncGenerator[str, None]:
        yield f"{info.context.viewer}"
        await asyncio.Event().wait()

    @strawberry.subscription
    async def failing(self) -> AsyncGenerator[int, None]:
        yield 1
        raise ValueError("in the middle")


schema = PlannedSchema(Query, Mutation, Subscription, plans=PLANS)
