"""All that a checker judges of one run, as plain values that can be kept in a file.

Moments of customers and watchers are seconds of this machine's monotonic clock. Those
of the database are its own clock, in whole microseconds, so that 30 s are exactly that.
"""

from dataclasses import dataclass, field
from typing import Literal

from pydantic import TypeAdapter

Kind = Literal["reserve", "cancel", "approve", "read"]
Outcome = Literal["ok", "refused", "unknown"]

SECOND = 1_000_000


@dataclass(slots=True, kw_only=True)
class SeatState:
    """Of one seat, as somebody was told it."""

    seat: str
    version: int
    status: str
    price_minor: int | None = None


@dataclass(slots=True, kw_only=True)
class Operation:
    """One request. `unknown`: nobody can say whether it happened, or when."""

    kind: Kind
    customer: str
    session: str
    seats: tuple[str, ...] = ()
    target: str | None = None  # the reservation to cancel, the payment to approve
    key: str | None = None
    invoked: float
    returned: float = 0.0
    outcome: Outcome = "unknown"
    code: str | None = None  # of the refusal, or why it is unknown
    # Of what was answered.
    result: str | None = None  # the reservation's or the payment's id
    status: str | None = None
    amount_minor: int | None = None
    told: tuple[SeatState, ...] = ()


@dataclass(slots=True, kw_only=True)
class SeatRow:
    id: str
    session: str
    version: int
    status: str
    reservation: str | None
    price_minor: int


@dataclass(slots=True, kw_only=True)
class ReservationRow:
    id: str
    session: str
    customer: str
    status: str
    amount_minor: int
    created_at: int
    expires_at: int


@dataclass(slots=True, kw_only=True)
class ClaimRow:
    reservation: str
    seat: str
    open: bool


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
    """What the witness in the database saw of a seat's row, whoever changed it."""

    seat: str
    version: int
    status: str
    reservation: str | None
    held_until: int | None
    at: int
    transaction: int


@dataclass(slots=True, kw_only=True)
class Event:
    """As it was put into the outbox, seen by the same witness."""

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
class Told:
    """The first time that a watcher heard of this state of a seat."""

    state: SeatState
    at: float
    whole: bool  # in a SeatMap, where a hold that is over is free already


@dataclass(slots=True, kw_only=True)
class WatcherStory:
    name: str
    session: str
    told: list[Told] = field(default_factory=list)
    final: dict[str, SeatState] = field(default_factory=dict)
    open_since: float | None = None  # at the end; None: it was not connected
    connects: int = 0
    messages: int = 0
    error: str | None = None


@dataclass(slots=True, kw_only=True)
class Disturbance:
    """From the first fault until the service had its bound to recover."""

    began: float
    healed: float
    recovered_by: float
    # When the broker came back with nothing of what it had acknowledged.
    forgot_at: list[float] = field(default_factory=list)


@dataclass(slots=True, kw_only=True)
class Evidence:
    operations: list[Operation]
    watchers: list[WatcherStory]
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
    clock_offset: float  # what to add to our seconds to get the database's
    disturbance: Disturbance | None = None
    # How many times longer than on idle processors everything takes here: bounds of
    # time are for those.
    slowness: float = 1.0

    def database_time(self, ours: float) -> int:
        return round((ours + self.clock_offset) * SECOND)


AS_JSON = TypeAdapter(Evidence)
