"""A running service and its customers, who use a third-party GraphQL client (gql)."""

import asyncio
import itertools
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from gql import Client, GraphQLRequest
from gql.client import AsyncClientSession
from gql.transport.httpx import HTTPXAsyncTransport
from gql.transport.websockets import WebsocketsTransport
from redis.asyncio import Redis

from app.commands.tokens import mint
from loadtest import documents
from tests.support.polling import eventually
from tests.support.run import RunUnderTest

Answer = dict[str, Any]

_sessions = itertools.count()


class Customer:
    def __init__(self, http: AsyncClientSession, socket_url: str, token: str) -> None:
        self.http = http
        self._socket_url = socket_url
        self._token = token

    async def ask(self, document: str, **variables: object) -> Answer:
        request = GraphQLRequest(document, variable_values=variables)
        answer: Answer = await self.http.execute(request)
        return answer

    async def mutate(self, document: str, **entered: object) -> Answer:
        """The result of the only mutation in the document, which takes `$input`."""
        [result] = (await self.ask(document, input=entered)).values()
        return dict(result)

    async def reserve(
        self, session: str, *seats: str, key: str | None = None
    ) -> Answer:
        return await self.mutate(
            documents.RESERVE_SEATS,
            sessionId=session,
            seatIds=seats,
            idempotencyKey=key,
        )

    async def approve(self, payment: str) -> Answer:
        return await self.mutate(documents.APPROVE_PAYMENT, paymentId=payment)

    async def cancel(self, reservation: str) -> Answer:
        return await self.mutate(
            documents.CANCEL_RESERVATION, reservationId=reservation
        )

    async def payment_of(self, reservation: str) -> str:
        """Waits for the payment, which an event opens."""
        async for update in self.follow(reservation):
            if update["payment"]:
                return str(update["payment"]["id"])
        raise AssertionError("the subscription ended")

    async def watch(
        self, session: str, after: str | None = None
    ) -> AsyncGenerator[Answer, None]:
        async for update in self._subscribe(
            documents.SEAT_MAP_UPDATES, id=session, after=after
        ):
            yield update["seatMap"]

    async def follow(self, reservation: str) -> AsyncGenerator[Answer, None]:
        async for update in self._subscribe(
            documents.RESERVATION_UPDATES, id=reservation
        ):
            yield update["reservation"]

    async def _subscribe(
        self, document: str, **variables: object
    ) -> AsyncGenerator[Answer, None]:
        transport = WebsocketsTransport(
            url=self._socket_url,
            init_payload={"authorization": f"Bearer {self._token}"},
            subprotocols=[WebsocketsTransport.GRAPHQLWS_SUBPROTOCOL],
        )
        async with Client(transport=transport) as session:
            request = GraphQLRequest(document, variable_values=variables)
            async for update in session.subscribe(request):
                yield update


class RunningService:
    def __init__(self, run: RunUnderTest) -> None:
        self.run = run
        self.address = f"http://127.0.0.1:{run.port}"
        self.url = f"{self.address}/graphql"
        self.socket_url = f"ws://127.0.0.1:{run.port}/graphql"

    def tokens(self, count: int) -> list[str]:
        return list(mint(Path(self.run.settings()["SIGNING_KEYS_DIR"]), count))

    async def wait_for_another_api(self, former: int) -> None:
        async def is_back() -> bool:
            return self.run.children().get("API") not in {None, former} and (
                await asyncio.to_thread(self.run.answers)
            )

        await eventually(is_back)

    async def delete_marker(self, seat: str) -> None:
        async with Redis.from_url(self.run.settings()["REDIS_URL"]) as redis:
            await redis.delete(f"seat:{seat}")

    def customer(self, number: int) -> AbstractAsyncContextManager[Customer]:
        return self.customer_with_token(self.tokens(number + 1)[number])

    @asynccontextmanager
    async def customer_with_token(self, token: str) -> AsyncIterator[Customer]:
        transport = HTTPXAsyncTransport(
            url=self.url, headers={"authorization": f"Bearer {token}"}
        )
        async with Client(transport=transport) as http:
            yield Customer(http, self.socket_url, token)

    async def session(self, customer: Customer) -> tuple[str, list[str]]:
        """A session on sale and its free seats; another one each time if it can."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        answer = await customer.ask(
            documents.SESSIONS, first=20, filter={"startsAfter": now}
        )
        edges = answer["sessions"]["edges"]
        session = edges[-1 - next(_sessions) % len(edges)]["node"]["id"]
        seats = (await customer.ask(documents.SEAT_MAP, id=session))["seatMap"]["seats"]
        free = [seat["id"] for seat in seats if seat["status"] == "AVAILABLE"]
        return session, free
