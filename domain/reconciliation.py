"""Compares a day's report of the provider with our own rows: who has which money.

A movement of the report has to be in our rows, with the same sum. What our rows have on
that day, and the report has not, is asked for: around midnight the clocks of both put
it on two days.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Protocol
from uuid import UUID

from domain.attempts import Attempt, Flag, PaymentOutcome, RefundStatus
from domain.money import Money
from domain.payment_provider import PaymentProvider, ProviderRefusedError


class MovementKind(StrEnum):
    CAPTURE = "CAPTURE"
    REFUND = "REFUND"
    FAILED_REFUND = "FAILED_REFUND"  # the money came back to us
    OTHER = "OTHER"  # a dispute, or what the provider corrected


@dataclass(frozen=True, slots=True, kw_only=True)
class Movement:
    """Money that moved at the provider. `ref` names the payment, or the refund."""

    kind: MovementKind
    ref: str
    amount: Money


@dataclass(frozen=True, slots=True, kw_only=True)
class AttemptBooks:
    """`sold_minor` is what the tickets cost that were neither refunded nor replaced."""

    attempt: Attempt
    captured_minor: int
    sold_minor: int
    flag: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class RefundBooks:
    id: UUID
    attempt_id: UUID
    ref: str | None
    amount: Money
    status: RefundStatus
    is_repeated: bool = False  # another refund stands for it


@dataclass(frozen=True, slots=True, kw_only=True)
class Books:
    """Of whole attempts: all refunds of each are there."""

    attempts: Sequence[AttemptBooks]
    refunds: Sequence[RefundBooks]


class MoneyReport(Protocol):
    async def report(self, day: date) -> list[Movement]:
        """What moved on that day (UTC), as the provider books it.

        Raises ProviderUnavailableError or ProviderRefusedError.
        """


class OwnBooks(Protocol):
    async def of_day(self, provider: str, day: date, refs: Sequence[str]) -> Books:
        """Attempts that captured or refunded on that day (UTC), and those of `refs`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reconciliation:
    captures: int
    refunds: int
    differences: list[str]


class ReconciliationService:
    def __init__(
        self, provider: PaymentProvider, report: MoneyReport, books: OwnBooks
    ) -> None:
        self._provider = provider
        self._report = report
        self._books = books

    async def of_day(self, day: date) -> Reconciliation:
        """Raises ProviderUnavailableError, or ProviderRefusedError for the report."""
        movements = await self._report.report(day)
        refs = [movement.ref for movement in movements]
        books = await self._books.of_day(self._provider.name, day, refs)
        kinds = Counter(movement.kind for movement in movements)
        return Reconciliation(
            captures=kinds[MovementKind.CAPTURE],
            refunds=kinds[MovementKind.REFUND],
            differences=[
                *unknown_movements(movements, books),
                *unsettled(books),
                *await self._missing(movements, books),
            ],
        )

    async def _missing(self, movements: Iterable[Movement], books: Books) -> list[str]:
        """What only we have in our books on this day."""
        found = []
        reported = {movement.ref for movement in movements}
        for mine in books.attempts:
            refunds = _refunds_of(mine, books)
            refs = {mine.attempt.charge_ref, *(refund.ref for refund in refunds)}
            if refs <= reported:
                continue
            try:
                state = await self._provider.fetch(mine.attempt)
            except ProviderRefusedError as error:
                found.append(f"{_named(mine)}: the provider says {error.code}")
                continue
            refunded = sum(r.amount.amount_minor for r in refunds if _is_sent(r))
            if state.captured_minor != mine.captured_minor:
                found.append(
                    f"{_named(mine)}: we have {mine.captured_minor} as captured, the"
                    f" provider {state.captured_minor}"
                )
            if state.refunded_minor != refunded:
                found.append(
                    f"{_named(mine)}: we have {refunded} as refunded, the provider"
                    f" {state.refunded_minor}"
                )
        return found


def unknown_movements(movements: Sequence[Movement], books: Books) -> Iterator[str]:
    """Money that moved, and is not in our rows, or with another sum."""
    ours = {
        mine.attempt.charge_ref: Money(
            mine.captured_minor, mine.attempt.amount.currency
        )
        for mine in books.attempts
    } | {refund.ref: refund.amount for refund in books.refunds}
    times = Counter((movement.kind, movement.ref) for movement in movements)
    for movement in movements:
        what = f"{movement.kind} of {_written(movement.amount)}, {movement.ref}"
        mine = ours.get(movement.ref)
        if mine != movement.amount:
            yield f"{what}: we have {_written(mine) if mine else 'nothing of it'}"
        if times[movement.kind, movement.ref] > 1:
            yield f"{what}: it is in the report twice"
    came_back = {
        each.ref for each in movements if each.kind is MovementKind.FAILED_REFUND
    }
    for refund in books.refunds:
        if refund.ref in came_back and refund.status is not RefundStatus.FAILED:
            yield f"refund {refund.id} has failed, and is {refund.status} with us"


def unsettled(books: Books) -> Iterator[str]:
    """Captured = sold + refunded: what does not add up, or waits for staff."""
    for mine in books.attempts:
        refunds = _refunds_of(mine, books)
        back = sum(r.amount.amount_minor for r in refunds if not r.is_repeated)
        outcome = mine.attempt.outcome
        if mine.flag:
            yield f"{_named(mine)}: staff have to look at it, {mine.flag}"
        if mine.flag == Flag.CAPTURE_FAILED:  # its sums cannot add up
            continue
        for refund in refunds:
            if refund.status is RefundStatus.FAILED and not refund.is_repeated:
                yield f"refund {refund.id} of {_written(refund.amount)} has failed"
        if outcome is None:
            yield f"{_named(mine)}: {mine.captured_minor} captured, and no outcome"
        elif mine.captured_minor != mine.sold_minor + back and not (
            outcome is PaymentOutcome.RELEASED and mine.captured_minor == 0
        ):
            yield (
                f"{_named(mine)}: {mine.captured_minor} captured, tickets of"
                f" {mine.sold_minor}, and {back} to give back"
            )


def _refunds_of(mine: AttemptBooks, books: Books) -> list[RefundBooks]:
    return [each for each in books.refunds if each.attempt_id == mine.attempt.id]


def _is_sent(refund: RefundBooks) -> bool:
    return refund.ref is not None and refund.status is not RefundStatus.FAILED


def _named(mine: AttemptBooks) -> str:
    return f"attempt {mine.attempt.id} ({mine.attempt.charge_ref})"


def _written(money: Money) -> str:
    return f"{money.amount_minor} {money.currency}"
