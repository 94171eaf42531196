"""A customer of a running service, behind a GraphQL client that is not ours (gql)."""

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
from tests.support.run import RunUnderTest
from tests.support.waiting import eventually

Answer = dict[str, Any]

SESSIONS = """query ($after: DateTime!, $cursor: String) {
  sessions(first: 20, after: $cursor, filter: {startsAfter: $after}) {
    edges { node { id seatMap { available seats { id status version } } } }
  }
}"""
RESERVE = """mutation ($input: ReserveSeatsInput!) {
  reserveSeats(input: $input) {
    __typename
    ... on Problem { code message }
    ... on SeatsUnavailable { seats { id status heldUntil version } }
    ... on Reservation {
      id status expiresAt total { amountMinor currency } seats { id status version }
    }
  }
}"""
APPROVE = """mutation ($id: ID!) {
  approvePayment(input: {paymentId: $id}) {
    __typename
    ... on Problem { code }
    ... on Payment { id status amount { amountMinor } reservation { id status } }
  }
}"""
CANCEL = """mutation ($id: ID!) {
  cancelReservation(input: {reservationId: $id}) {
    __typename ... on Problem { code } ... on Reservation { id status }
  }
}"""
WATCH = """subscription ($session: ID!, $after: String) {
  seatMap(sessionId: $session, after: $after) {
    __typename
    ... on SeatMap {
      position available held sold seats { id status version price { amountMinor } }
    }
    ... on SeatMapDelta {
      position seats { id status version heldUntil price { amountMinor } }
    }
  }
}"""
FOLLOW = """subscription ($id: ID!) {
  reservation(id: $id) { status payment { id status } }
}"""

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

    async def reserve(
        self, session: str, *seats: str, key: str | None = None
    ) -> Answer:
        wanted = {"sessionId": session, "seatIds": seats, "idempotencyKey": key}
        answer: Answer = (await self.ask(RESERVE, input=wanted))["reserveSeats"]
        return answer

    async def approve(self, payment: str) -> Answer:
        answer: Answer = (await self.ask(APPROVE, id=payment))["approvePayment"]
        return answer

    async def cancel(self, reservation: str) -> Answer:
        answer: Answer = (await self.ask(CANCEL, id=reservation))["cancelReservation"]
        return answer

    async def payment_of(self, reservation: str) -> str:
        """Waits, as clients do, for the payment that the event opens."""
        async for update in self.follow(reservation):
            if update["payment"]:
                return str(update["payment"]["id"])
        raise AssertionError("the subscription ended")

    async def watch(
        self, session: str, after: str | None = None
    ) -> AsyncGenerator[Answer, None]:
        async for update in self._subscribe(WATCH, session=session, after=after):
            yield update["seatMap"]

    async def follow(self, reservation: str) -> AsyncGenerator[Answer, None]:
        async for update in self._subscribe(FOLLOW, id=reservation):
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


class Service:
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

        await eventually(is_back, 30)

    async def forget_marker(self, seat: str) -> None:
        async with Redis.from_url(self.run.settings()["REDIS_URL"]) as redis:
            await redis.delete(f"seat:{seat}")

    def customer(self, number: int) -> AbstractAsyncContextManager[Customer]:
        return self.bearer_of(self.tokens(number + 1)[number])

    @asynccontextmanager
    async def bearer_of(self, token: str) -> AsyncIterator[Customer]:
        transport = HTTPXAsyncTransport(
            url=self.url, headers={"authorization": f"Bearer {token}"}
        )
        async with Client(transport=transport) as http:
            yield Customer(http, self.socket_url, token)

    async def session(self, customer: Customer) -> tuple[str, list[str]]:
        """Another one on sale each time, as far as a page goes, with its free seats."""
        now = datetime.now(UTC).isoformat().replace("+00:00", "Z")
        answer = await customer.ask(SESSIONS, after=now)
        edges = answer["sessions"]["edges"]
        node = edges[-1 - next(_sessions) % len(edges)]["node"]
        free = [s["id"] for s in node["seatMap"]["seats"] if s["status"] == "AVAILABLE"]
        return node["id"], free
