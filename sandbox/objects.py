"""Rows as the objects of Stripe's API, with the fields that clients read."""

import json
from typing import Any

from sandbox.database import Database, Row
from sandbox.errors import missing_object

Json = dict[str, Any]

CARD, PUSH = "card", "customer_balance"


class Objects:
    """`expand` has the paths that a call asks to be objects instead of ids."""

    def __init__(self, db: Database, pages: str) -> None:
        self._db = db
        self._pages = pages

    def checkout(self, checkout_id: str, expand: list[str] | None = None) -> Json:
        row = self._row("checkouts", "checkout.session", checkout_id)
        intent = row["intent_id"] and self._row(
            "intents", "payment_intent", row["intent_id"]
        )
        hosted = row["ui_mode"] == "hosted_page"
        # An intent of another amount: the fault that changes it changes the page, too.
        amount = intent["amount"] if intent else row["amount"]
        return {
            "id": row["id"],
            "object": "checkout.session",
            "amount_subtotal": amount,
            "amount_total": amount,
            "cancel_url": row["cancel_url"],
            "client_reference_id": row["reference"],
            "client_secret": row["client_secret"],
            "created": int(row["created"]),
            "currency": intent["currency"] if intent else row["currency"],
            "customer_email": row["email"],
            "expires_at": int(row["expires_at"]),
            "livemode": False,
            "locale": row["locale"],
            "metadata": json.loads(row["metadata"]),
            "mode": "payment",
            "payment_intent": self._linked(
                self.intent, row["intent_id"], "payment_intent", expand
            ),
            "payment_method_types": self.methods(row),
            "payment_status": payment_status(row, intent),
            "return_url": None if hosted else row["success_url"],
            "status": row["status"],
            "success_url": row["success_url"] if hosted else None,
            "ui_mode": row["ui_mode"],
            "url": self.page(row["id"]) if hosted and row["status"] == "open" else None,
        }

    def intent(self, intent_id: str, expand: list[str] | None = None) -> Json:
        row = self._row("intents", "payment_intent", intent_id)
        waits = row["status"] == "requires_capture"
        return {
            "id": row["id"],
            "object": "payment_intent",
            "amount": row["amount"],
            "amount_capturable": row["amount"] if waits else 0,
            "amount_received": row["received"],
            "canceled_at": row["canceled_at"] and int(row["canceled_at"]),
            "cancellation_reason": row["cancellation_reason"],
            "capture_method": row["capture_method"],
            "client_secret": f"{row['id']}_secret",
            "confirmation_method": "automatic",
            "created": int(row["created"]),
            "currency": row["currency"],
            "last_payment_error": row["error"] and json.loads(row["error"]),
            "latest_charge": self._linked(
                self.charge, row["charge_id"], "latest_charge", expand
            ),
            "livemode": False,
            "metadata": json.loads(row["metadata"]),
            "payment_method_types": [row["method"]],
            "status": row["status"],
        }

    def charge(self, charge_id: str, _expand: list[str] | None = None) -> Json:
        row = self._db.row("SELECT * FROM intents WHERE charge_id = ?", charge_id)
        if row is None:
            raise missing_object("charge", charge_id)
        refunded = self.refunded(row["id"])
        given_up = row["status"] == "canceled"
        succeeded = given_up or row["status"] in {"requires_capture", "succeeded"}
        return {
            "id": charge_id,
            "object": "charge",
            "amount": row["amount"],
            "amount_captured": row["received"],
            # What was authorised and is given up counts as refunded.
            "amount_refunded": row["amount"] if given_up else refunded,
            "captured": row["status"] == "succeeded",
            "created": int(row["authorised_at"] or row["created"]),
            "currency": row["currency"],
            "livemode": False,
            "metadata": json.loads(row["metadata"]),
            "paid": succeeded,
            "payment_intent": row["id"],
            "payment_method_details": {"type": row["method"]},
            "refunded": given_up or 0 < row["received"] == refunded,
            "status": "succeeded" if succeeded else "pending",
        }

    def refund(self, refund_id: str, expand: list[str] | None = None) -> Json:
        row = self._row("refunds", "refund", refund_id)
        intent = self._row("intents", "payment_intent", row["intent_id"])
        return {
            "id": row["id"],
            "object": "refund",
            "amount": row["amount"],
            "charge": self._linked(self.charge, intent["charge_id"], "charge", expand),
            "created": int(row["created"]),
            "currency": row["currency"],
            "failure_reason": row["failure_reason"],
            "metadata": json.loads(row["metadata"]),
            "payment_intent": self._linked(
                self.intent, row["intent_id"], "payment_intent", expand
            ),
            "reason": row["reason"],
            "status": row["status"],
        }

    def balance(self, balance_id: str, expand: list[str] | None = None) -> Json:
        row = self._row("balance", "balance_transaction", balance_id)
        source = self.refund if row["source"].startswith("re_") else self.charge
        created = int(row["created"])
        return {
            "id": row["id"],
            "object": "balance_transaction",
            "amount": row["amount"],
            "available_on": created,
            "created": created,
            "currency": row["currency"],
            "description": None,
            "exchange_rate": None,
            "fee": row["fee"],
            "fee_details": [],
            "net": row["amount"] - row["fee"],
            "reporting_category": row["type"],
            "source": self._linked(source, row["source"], "source", expand),
            "status": "available",
            "type": row["type"],
        }

    def refunded(self, intent_id: str) -> int:
        """Also what is on its way back: it can not be refunded again."""
        return int(
            self._db.value(
                "SELECT coalesce(sum(amount), 0) FROM refunds"
                " WHERE intent_id = ? AND status <> 'failed'",
                intent_id,
            )
        )

    def page(self, checkout_id: str) -> str:
        return f"{self._pages}/pay/{checkout_id}"

    def methods(self, checkout: Row) -> list[str]:
        """Money that is sent cannot be authorised first: Stripe offers cards alone."""
        return [CARD] if checkout["capture_method"] == "manual" else [CARD, PUSH]

    def _linked(
        self, read: Any, linked_id: str | None, name: str, expand: list[str] | None
    ) -> str | Json | None:
        paths = [path.split(".", 1) for path in expand or []]
        if linked_id is None or name not in [path[0] for path in paths]:
            return linked_id
        expanded: Json = read(
            linked_id, [path[1] for path in paths if path[0] == name and path[1:]]
        )
        return expanded

    def _row(self, table: str, kind: str, object_id: str) -> Row:
        row = self._db.row(f"SELECT * FROM {table} WHERE id = ?", object_id)  # noqa: S608 # our names
        if row is None:
            raise missing_object(kind, object_id)
        return row


def payment_status(checkout: Row, intent: Row | None) -> str:
    """An amount that is only authorised counts as unpaid."""
    if intent is not None:
        return "paid" if intent["status"] == "succeeded" else "unpaid"
    free = checkout["status"] == "complete"
    return "no_payment_required" if free else "unpaid"
