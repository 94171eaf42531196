"""Attempts to pay, without rows behind them."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

from domain.attempts import Attempt, AttemptStatus
from domain.money import Money

NOW = datetime(2026, 11, 29, 18, tzinfo=UTC)


def an_attempt(**changes: Any) -> Attempt:
    facts: dict[str, Any] = {
        "id": uuid4(),
        "payment_id": uuid4(),
        "reservation_id": uuid4(),
        "amount": Money(2500, "BRL"),
        "return_url": "https://app.example/paid",
        "created_at": NOW,
        "expires_at": NOW + timedelta(minutes=5),
        "status": AttemptStatus.OPEN,
        "provider_ref": "cs_1",
    }
    return Attempt(**facts | changes)
