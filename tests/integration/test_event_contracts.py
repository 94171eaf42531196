"""Each type of event as it is committed: its topic, who awaits it, and its fields."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from domain import events
from domain.events import (
    EVENTS,
)
from domain.money import Money
from domain.new_seats import NewSeats
from domain.payment import PaymentStatus
from domain.reservation import DEFAULT_TERMS, Reservation, ReservationStatus
from domain.session_changes import SessionChange
from persistence.catalog.blocks import PostgresBlocks
from persistence.catalog.catalog import PostgresCatalog
from persistence.catalog.venues import PostgresVenues
from persistence.codec import event_from_json
from persistence.postgres.pool import Pool
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show, expire_hold
from tests.support.event_payloads import again, moments
from tests.support.events import open_payment, update_payments
from tests.support.notices import cause_account_events
from tests.support.payments import Payments
from tests.support.refunds import (
    EVERYWHERE,
    asking,
    cancellation_service,
    refund_service,
    sell,
    ticket_ids,
)
from tests.support.sale_events import hold

DOCUMENT = Path(__file__).parents[2] / "docs/architecture.md"
SEAT = {
    *("id", "row", "number", "status", "version", "held_until"),
    *("price_minor", "currency"),
}
RESERVATION = {
    *("reservation_id", "session_id", "customer_id", "status", "amount_minor"),
    *("currency", "created_at", "expires_at", "extensions", "seats", "position"),
}
SEATS = {"session_id", "seats", "position"}
MOVE = {"session_id", "starts_at", "ends_at", "position"}
CANCELLED = {"session_id", "cancelled_at", "reason", "position"}
PAYMENT = {
    *("payment_id", "reservation_id", "session_id", "customer_id", "status"),
    *("amount_minor", "currency", "created_at", "approved_at"),
    *("provider", "outcome"),
}
ACCOUNT = {"account_id"}
BOTH, FANOUT, NOTICES = {"payments", "fanout"}, {"fanout"}, {"notices"}

CONTRACTS: dict[str, tuple[str, set[str], set[str]]] = {
    "ReservationCreated": ("reservations", BOTH, RESERVATION),
    "ReservationExtended": ("reservations", FANOUT, RESERVATION),
    "ReservationConfirmed": ("reservations", FANOUT, RESERVATION),
    "TicketsRefunded": ("reservations", FANOUT, RESERVATION),
    "ReservationCancelled": ("reservations", BOTH, RESERVATION),
    "ReservationExpired": ("reservations", BOTH, RESERVATION),
    "SeatsAdded": ("reservations", FANOUT, SEATS),
    "SeatsRepriced": ("reservations", FANOUT, SEATS),
    "SeatsBlocked": ("reservations", FANOUT, SEATS),
    "SeatsUnblocked": ("reservations", FANOUT, SEATS),
    "SessionMoved": ("reservations", FANOUT, MOVE),
    "SessionCancelled": ("reservations", FANOUT, CANCELLED),
    "SessionRemoved": ("reservations", FANOUT, {"session_id"}),
    "EmailVerificationRequested": ("reservations", NOTICES, ACCOUNT),
    "PasswordResetRequested": ("reservations", NOTICES, ACCOUNT),
    "EmailChangeRequested": ("reservations", NOTICES, ACCOUNT),
    "EmailChangeAnnounced": ("reservations", NOTICES, ACCOUNT),
    "PaymentOpened": ("payments", FANOUT, PAYMENT),
    "PaymentApproved": ("payments", FANOUT, PAYMENT),
    "PaymentExpired": ("payments", FANOUT, PAYMENT),
    "PaymentCancelled": ("payments", FANOUT, PAYMENT),
    "PaymentRefunded": ("payments", FANOUT, PAYMENT),
    "PaymentPartlyRefunded": ("payments", FANOUT, PAYMENT),
    "PaymentSettled": ("payments", FANOUT, PAYMENT),
}
SEAT_STATUS = {
    "ReservationCreated": "HELD",
    "ReservationExtended": "HELD",
    "ReservationConfirmed": "SOLD",
    "ReservationCancelled": "AVAILABLE",
    "ReservationExpired": "AVAILABLE",
    "TicketsRefunded": "AVAILABLE",
    "SeatsAdded": "AVAILABLE",
    "SeatsBlocked": "BLOCKED",
    "SeatsUnblocked": "AVAILABLE",
    "SeatsRepriced": "AVAILABLE",
}


class Sale:
    """A hold that is sold, an extended one that is cancelled, and one that expires.

    Then more seats, a price, a session that is removed, and an account.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._cinema = Cinema(pool)
        self._ledger = PostgresLedger(pool)
        self._catalog = PostgresCatalog(pool)

    async def events(self) -> dict[str, asyncpg.Record]:
        show = await self._cinema.open_session()
        await self._pay(await hold(self._cinema, show, 0))
        await self._refund(show)
        await self._cancel(await hold(self._cinema, show, 1))
        await self._let_expire(await hold(self._cinema, show, 2))
        await self._give_up(show)
        await self._change_the_catalog(await self._cinema.open_session(seats=2))
        never_sold = await self._cinema.open_session()
        await self._catalog.remove_session(never_sold.session_id)
        [rita] = await self._cinema.customers(1)
        cancelled = await self._cinema.open_session()
        await cancellation_service(self._pool).cancel_session(
            cancelled.session_id, "flood", rita
        )
        await cause_account_events(self._pool)
        rows = await self._pool.fetch("SELECT * FROM outbox ORDER BY position")
        return {row["type"]: row for row in rows}

    async def _pay(self, held: Reservation) -> None:
        payment_id = await open_payment(self._pool, held.id)
        await self._ledger.approve(payment_id, held.customer_id, None)

    async def _refund(self, show: Show) -> None:
        [ana] = await self._cinema.customers(1)
        sold = await sell(self._pool, show, ana, 3, 4)
        first, _ = await ticket_ids(self._pool, sold.id)
        for wanted in ([first], None):
            await refund_service(self._pool).refund_tickets(
                asking(sold, wanted, manages=EVERYWHERE)
            )

    async def _cancel(self, held: Reservation) -> None:
        await self._ledger.extend(held.id, held.customer_id, DEFAULT_TERMS, None)
        await open_payment(self._pool, held.id)
        await self._ledger.cancel(held.id, held.customer_id)
        await update_payments(self._pool, held.id)

    async def _let_expire(self, held: Reservation) -> None:
        await open_payment(self._pool, held.id)
        await expire_hold(self._pool, held.id)
        await self._ledger.expire_due(10)
        await update_payments(self._pool, held.id)

    async def _give_up(self, show: Show) -> None:
        payments, [ana] = Payments(self._pool), await self._cinema.customers(1)
        bought = await payments.hold(show, ana, 3)
        await payments.start(bought)
        await payments.pay(bought, Money(1, "BRL"))
        await payments.settle()

    async def _change_the_catalog(self, show: Show) -> None:
        await self._catalog.change_session(
            show.session_id,
            SessionChange(
                starts_at=datetime.now(UTC) + timedelta(days=9),
                price=Money(3000, "BRL"),
            ),
        )
        room_id = await self._cinema.room_of(show)
        await PostgresVenues(self._pool).add_seats(room_id, [NewSeats("B", 2)])
        blocks, [rita] = PostgresBlocks(self._pool), await self._cinema.customers(1)
        await blocks.block(show.session_id, show.seat_ids, "broken", rita)
        await blocks.unblock(show.session_id, show.seat_ids)


@pytest.fixture
async def outbox(scratch_pool: Pool) -> dict[str, asyncpg.Record]:
    return await Sale(scratch_pool).events()


async def test_each_event_is_as_its_contract_says(
    outbox: dict[str, asyncpg.Record],
) -> None:
    written = {
        type_: (row["topic"], set(row["awaiting"]), row["data"].keys())
        for type_, row in outbox.items()
    }

    assert written == CONTRACTS
    for type_, row in outbox.items():
        seats = row["data"].get("seats", ())
        assert {seat["status"] for seat in seats} == (
            {SEAT_STATUS[type_]} if type_ in SEAT_STATUS else set()
        )
        fields = SEAT | ({"agreed_minor"} if "status" in row["data"] else set())
        assert all(seat.keys() == fields for seat in seats)


async def test_the_catalogue_is_what_is_committed(
    outbox: dict[str, asyncpg.Record],
) -> None:
    assert outbox.keys() == EVENTS.keys()
    for type_, row in outbox.items():
        event = event_from_json(type_, row["data"])
        assert type(event) is EVENTS[type_]
        assert event.topic == row["topic"]
        assert event.awaited_by == tuple(row["awaiting"])
        assert again(event) == moments(row["data"])


def test_the_documentation_lists_the_fields() -> None:
    text = DOCUMENT.read_text()
    rows = re.findall(
        r"^\|.*\| ([A-Z][\w, ]+) \| .* \| ([\w, ]+) \|$", text, re.MULTILINE
    )
    [of_a_seat] = re.findall(r"(?m)^Each of `seats` has ([\w, ]+)\.$", text)

    documented = {
        type_: set(fields.split(", "))
        for types, fields in rows
        for type_ in types.split(", ")
    }
    assert documented == {type_: row[2] for type_, row in CONTRACTS.items()}
    assert set(of_a_seat.split(", ")) == SEAT


def test_an_event_of_every_status_is_in_the_catalogue() -> None:
    statuses = {event.status for event in EVENTS.values()} - {None}

    assert statuses == {*ReservationStatus, *PaymentStatus}
    assert {name: event.__name__ for name, event in EVENTS.items()} == {
        name: name for name in CONTRACTS
    }


def test_an_event_of_a_newer_program_is_read_by_its_fields() -> None:
    reservation = UUID(int=7)
    data = {"reservation_id": str(reservation), "seats": [], "position": 5, "new": 1}

    change = event_from_json("SeatsBlessed", data)
    nothing = event_from_json("RoomPainted", {"colour": "red"})

    assert isinstance(change, events.UnknownEvent) and change.seat_change
    assert (change.reservation_id, change.seat_change.position) == (reservation, 5)
    assert nothing == events.UnknownEvent(reservation_id=None, seat_change=None)
