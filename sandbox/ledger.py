"""The ledger: every payment with its money, for those who check the shop's books."""

import json
from datetime import UTC, datetime

from sandbox.database import Row
from sandbox.objects import Json
from sandbox.state import State


def ledger(state: State) -> Json:
    """Amounts are minor units, times UTC. What was never paid for is not in here.

    `refunded` also has refunds that are pending. `events_to_send` counts webhooks that
    are due or wait for another try.
    """
    intents = state.db.rows(
        "SELECT intents.*, reference, checkouts.status AS page FROM intents"
        " JOIN checkouts ON checkouts.id = checkout_id ORDER BY intents.created"
    )
    return {
        "payments": [payment(state, row) for row in intents],
        "events_to_send": state.db.value(
            "SELECT count(*) FROM deliveries WHERE due_at IS NOT NULL"
        ),
    }


def payment(state: State, row: Row) -> Json:
    refunds = state.db.rows(
        "SELECT * FROM refunds WHERE intent_id = ? ORDER BY created", row["id"]
    )
    return {
        "payment_intent": row["id"],
        "checkout_session": row["checkout_id"],
        "client_reference_id": row["reference"],
        "metadata": json.loads(row["metadata"]),
        "method": row["method"],
        "status": row["status"],
        "currency": row["currency"],
        "amount": row["amount"],
        "authorised": row["amount"] if row["authorised_at"] else 0,
        "capturable": row["amount"] if row["status"] == "requires_capture" else 0,
        "captured": row["received"],
        "refunded": state.objects.refunded(row["id"]),
        "created_at": moment(row["created"]),
        "authorised_at": moment(row["authorised_at"]),
        "captured_at": moment(row["captured_at"]),
        "canceled_at": moment(row["canceled_at"]),
        "refunds": [
            {
                "id": refund["id"],
                "amount": refund["amount"],
                "status": refund["status"],
                "metadata": json.loads(refund["metadata"]),
                "created_at": moment(refund["created"]),
                "settled_at": moment(refund["settled_at"]),
            }
            for refund in refunds
        ],
    }


def moment(seconds: float | None) -> str | None:
    if seconds is None:
        return None
    return datetime.fromtimestamp(seconds, UTC).isoformat(timespec="milliseconds")
