"""Remembers which events of a provider came, and what they hint at."""

from domain.payment_provider import ProviderEvent
from persistence.money.provider_event_sql import RECORD
from persistence.postgres.pool import Pool


class ProviderEvents:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def record(self, provider: str, event: ProviderEvent) -> bool:
        """Whether an attempt is due soon: not for a repeat, nor for others' events."""
        due = await self._pool.fetchval(
            RECORD,
            provider,
            event.id,
            event.type,
            event.attempt_id,
            event.is_about_refund,
        )
        return due is not None
