"""Makes the calls to the provider that have to happen: capture, cancel, refund.

Each has a key, so it happens once, however often it is made.
"""

import asyncio
import logging
from collections.abc import Coroutine
from datetime import timedelta
from typing import Final

from domain.attempts import AttemptStatus, Operation, RefundStatus
from domain.money_ports import DueEffect, Effects
from domain.payment_provider import (
    PaymentProvider,
    ProviderRefund,
    ProviderRefusedError,
    ProviderUnavailableError,
)

AT_ONCE: Final = 16
SHORTEST_PAUSE: Final = timedelta(seconds=10)
LONGEST_PAUSE: Final = timedelta(minutes=10)
# Banks take hours and days; an event of the provider comes before.
PENDING_REFUND: Final = timedelta(hours=1)

logger = logging.getLogger(__name__)


class EffectService:
    def __init__(self, provider: PaymentProvider, effects: Effects) -> None:
        self._provider = provider
        self._effects = effects

    async def run_due(self) -> int:
        """Makes calls that are due; returns how many."""
        due = await self._effects.due(self._provider.name, AT_ONCE)
        await all_of(*map(self.run, due))
        return len(due)

    async def run(self, effect: DueEffect) -> None:
        try:
            await self._call(effect)
        except ProviderUnavailableError as error:
            if effect.is_last:
                await self._fail(effect, str(error))
            else:
                pause = SHORTEST_PAUSE * (1 << min(effect.tries, 8))
                await self._effects.try_again(
                    effect, str(error), min(pause, LONGEST_PAUSE)
                )
        except ProviderRefusedError as error:
            await self._fail(effect, error.code)

    async def _call(self, effect: DueEffect) -> None:
        attempt = effect.attempt
        match effect.operation:
            case Operation.CAPTURE:
                await self._provider.capture(attempt)
                await self._effects.done(effect)
            case Operation.CANCEL:
                await self._provider.cancel(attempt)
                await self._effects.done(effect)
            case Operation.REFUND:
                await self._refund(effect)

    async def _refund(self, effect: DueEffect) -> None:
        if effect.refund_id is None:
            raise ProviderRefusedError("no_refund")
        if effect.attempt.status is AttemptStatus.AUTHORIZED:
            raise ProviderUnavailableError("not captured yet")
        if effect.refund_ref is not None:
            refund = await self._known(effect.refund_ref)
        else:
            refund = await self._provider.refund(
                effect.attempt, effect.refund_id, effect.amount_minor
            )
        if refund.status is RefundStatus.FAILED:
            raise ProviderRefusedError("refund_failed")
        await self._effects.refunded(effect, refund, PENDING_REFUND)

    async def _known(self, ref: str) -> ProviderRefund:
        """That it cannot be shown does not mean that its money came back."""
        try:
            return await self._provider.fetch_refund(ref)
        except ProviderRefusedError as error:
            raise ProviderUnavailableError(error.code) from error

    async def _fail(self, effect: DueEffect, reason: str) -> None:
        logger.error(
            "a payment provider refuses for good",
            extra={
                "attempt_id": str(effect.attempt.id),
                "operation": str(effect.operation),
                "reason": reason,
            },
        )
        await self._effects.failed(effect, reason)


async def all_of(*calls: Coroutine[None, None, None]) -> None:
    """One that fails stops none of the others. It is due again when its lease ends."""
    for outcome in await asyncio.gather(*calls, return_exceptions=True):
        if isinstance(outcome, Exception):
            logger.error("a step of a payment failed", exc_info=outcome)
