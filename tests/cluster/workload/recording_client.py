"""A client that records each operation: its times, its input and its answer."""

import time
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from app.scanner.documents import CHECK_IN
from loadtest.documents import (
    APPROVE_PAYMENT,
    CANCEL_RESERVATION,
    CHOOSE_TICKETS,
    EXTEND_RESERVATION,
    REFUND_TICKETS,
    RESERVE_BEST_SEATS,
    RESERVE_SEATS,
    SEAT_MAP,
)
from tests.cluster.evidence import Kind, Operation, SeatState
from tests.cluster.workload.campaign_client import CampaignClient, Reply
from tests.support.api_examples import example

OFFER_TICKET = example("PassOn")
ACCEPT_TICKET = example("Accept")


class RecordingClient:
    """For one customer. An operation that is cancelled keeps the outcome `unknown`."""

    def __init__(
        self,
        customer: str,
        token: str,
        client: CampaignClient,
        operations: list[Operation],
    ) -> None:
        self.customer = customer
        self._token = token
        self._client = client
        self._operations = operations

    async def reserve(
        self,
        session: str,
        seats: tuple[str, ...],
        key: str | None,
        students: Mapping[str, str] = MappingProxyType({}),
    ) -> tuple[Operation, Reply]:
        """`students` has the ticket type of some seats; the others are for adults."""
        wanted: dict[str, Any] = {
            "sessionId": session,
            "seatIds": seats,
            "idempotencyKey": key,
            "tickets": [
                {"seatId": seat, "ticketTypeId": ticket_type}
                for seat, ticket_type in students.items()
            ],
        }
        operation = self._begin("reserve", session, seats=seats, key=key)
        operation.students = tuple(students)
        reply = await self.ask(RESERVE_SEATS, {"input": wanted})
        if reply.outcome == "ok":
            operation.amount_minor = reply.value["total"]["amountMinor"]
            operation.states = states(reply.value["seats"])
        return self._end(operation, reply), reply

    async def reserve_best(
        self, session: str, ticket_type: str, count: int, together: str, key: str | None
    ) -> tuple[Operation, Reply]:
        wanted = {
            "sessionId": session,
            "tickets": [{"ticketTypeId": ticket_type, "count": count}],
            "together": together,
            "idempotencyKey": key,
        }
        operation = self._begin("best", session, key=key)
        operation.count, operation.together = count, together
        reply = await self.ask(RESERVE_BEST_SEATS, {"input": wanted})
        if reply.outcome == "ok":
            operation.amount_minor = reply.value["total"]["amountMinor"]
            operation.states = states(reply.value["seats"])
        return self._end(operation, reply), reply

    async def choose(
        self,
        session: str,
        reservation: str,
        types: Mapping[str, str],
        students: tuple[str, ...],
    ) -> Operation:
        """`types` has the ticket type of each seat, and `students` some of them."""
        wanted = {
            "reservationId": reservation,
            "tickets": [
                {"seatId": seat, "ticketTypeId": ticket_type}
                for seat, ticket_type in types.items()
            ],
        }
        operation = self._begin(
            "choose", session, seats=tuple(types), target=reservation
        )
        operation.students = students
        reply = await self.ask(CHOOSE_TICKETS, {"input": wanted})
        if reply.outcome == "ok":
            operation.amount_minor = reply.value["total"]["amountMinor"]
            operation.states = states(reply.value["seats"])
        return self._end(operation, reply)

    async def extend(
        self, session: str, reservation: str, key: str | None
    ) -> tuple[Operation, Reply]:
        wanted = {"reservationId": reservation, "idempotencyKey": key}
        operation = self._begin("extend", session, target=reservation, key=key)
        reply = await self.ask(EXTEND_RESERVATION, {"input": wanted})
        if reply.outcome == "ok":
            operation.states = states(reply.value["seats"])
        return self._end(operation, reply), reply

    async def cancel(self, session: str, reservation: str) -> Operation:
        operation = self._begin("cancel", session, target=reservation)
        reply = await self.ask(
            CANCEL_RESERVATION, {"input": {"reservationId": reservation}}
        )
        return self._end(operation, reply)

    async def approve(self, session: str, payment: str, key: str | None) -> Operation:
        wanted = {"paymentId": payment, "idempotencyKey": key}
        operation = self._begin("approve", session, target=payment, key=key)
        reply = await self.ask(APPROVE_PAYMENT, {"input": wanted})
        if reply.outcome == "ok":
            operation.amount_minor = reply.value["amount"]["amountMinor"]
        return self._end(operation, reply)

    async def refund(
        self, session: str, reservation: str, tickets: tuple[str, ...], key: str | None
    ) -> Operation:
        """Without `tickets`: all that are left."""
        wanted = {
            "reservationId": reservation,
            "ticketIds": tickets or None,
            "reason": "Changed my mind",
            "idempotencyKey": key,
        }
        operation = self._begin("refund", session, target=reservation, key=key)
        operation.tickets = tickets
        reply = await self.ask(REFUND_TICKETS, {"input": wanted})
        if reply.outcome == "ok":
            operation.amount_minor = reply.value["amount"]["amountMinor"]
        return self._end(operation, reply)

    async def check_in(
        self,
        gate: str,
        session: str,
        ticket: str,
        code: str,
        key: str,
        *,
        shown_by: str,
    ) -> Operation:
        """By who stands at this gate."""
        wanted = {
            "code": code,
            "sessionId": session,
            "gate": gate,
            "idempotencyKey": key,
        }
        operation = self._begin("check_in", session, target=ticket, key=key)
        operation.shown_by = shown_by
        reply = await self.ask(CHECK_IN, {"input": wanted})
        return self._end(operation, reply)

    async def offer(self, session: str, ticket: str) -> tuple[Operation, str | None]:
        """Also the token behind its link."""
        operation = self._begin("offer", session, target=ticket)
        reply = await self.ask(OFFER_TICKET, {"ticket": ticket})
        token = reply.value.get("link", "").partition("#token=")[2]
        return self._end(operation, reply), token or None

    async def accept(
        self, session: str, ticket: str, token: str
    ) -> tuple[Operation, str | None]:
        """Also the new code of the ticket."""
        operation = self._begin("accept", session, target=ticket)
        reply = await self.ask(ACCEPT_TICKET, {"token": token})
        return self._end(operation, reply), reply.value.get("qr")

    async def read(self, session: str) -> Operation:
        operation = self._begin("read", session)
        reply = await self.ask(SEAT_MAP, {"id": session})
        if reply.outcome == "ok":
            operation.states = states(reply.value["seats"])
        return self._end(operation, reply)

    async def ask(self, document: str, variables: dict[str, Any]) -> Reply:
        return await self._client.ask(self._token, document, variables)

    def _begin(
        self,
        kind: Kind,
        session: str,
        *,
        seats: tuple[str, ...] = (),
        target: str | None = None,
        key: str | None = None,
    ) -> Operation:
        operation = Operation(
            kind=kind,
            customer=self.customer,
            session=session,
            seats=seats,
            target=target,
            key=key,
            invoked=time.monotonic(),
        )
        self._operations.append(operation)
        return operation

    def _end(self, operation: Operation, reply: Reply) -> Operation:
        operation.returned = time.monotonic()
        operation.outcome = reply.outcome
        operation.code = reply.code
        operation.result = reply.value.get("id")
        operation.status = reply.value.get("status")
        return operation


def states(seats: list[dict[str, Any]]) -> tuple[SeatState, ...]:
    return tuple(
        SeatState(
            seat=seat["id"],
            version=seat["version"],
            status=seat["status"],
            price_minor=seat["price"]["amountMinor"],
        )
        for seat in seats
    )
