"""Ports: what checkout and settlement need from persistence.

Each call is one transaction, its events included. None of them waits for a provider.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.attempts import Attempt, Flag, IfLate, Operation
from domain.payment import Payment
from domain.payment_provider import Opened, ProviderRefund, ProviderState
from domain.ports import Confirmed, IdempotencyKey
from domain.reservation import Extended


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckoutWanted:
    payment_id: UUID
    customer_id: UUID
    provider: str
    return_url: str
    if_late: IfLate
    window: timedelta
    key: IdempotencyKey | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class StartVerdict:
    """`payment` as of now; None if the customer has no such payment.

    `attempt` is the one that is under way, which this call may have begun. None: the
    payment is closed. `extended`: this call has the seats held for longer.
    """

    payment: Payment | None
    attempt: Attempt | None = None
    provider: str | None = None  # of the attempt
    extended: Extended | None = None


class Attempts(Protocol):
    async def start(self, wanted: CheckoutWanted) -> StartVerdict:
        """Begin an attempt, or find the one without an outcome.

        Raises KeyReusedError.
        """

    async def opened(self, attempt_id: UUID, opened: Opened) -> Attempt:
        """The provider has made its page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DueAttempt:
    """`lease`: until then no other settler looks at it, but for an event.

    `is_over`: the window has ended, or the reservation cannot be sold any more.
    """

    attempt: Attempt
    lease: datetime
    tries: int
    is_over: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class DueEffect:
    """A call to make. `is_last`: if it fails now, it is not made again.

    `refund_ref`: the provider has this refund, and is asked what has become of it.
    """

    id: UUID
    attempt: Attempt
    operation: Operation
    amount_minor: int
    tries: int
    is_last: bool
    lease: datetime
    refund_id: UUID | None = None
    refund_ref: str | None = None


class Sale(StrEnum):
    """What became of the wish to sell: OVERDUE holds have to be ended first.

    TAKEN: others have the seats. REFUSED: no seats can be sold for this money. SETTLED:
    the attempt has an outcome already.
    """

    SOLD = "SOLD"
    OVERDUE = "OVERDUE"
    TAKEN = "TAKEN"
    REFUSED = "REFUSED"
    SETTLED = "SETTLED"


@dataclass(frozen=True, slots=True, kw_only=True)
class SaleVerdict:
    sale: Sale
    session_id: UUID
    confirmed: Confirmed | None = None
    overdue: tuple[UUID, ...] = ()  # reservations
    own_seats: tuple[UUID, ...] = ()


class Settlements(Protocol):
    async def due(self, provider: str, limit: int) -> list[DueAttempt]:
        """Those to look at now, which no other settler gets for a minute."""

    async def seconds_to_next(self, provider: str) -> float | None:
        """Until something is due; None when nothing ever will be."""

    async def sell(
        self,
        due: DueAttempt,
        state: ProviderState,
        seats: Mapping[UUID, UUID] | None,
        seats_per_customer: int,
    ) -> SaleVerdict:
        """Give the attempt its outcome: a sale.

        `seats` has for each seat of the reservation the one to sell instead; None: sell
        its own.
        """

    async def give_up(
        self, due: DueAttempt, state: ProviderState, flag: Flag | None
    ) -> bool:
        """Give the attempt its outcome: the money goes back, if there is any.

        False: it has one already.
        """

    async def look_again(
        self, due: DueAttempt, state: ProviderState | None, pause: timedelta | None
    ) -> None:
        """Keep what the provider said. An attempt with an outcome may return money."""


class Effects(Protocol):
    async def due(self, provider: str, limit: int) -> list[DueEffect]:
        """Those to call now, which no other settler gets for a minute."""

    async def done(self, effect: DueEffect) -> None:
        """A capture or a cancel has happened."""

    async def refunded(
        self, effect: DueEffect, refund: ProviderRefund, pause: timedelta
    ) -> None:
        """The provider has the refund. While it is pending, the settler asks again."""

    async def failed(self, effect: DueEffect, reason: str) -> None:
        """For good: staff should look at it."""

    async def try_again(
        self, effect: DueEffect, reason: str, pause: timedelta
    ) -> None: ...
