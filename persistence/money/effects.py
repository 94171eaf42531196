"""Calls to the provider that have to happen, and what came of them."""

from datetime import timedelta

import asyncpg

from domain.attempts import Operation
from domain.money_ports import DueEffect
from domain.payment_provider import ProviderRefund
from persistence.money import effect_sql as sql
from persistence.money.attempts import attempt_of
from persistence.money.known_rows import known_rows
from persistence.postgres.pool import Pool
from telemetry import money_metrics, origin


class PostgresEffects:
    def __init__(self, pool: Pool) -> None:
        self._pool = pool

    async def due(self, provider: str, limit: int) -> list[DueEffect]:
        rows = await self._pool.fetch(sql.DUE_EFFECTS, provider, limit)
        return [*known_rows(rows, _due_effect)]

    async def done(self, effect: DueEffect) -> None:
        await self._pool.execute(sql.DONE, effect.id, effect.attempt.id)

    async def failed(self, effect: DueEffect, reason: str) -> None:
        changed = await self._pool.execute(
            sql.FAILED, effect.id, effect.attempt.id, reason, *origin.of_event()
        )
        if changed == "UPDATE 1":
            money_metrics.REFUSED_CALLS.labels(effect.operation.lower()).inc()

    async def refunded(
        self, effect: DueEffect, refund: ProviderRefund, pause: timedelta
    ) -> None:
        await self._pool.execute(
            sql.REFUNDED,
            effect.id,
            effect.refund_id,
            refund.provider_ref,
            refund.status,
            effect.lease,
            pause.total_seconds(),
            *origin.of_event(),
        )

    async def try_again(self, effect: DueEffect, reason: str, pause: timedelta) -> None:
        await self._pool.execute(
            sql.NEXT_TRY, effect.id, reason, effect.lease, pause.total_seconds()
        )


def _due_effect(row: asyncpg.Record) -> DueEffect:
    return DueEffect(
        id=row["effect_id"],
        attempt=attempt_of(row),
        operation=Operation(row["operation"]),
        amount_minor=row["effect_minor"],
        tries=row["effect_tries"],
        is_last=row["is_last"],
        lease=row["lease"],
        refund_id=row["refund_id"],
        refund_ref=row["refund_ref"],
    )
