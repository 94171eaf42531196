"""A payment provider in memory, whose calls a test may break."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from domain.attempts import Attempt, AttemptStatus, RefundStatus
from domain.money import Money
from domain.payment_provider import (
    ForgedEventError,
    Opened,
    ProviderEvent,
    ProviderRefund,
    ProviderRefusedError,
    ProviderState,
    ProviderUnavailableError,
)


@dataclass
class Page:
    status: AttemptStatus = AttemptStatus.OPEN
    amount: Money | None = None
    captured_minor: int = 0
    is_processing: bool = False
    refunds: dict[UUID, int] = field(default_factory=dict)


class FakeProvider:
    """`before` and `after` a call a test may raise, as if it or its answer was lost."""

    def __init__(self) -> None:
        self.name = f"provider {uuid4()}"  # its attempts are of one test
        self.pages: dict[UUID, Page] = {}
        self.calls: list[str] = []
        self.before: dict[str, Callable[[], None]] = {}
        self.after: dict[str, Callable[[], None]] = {}
        self.refund_status = RefundStatus.SUCCEEDED

    def pay(self, attempt_id: UUID, amount: Money) -> None:
        """As the buyer, on the page."""
        page = self.pages[attempt_id]
        assert page.status is AttemptStatus.OPEN
        page.status, page.amount = AttemptStatus.AUTHORIZED, amount

    def pay_asked(self, attempt_id: UUID) -> None:
        self.pay(attempt_id, Money(2500, "BRL"))

    def capture_by_hand(self, attempt_id: UUID) -> None:
        page = self.pages[attempt_id]
        if page.amount:
            page.status = AttemptStatus.CAPTURED
            page.captured_minor = page.amount.amount_minor

    def fail(self, call: str) -> None:
        """From now on that call does not reach the provider."""
        self.before[call] = _unavailable

    def lose_answer(self, call: str) -> None:
        """From now on that call is made, and its answer is lost."""
        self.after[call] = _unavailable

    def refuse(self, call: str) -> None:
        self.before[call] = _refused

    def mend(self) -> None:
        self.before.clear()
        self.after.clear()

    def _called(self, call: str) -> None:
        self.calls.append(call)
        self.before.get(call, _nothing)()

    def _answered(self, call: str) -> None:
        self.after.get(call, _nothing)()

    async def open(self, attempt: Attempt) -> Opened:
        self._called("open")
        self.pages.setdefault(attempt.id, Page())
        self._answered("open")
        return Opened(
            provider_ref=f"cs_{attempt.id}", url=f"https://pay.example/{attempt.id}"
        )

    async def fetch(self, attempt: Attempt) -> ProviderState:
        self._called("fetch")
        state = self._state(self.pages[attempt.id], attempt)
        self._answered("fetch")
        return state

    def _state(self, page: Page, attempt: Attempt) -> ProviderState:
        return ProviderState(
            status=page.status,
            amount=page.amount,
            captured_minor=page.captured_minor,
            refunded_minor=sum(page.refunds.values()),
            charge_ref=f"pi_{attempt.id}" if page.amount else None,
            is_processing=page.is_processing,
        )

    async def capture(self, attempt: Attempt) -> None:
        self._called("capture")
        page = self.pages[attempt.id]
        if page.status is AttemptStatus.AUTHORIZED and page.amount:
            page.status = AttemptStatus.CAPTURED
            page.captured_minor = page.amount.amount_minor
        elif page.status is not AttemptStatus.CAPTURED:
            raise ProviderRefusedError("not_capturable")
        self._answered("capture")

    async def close_page(self, attempt: Attempt) -> None:
        self._called("close_page")
        page = self.pages[attempt.id]
        if page.status is not AttemptStatus.OPEN:
            raise ProviderRefusedError("not_open")
        page.status = AttemptStatus.CLOSED
        self._answered("close_page")

    async def cancel(self, attempt: Attempt) -> None:
        self._called("cancel")
        page = self.pages[attempt.id]
        if page.status is AttemptStatus.CAPTURED:
            raise ProviderRefusedError("captured")
        page.status = AttemptStatus.CLOSED
        self._answered("cancel")

    async def refund(
        self, attempt: Attempt, refund_id: UUID, amount_minor: int
    ) -> ProviderRefund:
        self._called("refund")
        page = self.pages[attempt.id]
        if page.status is not AttemptStatus.CAPTURED:
            raise ProviderRefusedError("no_money")
        page.refunds.setdefault(refund_id, amount_minor)
        assert sum(page.refunds.values()) <= page.captured_minor
        self._answered("refund")
        return ProviderRefund(provider_ref=f"re_{refund_id}", status=self.refund_status)

    async def fetch_refund(self, ref: str) -> ProviderRefund:
        self._called("fetch_refund")
        return ProviderRefund(provider_ref=ref, status=self.refund_status)

    def verify(self, headers: Mapping[str, str], body: bytes) -> ProviderEvent:
        raise ForgedEventError


def _nothing() -> None: ...


def _unavailable() -> None:
    raise ProviderUnavailableError("broken by a test")


def _refused() -> None:
    raise ProviderRefusedError("refused_by_a_test")
