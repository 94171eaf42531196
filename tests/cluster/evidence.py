"""The evidence of a run: plain values that the judge reads, also from a file.

Times of clients are seconds on the monotonic clock of this machine. Times of the
database are whole microseconds on its own clock, so that 30 s are exact.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import TypeAdapter

from tests.cluster.rows import (
    ClaimRow,
    KeyRow,
    PaymentRow,
    QuotaRow,
    RefundRow,
    ReservationRow,
    SeatRow,
    SessionRow,
)

Kind = Literal[
    "reserve",
    "best",
    "choose",
    "extend",
    "cancel",
    "approve",
    "refund",
    "check_in",
    "offer",
    "accept",
    "read",
]
Outcome = Literal["ok", "refused", "unknown"]

SECOND = 1_000_000
HOLDS = {"reserve": "reserveSeats", "best": "reserveBestSeats"}  # their mutations


@dataclass(slots=True, kw_only=True)
class SeatState:
    """The state of one seat, as a client received it."""

    seat: str
    version: int
    status: str
    price_minor: int | None = None


@dataclass(slots=True, kw_only=True)
class Operation:
    """One request. `unknown`: it may have taken effect, at any time, or not at all."""

    kind: Kind
    customer: str
    session: str
    seats: tuple[str, ...] = ()
    students: tuple[str, ...] = ()  # of the seats: those of students' tickets
    # Of "best": how many seats, and how close together.
    count: int = 0
    together: str | None = None
    # Of "refund": the tickets to give back, or none for all that are left.
    tickets: tuple[str, ...] = ()
    # The reservation to change, extend, cancel or refund; the payment to approve; the
    # ticket to check in, to offer or to accept.
    target: str | None = None
    key: str | None = None
    shown_by: str | None = None  # of "check_in": whose code it is
    invoked: float
    returned: float = 0.0
    outcome: Outcome = "unknown"
    code: str | None = None  # of the refusal, or the reason for `unknown`
    # The answer:
    # The id of the reservation, the payment or the refund:
    result: str | None = None
    status: str | None = None
    amount_minor: int | None = None
    states: tuple[SeatState, ...] = ()


@dataclass(slots=True, kw_only=True)
class SeatChange:
    """A change of a seat's row, as the witness in the database recorded it."""

    seat: str
    version: int
    status: str
    reservation: str | None
    held_until: int | None
    at: int
    transaction: int


@dataclass(slots=True, kw_only=True)
class Event:
    """An event, as the witness recorded its insert into the outbox."""

    position: int
    id: str
    topic: str
    type: str
    session: str
    reservation: str | None
    amount_minor: int | None
    seats: tuple[SeatState, ...]
    at: int


@dataclass(slots=True, kw_only=True)
class TopicRecord:
    topic: str
    partition: int
    offset: int
    event: str
    session: str


@dataclass(slots=True, kw_only=True)
class ObservedState:
    """A state of a seat and when a watcher received it first."""

    state: SeatState
    at: float
    whole: bool  # in a SeatMap, where an expired hold counts as available


@dataclass(slots=True, kw_only=True)
class WatcherLog:
    name: str
    session: str
    observed: list[ObservedState] = field(default_factory=list)
    final: dict[str, SeatState] = field(default_factory=dict)
    open_since: float | None = None  # of the last connection; None: it has none
    connects: int = 0
    messages: int = 0
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class AvailabilityAnswer:
    """What the API said of a session at the end."""

    session: str
    total: int
    available: int


@dataclass(slots=True, kw_only=True)
class DayListing:
    """The sessions of a cinema's day in the API at the end, all pages of it."""

    cinema: str
    day: date
    sessions: list[str]


@dataclass(slots=True, kw_only=True)
class Disturbance:
    """The times of the faults; `recovered_by` is when the service has to work again."""

    began: float
    healed: float
    recovered_by: float
    # When the broker restarted without the records that it had acknowledged.
    emptied_at: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Evidence:
    operations: list[Operation]
    watchers: list[WatcherLog]
    seats: list[SeatRow]
    reservations: list[ReservationRow]
    claims: list[ClaimRow]
    payments: list[PaymentRow]
    keys: list[KeyRow]
    changes: list[SeatChange]
    outbox: list[Event]
    unconfirmed: list[str]  # ids of events that some consumer has not confirmed
    records: list[TopicRecord]
    read_at: int  # the database's clock when its tables were read
    clock_offset: float  # seconds to add to our clock to get the database's
    disturbance: Disturbance | None = None
    # How many times longer than on an idle machine everything takes here. Time limits
    # are meant for an idle one.
    slowness: float = 1.0
    availabilities: list[AvailabilityAnswer] = field(default_factory=list)
    sessions: list[SessionRow] = field(default_factory=list)
    listings: list[DayListing] = field(default_factory=list)
    quotas: list[QuotaRow] = field(default_factory=list)
    refunds: list[RefundRow] = field(default_factory=list)

    def counts(self) -> dict[str, int]:
        """What became of the tickets that were sold."""
        return {
            "refunds": len(self.refunds),
            "check-ins": sum(claim.scan is not None for claim in self.claims),
            "transfers": sum(claim.holder is not None for claim in self.claims),
        }

    def database_time(self, ours: float) -> int:
        return round((ours + self.clock_offset) * SECOND)


AS_JSON = TypeAdapter(Evidence)
