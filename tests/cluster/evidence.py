"""The evidence of a run: plain values that the judge reads, also from a file.

Times of clients are seconds on the monotonic clock of this machine. Times of the
database are whole microseconds on its own clock, so that 30 s are exact.
"""

from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from pydantic import TypeAdapter

Kind = Literal["reserve", "best", "choose", "extend", "cancel", "approve", "read"]
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
    # The reservation to change, extend or cancel, or the payment to approve.
    target: str | None = None
    key: str | None = None
    invoked: float
    returned: float = 0.0
    outcome: Outcome = "unknown"
    code: str | None = None  # of the refusal, or the reason for `unknown`
    # The answer:
    result: str | None = None  # the reservation's or the payment's id
    status: str | None = None
    amount_minor: int | None = None
    states: tuple[SeatState, ...] = ()


@dataclass(slots=True, kw_only=True)
class SessionRow:
    id: str
    cinema: str
    day: date  # when it starts, by the cinema's clock
    sales_end_at: int | None = None  # not in older evidence


@dataclass(slots=True, kw_only=True)
class SeatRow:
    id: str
    session: str
    version: int
    status: str
    reservation: str | None
    price_minor: int
    row: str = ""
    place: int = 0  # in the row


@dataclass(slots=True, kw_only=True)
class ReservationRow:
    id: str
    session: str
    customer: str
    status: str
    amount_minor: int
    created_at: int
    expires_at: int
    extensions: int = 0
    sales_end_at: int | None = None  # of its session; not in older evidence


@dataclass(slots=True, kw_only=True)
class ClaimRow:
    reservation: str
    seat: str
    open: bool
    price_minor: int
    ticket_type: str | None = None  # if it is not the default one


@dataclass(slots=True, kw_only=True)
class QuotaRow:
    """How many tickets of a type a session has sold; each costs the same."""

    session: str
    ticket_type: str
    price_minor: int
    seats_limit: int
    seats_taken: int


@dataclass(slots=True, kw_only=True)
class PaymentRow:
    id: str
    reservation: str
    status: str
    amount_minor: int


@dataclass(slots=True, kw_only=True)
class KeyRow:
    customer: str
    operation: str
    key: str
    result: str


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

    def database_time(self, ours: float) -> int:
        return round((ours + self.clock_offset) * SECOND)


AS_JSON = TypeAdapter(Evidence)
