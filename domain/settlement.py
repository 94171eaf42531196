"""Finds out what became of money, and gives each attempt its one outcome.

Any number of these run. Each of them may be killed at any moment: what it has not done
is due again a minute later.
"""

import logging
from datetime import timedelta
from typing import Final

from domain.attempts import Attempt, AttemptStatus, Flag, IfLate
from domain.effects import all_of
from domain.money_ports import Attempts, DueAttempt, Sale, SaleVerdict, Settlements
from domain.payment_provider import (
    PaymentProvider,
    ProviderRefusedError,
    ProviderState,
    ProviderUnavailableError,
)
from domain.ports import Ledger, RelayWakeup, SeatLocks
from domain.reseating import other_seats
from domain.reservation import DEFAULT_TERMS, HoldTerms
from domain.session_seating import Seatings

AT_ONCE: Final = 16
ROUNDS: Final = 8  # of a sale; each is lost only where others took or held those seats
NEWS: Final = timedelta(seconds=60)
SOON: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(hours=1)
LONGEST_SECONDS: Final = 10.0
SHORTEST_SECONDS: Final = 0.05

logger = logging.getLogger(__name__)


class SettlementService:
    def __init__(
        self,
        provider: PaymentProvider,
        *,
        attempts: Attempts,
        settlements: Settlements,
        ledger: Ledger,
        locks: SeatLocks,
        seatings: Seatings,
        wakeup: RelayWakeup,
        terms: HoldTerms = DEFAULT_TERMS,
    ) -> None:
        self._provider = provider
        self._attempts = attempts
        self._settlements = settlements
        self._ledger = ledger
        self._locks = locks
        self._seatings = seatings
        self._wakeup = wakeup
        self._terms = terms

    async def settle_due(self) -> int:
        """Looks at attempts that are due; returns how many."""
        due = await self._settlements.due(self._provider.name, AT_ONCE)
        await all_of(*map(self.settle, due))
        return len(due)

    async def seconds_to_next(self) -> float:
        left = await self._settlements.seconds_to_next(self._provider.name)
        if left is None:
            return LONGEST_SECONDS
        return min(max(left, SHORTEST_SECONDS), LONGEST_SECONDS)

    async def settle(self, due: DueAttempt) -> None:
        try:
            attempt, state = await self._ask(due)
        except (ProviderUnavailableError, ProviderRefusedError) as error:
            logger.warning(
                "an attempt to pay waits for its provider",
                extra={"attempt_id": str(due.attempt.id), "reason": str(error)},
            )
            pause = _longer(SOON, due.tries)
            await self._settlements.look_again(due, None, pause)
            return
        if attempt.outcome is not None:
            is_open = state.status is AttemptStatus.OPEN
            pause_if_open = _pause(due, state) if is_open else None
            await self._settlements.look_again(due, state, pause_if_open)
        elif state.status in {AttemptStatus.AUTHORIZED, AttemptStatus.CAPTURED}:
            flag = _difference(attempt, state)
            if flag is not None or not await self._sell(due, state):
                await self._give_up(due, state, flag)
        elif state.status is AttemptStatus.CLOSED:
            await self._give_up(due, state, None)
        else:
            await self._settlements.look_again(due, state, _pause(due, state))

    async def _ask(self, due: DueAttempt) -> tuple[Attempt, ProviderState]:
        """The page is closed when the window is over, so that nobody pays any more.

        So is one that opened after its attempt was given up.
        Money that came meanwhile is not given up here: another settler may sell for it.

        Raises ProviderUnavailableError and ProviderRefusedError.
        """
        attempt = due.attempt
        closed = ProviderState(status=AttemptStatus.CLOSED)
        if attempt.provider_ref is None:  # the answer was lost, or never asked for
            try:
                opened = await self._provider.open(attempt)
            except ProviderRefusedError:
                return attempt, closed  # nobody was shown a page
            attempt = await self._attempts.opened(attempt.id, opened)
        state = await self._provider.fetch(attempt)
        is_open = state.status is AttemptStatus.OPEN and not state.is_processing
        if is_open and (due.is_over or attempt.outcome is not None):
            try:
                await self._provider.close_page(attempt)
            except ProviderRefusedError as error:  # somebody has just paid
                logger.info("a page was not closed", extra={"reason": str(error)})
            state = await self._provider.fetch(attempt)
        return attempt, state

    async def _sell(self, due: DueAttempt, state: ProviderState) -> bool:
        """False: the money has to go back."""
        seats = None
        for _ in range(ROUNDS):
            verdict = await self._settlements.sell(
                due, state, seats, self._terms.seats_per_customer
            )
            match verdict.sale:
                case Sale.SOLD:
                    await self._announce(verdict)
                    return True
                case Sale.SETTLED:
                    return True
                case Sale.REFUSED:
                    return False
                case Sale.OVERDUE:
                    await self._ledger.expire(verdict.overdue)
                    self._wakeup.notify()
                case Sale.TAKEN:
                    if due.attempt.if_late is not IfLate.SAME_OR_BETTER_SEATS:
                        return False
                    newest = await self._seatings.newest(verdict.session_id)
                    seats = newest and other_seats(newest, verdict.own_seats)
                    if seats is None:
                        return False
        return False

    async def _announce(self, verdict: SaleVerdict) -> None:
        self._wakeup.notify()
        if sold := verdict.confirmed:
            await self._locks.mark_sold(
                sold.reservation, sold.starts_at, sold.on_sale_for
            )

    async def _give_up(
        self, due: DueAttempt, state: ProviderState, flag: Flag | None
    ) -> None:
        if flag is not None:
            logger.error(
                "money is not what was asked for",
                extra={"attempt_id": str(due.attempt.id), "flag": str(flag)},
            )
        if await self._settlements.give_up(due, state, flag):
            self._wakeup.notify()


def _difference(attempt: Attempt, state: ProviderState) -> Flag | None:
    if state.amount is None or state.amount.currency != attempt.amount.currency:
        return Flag.CURRENCY
    return None if state.amount == attempt.amount else Flag.AMOUNT


def _pause(due: DueAttempt, state: ProviderState) -> timedelta:
    if state.is_processing:
        return _longer(NEWS, due.tries)
    return SOON if due.is_over else NEWS


def _longer(pause: timedelta, tries: int) -> timedelta:
    return min(pause * (1 << min(tries, 16)), LONGEST_PAUSE)
