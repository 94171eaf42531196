"""A run in which buyers paid: a sale, late money and an authorisation, as values."""

from typing import Any

from tests.cluster.money.evidence import (
    AttemptRow,
    EffectRow,
    MoneyEvidence,
    RefundRow,
    TicketRow,
)

SOLD_AT = 1_796_000_000.0


def attempt(id: str, outcome: str | None, **changes: Any) -> AttemptRow:
    facts: dict[str, Any] = {
        "id": id,
        "payment": f"payment of {id}",
        "status": "CAPTURED",
        "outcome": outcome,
        "amount_minor": 5000,
        "flag": None,
        "settled_at": SOLD_AT,
        "if_late": "REFUND",
        "deadline": SOLD_AT + 10,
        "payment_status": "EXPIRED",
        "refunded_minor": 0,
        "reservation": f"reservation of {id}",
        "reservation_status": "EXPIRED",
    }
    return AttemptRow(**facts | changes)


def money(reference: str, captured: int, refunds: dict[str, int]) -> dict[str, Any]:
    return {
        "client_reference_id": reference,
        "capturable": 0,
        "captured": captured,
        "refunded": sum(refunds.values()),
        "captured_at": "2026-11-29T20:53:21.000+00:00" if captured else None,
        "refunds": [
            {"amount": amount, "metadata": {"refund_id": one}}
            for one, amount in refunds.items()
        ],
    }


def ticket(seat: str, refund: str | None = None, holder: str | None = "sold") -> Any:
    return TicketRow(
        reservation="reservation of sold",
        seat=seat,
        price_minor=2500,
        open=refund is None,
        refund=refund,
        seat_status="SOLD" if holder else "AVAILABLE",
        holder=f"reservation of {holder}" if holder else None,
    )


def money_evidence() -> MoneyEvidence:
    """A sale of two tickets, one of them refunded; late money; an authorisation."""
    sale = {"payment_status": "APPROVED", "reservation_status": "CONFIRMED"}
    return MoneyEvidence(
        attempts=[
            attempt("sold", "SOLD", refunded_minor=2500, **sale),
            attempt("late", "REFUNDED", amount_minor=2500),
            attempt("gone", "RELEASED", status="CLOSED"),
        ],
        effects=[
            EffectRow(
                attempt="sold",
                operation="CAPTURE",
                refund=None,
                tries=0,
                done=True,
                failed=False,
            )
        ],
        refunds=[
            RefundRow(
                id=one,
                attempt=of,
                amount_minor=2500,
                status="SUCCEEDED",
                provider_ref=f"re_{one}",
            )
            for one, of in (("r1", "sold"), ("r2", "late"))
        ],
        tickets=[ticket("A1"), ticket("A2", refund="r1", holder=None)],
        ledger=[
            money("sold", 5000, {"r1": 2500}),
            money("late", 2500, {"r2": 2500}),
            money("gone", 0, {}),
        ],
    )
