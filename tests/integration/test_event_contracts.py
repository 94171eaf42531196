"""Each type of event as it is committed: its topic, who awaits it, and its fields."""

import re
from pathlib import Path
from uuid import UUID

import asyncpg
import pytest

from domain import events
from domain.events import (
    EVENTS,
)
from domain.payment import PaymentStatus
from domain.reservation import ReservationStatus
from persistence.codec import event_from_json
from persistence.postgres.pool import Pool
from tests.support.event_payloads import again, moments
from tests.support.every_event import EveryEvent

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
OF_A_SALE = FANOUT | NOTICES

CONTRACTS: dict[str, tuple[str, set[str], set[str]]] = {
    "ReservationCreated": ("reservations", BOTH, RESERVATION),
    "ReservationExtended": ("reservations", FANOUT, RESERVATION),
    "ReservationConfirmed": ("reservations", OF_A_SALE, RESERVATION),
    "TicketsRefunded": ("reservations", OF_A_SALE, RESERVATION),
    "ReservationMoved": ("reservations", OF_A_SALE, RESERVATION),
    "SeatsMoved": ("reservations", FANOUT, SEATS),
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
    "PaymentSettled": ("payments", OF_A_SALE, PAYMENT),
}
SEAT_STATUS = {
    "ReservationCreated": "HELD",
    "ReservationExtended": "HELD",
    "ReservationConfirmed": "SOLD",
    "ReservationCancelled": "AVAILABLE",
    "ReservationExpired": "AVAILABLE",
    "TicketsRefunded": "AVAILABLE",
    "ReservationMoved": "SOLD",
    "SeatsMoved": "AVAILABLE",
    "SeatsAdded": "AVAILABLE",
    "SeatsBlocked": "BLOCKED",
    "SeatsUnblocked": "AVAILABLE",
    "SeatsRepriced": "AVAILABLE",
}


@pytest.fixture
async def outbox(scratch_pool: Pool) -> dict[str, asyncpg.Record]:
    return await EveryEvent(scratch_pool).written()


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
