"""All operations of customers and managers that touch tables, in one journey."""

from typing import Any
from uuid import UUID

from loadtest import documents
from tests.support.catalog import moment
from tests.support.cinema import Cinema, expire_hold
from tests.support.in_process_client import InProcessClient
from tests.support.polling import eventually
from tests.support.sale_events import until_outbox_is_empty

READ_CATALOG = """query ($movie: ID!, $room: ID!, $session: ID!) {
  movie(id: $movie) {
    title synopsis rating genres sessions { edges { node { id } } }
  }
  movies { edges { node { id } } totalCount }
  room(id: $room) { name capacity seats { row number } }
  rooms { edges { node { id } } totalCount }
  session(id: $session) { startsAt endsAt pricePerSeat { amountMinor currency } }
  sessions { edges { node { id movie { id } room { id } } } totalCount }
  seatMap(sessionId: $session) { available held sold position seats { id status } }
}"""
READ_SALES = """query ($reservation: ID!, $payment: ID!) {
  viewer { id email name role }
  reservation(id: $reservation) { status total { amountMinor } payment { id } }
  reservations { edges { node { id seats { id } session { id } } } totalCount }
  payment(id: $payment) { status approvedAt reservation { id } }
  payments { edges { node { id } } totalCount }
}"""
SIGN_OUT = "mutation ($token: String!) { signOut(refreshToken: $token) }"
PRICE = {"amountMinor": 2500, "currency": "BRL"}

Answer = dict[str, Any]


class Journey:
    """All that customers, a manager and the worker do, once."""

    def __init__(self, client: InProcessClient, manager: str, cinema: Cinema) -> None:
        self._app = client.app
        self._manager = manager
        self._cinema = cinema

    async def run(self, name: str) -> UUID:
        """The reservation that was sold."""
        session = await self._plan_session()
        customer = await self._sign_up(name)
        seat_map = await self._ask("", documents.SEAT_MAP, id=session["id"])
        seats = [seat["id"] for seat in seat_map["seatMap"]["seats"]]
        sold = await self._reserve(customer, session["id"], seats[:2])
        await until_outbox_is_empty(self._cinema)
        payment = (await self._reservation(customer, sold))["payment"]["id"]
        await self._enter(customer, documents.APPROVE_PAYMENT, paymentId=payment)
        given_back = await self._reserve(customer, session["id"], seats[2:3])
        await self._enter(
            customer, documents.CANCEL_RESERVATION, reservationId=given_back
        )
        overdue = await self._reserve(customer, session["id"], seats[3:4])
        await until_outbox_is_empty(self._cinema)  # its payment is open
        await expire_hold(self._cinema.pool, UUID(overdue))

        async def is_expired() -> bool:
            found = await self._reservation(customer, overdue)
            return bool((found["payment"] or {}).get("status") == "EXPIRED")

        await eventually(is_expired)
        assert (await self._reservation(customer, sold))["status"] == "CONFIRMED"
        assert (await self._reservation(customer, given_back))["status"] == "CANCELLED"
        ids = {"movie": session["movie"]["id"], "room": session["room"]["id"]}
        read = await self._ask("", READ_CATALOG, **ids, session=session["id"])
        assert (read["seatMap"]["sold"], read["seatMap"]["held"]) == (2, 0)
        read = await self._ask(customer, READ_SALES, reservation=sold, payment=payment)
        assert read["payment"]["status"] == "APPROVED"
        assert read["reservations"]["totalCount"] == 3
        return UUID(sold)

    async def _plan_session(self) -> Answer:
        movie = await self._enter(
            self._manager,
            documents.CREATE_MOVIE,
            title="Limite",
            synopsis="A boat, three people.",
            durationMinutes=114,
        )
        await self._enter(
            self._manager, documents.UPDATE_MOVIE, id=movie["id"], rating="12"
        )
        rows = [{"row": "A", "seats": 4}]
        room = await self._enter(
            self._manager, documents.CREATE_ROOM, name="Sala 1", rows=rows
        )
        session = await self._enter(
            self._manager,
            documents.CREATE_SESSION,
            movieId=movie["id"],
            roomId=room["id"],
            startsAt=moment(2),
            pricePerSeat=PRICE,
        )
        await self._enter(
            self._manager, documents.ADD_SEATS, roomId=room["id"], rows=rows
        )
        return await self._enter(
            self._manager,
            documents.UPDATE_SESSION,
            id=session["id"],
            startsAt=moment(3),
            pricePerSeat=PRICE | {"amountMinor": 3000},
        )

    async def _sign_up(self, name: str) -> str:
        """An access token."""
        person = {"email": f"{name}@cinema.example", "password": "a boat, three people"}
        await self._enter("", documents.SIGN_UP, **person, name=name)
        tokens = await self._enter("", documents.SIGN_IN, **person)
        refreshed = await self._ask(
            "", documents.REFRESH_TOKENS, token=tokens["refreshToken"]
        )
        token = refreshed["refreshTokens"]["refreshToken"]
        assert await self._ask("", SIGN_OUT, token=token) == {"signOut": True}
        return str(tokens["accessToken"])

    async def _reserve(self, token: str, session: str, seats: list[str]) -> str:
        held = await self._enter(
            token,
            documents.RESERVE_SEATS,
            sessionId=session,
            seatIds=seats,
            idempotencyKey=seats[0],
        )
        return str(held["id"])

    async def _reservation(self, token: str, reservation: str) -> Answer:
        read = await self._ask(token, documents.RESERVATION, id=reservation)
        return dict(read["reservation"])

    async def _enter(self, token: str, document: str, /, **entered: Any) -> Answer:
        """The result of a mutation, which is no refusal."""
        [result] = (await self._ask(token, document, input=entered)).values()
        assert "code" not in result, result
        return dict(result)

    async def _ask(self, token: str, document: str, /, **variables: Any) -> Answer:
        answer = await InProcessClient(self._app, token).ask(document, **variables)
        assert "errors" not in answer, answer
        assert None not in answer["data"].values(), answer
        return dict(answer["data"])
