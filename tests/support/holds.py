"""Holds that are sent to a ledger at the same moment, and what became of them."""

import asyncio
from datetime import timedelta
from uuid import UUID, uuid4

from domain.ports import Hold, HoldVerdict, IdempotencyKey, Wanted
from persistence.sales.ledger import PostgresLedger


def holding(customer: UUID, wanted: Wanted, key: IdempotencyKey | None = None) -> Hold:
    return Hold(
        reservation_id=uuid4(),
        customer_id=customer,
        wanted=wanted,
        period=timedelta(seconds=30),
        key=key,
    )


async def decide(
    ledger: PostgresLedger, *holds: Hold
) -> list[HoldVerdict | BaseException]:
    calls = (ledger.hold(hold) for hold in holds)
    return await asyncio.gather(*calls, return_exceptions=True)


def outcome(verdict: HoldVerdict | BaseException) -> str:
    if isinstance(verdict, BaseException):
        return type(verdict).__name__
    if verdict.reservation:
        return "held"
    if verdict.session is None:
        return "not found"
    if verdict.over_limit and not verdict.taken:
        return "over limit"
    return "closed" if verdict.closed else f"{len(verdict.taken)} taken"
