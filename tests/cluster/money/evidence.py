"""What our tables and the provider's ledger say at the end of a run, as plain values.

Amounts are minor units. Times of the database are seconds since 1970.
"""

from collections import Counter
from dataclasses import dataclass, field
from typing import Any

import httpx2
from pydantic import TypeAdapter

from persistence.postgres.pool import Pool

ATTEMPTS = """
SELECT a.id::text, a.payment_id::text AS payment, a.status, a.outcome, a.amount_minor,
       a.flag, extract(epoch FROM a.settled_at)::float8 AS settled_at, a.if_late,
       extract(epoch FROM r.expires_at)::float8 AS deadline,
       p.status AS payment_status, p.refunded_minor,
       r.id::text AS reservation, r.status AS reservation_status
FROM payment_attempts a JOIN payments p ON p.id = a.payment_id
JOIN reservations r ON r.id = a.reservation_id
"""
EFFECTS = """
SELECT attempt_id::text AS attempt, operation, refund_id::text AS refund, tries,
       done_at IS NOT NULL AS done, failed_at IS NOT NULL AS failed
FROM payment_effects
"""
REFUNDS = """
SELECT id::text, attempt_id::text AS attempt, amount_minor, status, provider_ref
FROM refunds
"""
TICKETS = """
SELECT c.reservation_id::text AS reservation, c.session_seat_id::text AS seat,
       c.price_minor, c.released_at IS NULL AS open, c.refund_id::text AS refund,
       ss.status AS seat_status, ss.reservation_id::text AS holder
FROM claims c JOIN session_seats ss ON ss.id = c.session_seat_id
"""


@dataclass(slots=True, kw_only=True)
class AttemptRow:
    id: str
    payment: str
    status: str
    outcome: str | None
    amount_minor: int
    flag: str | None
    settled_at: float | None
    if_late: str
    deadline: float  # the end of the hold
    payment_status: str
    refunded_minor: int  # of the payment
    reservation: str
    reservation_status: str


@dataclass(slots=True, kw_only=True)
class EffectRow:
    attempt: str
    operation: str
    refund: str | None
    tries: int
    done: bool
    failed: bool


@dataclass(slots=True, kw_only=True)
class RefundRow:
    id: str
    attempt: str | None
    amount_minor: int
    status: str
    provider_ref: str | None


@dataclass(slots=True, kw_only=True)
class TicketRow:
    """A claim on a seat, and the seat as it is now."""

    reservation: str
    seat: str
    price_minor: int
    open: bool
    refund: str | None
    seat_status: str
    holder: str | None


@dataclass(slots=True, kw_only=True)
class MoneyEvidence:
    attempts: list[AttemptRow]
    effects: list[EffectRow]
    refunds: list[RefundRow]
    tickets: list[TicketRow]
    ledger: list[dict[str, Any]] = field(default_factory=list)  # see sandbox/ledger.py
    # What `app money` prints for the days of the run.
    differences: list[str] = field(default_factory=list)


def outcomes(evidence: MoneyEvidence) -> dict[str, int]:
    """How often attempts to pay had each outcome, and how many refunds there were."""
    counted = Counter(attempt.outcome or "none" for attempt in evidence.attempts)
    return {**counted, "refunds": len(evidence.refunds)}


AS_JSON = TypeAdapter(MoneyEvidence)


async def collect(pool: Pool, sandbox_url: str) -> MoneyEvidence:
    async with httpx2.AsyncClient(base_url=sandbox_url, trust_env=False) as http:
        ledger = (await http.get("/ledger")).json()["payments"]
    async with (
        pool.acquire() as db,
        db.transaction(isolation="repeatable_read", readonly=True),
    ):
        return MoneyEvidence(
            attempts=[AttemptRow(**row) for row in await db.fetch(ATTEMPTS)],
            effects=[EffectRow(**row) for row in await db.fetch(EFFECTS)],
            refunds=[RefundRow(**row) for row in await db.fetch(REFUNDS)],
            tickets=[TicketRow(**row) for row in await db.fetch(TICKETS)],
            ledger=ledger,
        )
