"""Cancel sessions: no new holds, and everybody gets their money back."""

from typing import Protocol
from uuid import UUID

from domain.catalog import CatalogCache
from domain.errors import raise_if_any
from domain.idempotency import CANCEL_SESSION, earlier_result, key_for
from domain.ports import IdempotencyKey, KeyReusedError, Ledger, RelayWakeup
from domain.refunds import MAX_REASON_LENGTH, wrong_reason
from domain.sessions import Session
from domain.text import composed


class Cancellations(Protocol):
    async def cancel(
        self, session_id: UUID, reason: str, by: UUID, key: IdempotencyKey | None
    ) -> Session:
        """End all that is held, and refund all that was sold.

        One transaction, its events included. A cancelled session stays as it is. Raises
        NotFoundError, KeyReusedError, and SessionOverError for one that has ended.
        """


class CancellationService:
    def __init__(
        self,
        cancellations: Cancellations,
        ledger: Ledger,
        cache: CatalogCache,
        wakeup: RelayWakeup,
    ) -> None:
        self._cancellations = cancellations
        self._ledger = ledger
        self._cache = cache
        self._wakeup = wakeup

    async def cancel_session(
        self,
        session_id: UUID,
        reason: str,
        by: UUID,
        idempotency_key: str | None = None,
    ) -> Session:
        """However often it is called, with or without a key, it happens once."""
        reason = composed(reason, MAX_REASON_LENGTH)
        raise_if_any(wrong_reason(reason))
        key = key_for(CANCEL_SESSION, idempotency_key, session_id, reason)
        try:
            session = await self._cancellations.cancel(session_id, reason, by, key)
        except KeyReusedError:
            # For the same session: it was cancelled at this moment by another call.
            await earlier_result(self._ledger, by, key)
            session = await self._cancellations.cancel(session_id, reason, by, None)
        else:
            await earlier_result(self._ledger, by, key)
        self._wakeup.notify()
        await self._cache.drop()
        return session
