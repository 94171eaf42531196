"""The port to a payment provider. Every call may be made again: it has a key.

A provider that cannot be reached, or fails, raises ProviderUnavailableError: whether
the call has happened is not known, so it is made again with the same key. One that says
no raises ProviderRefusedError: to ask again does not help.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.attempts import Attempt, AttemptStatus, RefundStatus
from domain.money import Money


class ProviderUnavailableError(Exception):
    """It was not reached, was too slow or failed: the call may have happened."""


class ProviderRefusedError(Exception):
    """It said no for good. `code` is the provider's word."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class ForgedEventError(Exception):
    """A message that the provider has not signed, or not now: nothing is stored."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """Where the buyer pays. The secret is for the provider's own form."""

    provider_ref: str
    url: str | None
    client_secret: str | None = None
    charge_ref: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderState:
    """The money of an attempt, as the provider has it now.

    `amount` was authorised or captured, and is None before. `is_processing`: the buyer
    has paid, and the money is on its way.
    """

    status: AttemptStatus
    amount: Money | None = None
    captured_minor: int = 0
    refunded_minor: int = 0
    charge_ref: str | None = None
    is_processing: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderRefund:
    """A refund as the provider has it."""

    provider_ref: str
    status: RefundStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class ProviderEvent:
    """A hint that something happened. `attempt_id` is None for what is not ours.

    `is_about_refund`: a refund has changed, which may have succeeded long ago.
    """

    id: str
    type: str
    attempt_id: UUID | None
    is_about_refund: bool = False


class PaymentProvider(Protocol):
    """All calls but `verify` raise ProviderUnavailableError or ProviderRefusedError.

    The keys of the calls are `{attempt id}:open`, `:capture`, `:cancel`, and
    `:refund:{refund id}`.
    """

    @property
    def name(self) -> str:
        """As stored with payments: `stripe`, or `sandbox`."""

    async def open(self, attempt: Attempt) -> Opened:
        """Make the page where the buyer pays; the same one when called again."""

    async def fetch(self, attempt: Attempt) -> ProviderState:
        """Ask about an attempt with a `provider_ref`."""

    async def capture(self, attempt: Attempt) -> None:
        """Take the whole amount that was authorised. Done before: nothing happens."""

    async def close_page(self, attempt: Attempt) -> None:
        """Close the page, so that nobody pays any more.

        Raises ProviderRefusedError when it is not open: its buyer may have just paid.
        """

    async def cancel(self, attempt: Attempt) -> None:
        """Give up what was authorised, or close the page. Done before: nothing happens.

        Raises ProviderRefusedError when the money was captured.
        """

    async def refund(
        self, attempt: Attempt, refund_id: UUID, amount_minor: int
    ) -> ProviderRefund:
        """Give back a part of what was captured, or all of it.

        The answer to a later call with the same id is the refund as it is now.
        """

    async def fetch_refund(self, ref: str) -> ProviderRefund:
        """Ask about a refund that was made."""

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        """The event in a message from outside. Raises ForgedEventError.

        `headers` has names in lower case. `body` is as it arrived.
        """
