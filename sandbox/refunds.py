"""Refunds: of captured money, in one or several parts, never more than it."""

import json

from sandbox.database import Database, Row, new_id, now
from sandbox.errors import ApiError, missing_object, unexpected_state
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.objects import Json, Objects
from sandbox.parameters import Parameters
from sandbox.payments import Payments

REASONS = ("duplicate", "fraudulent", "requested_by_customer")


class Refunds:
    def __init__(
        self,
        db: Database,
        objects: Objects,
        events: Events,
        faults: Faults,
        payments: Payments,
    ) -> None:
        self._db = db
        self._objects = objects
        self._events = events
        self._faults = faults
        self._payments = payments

    def create(self, parameters: Parameters) -> Json:
        parameters.allow("payment_intent", "charge", "amount", "reason", "metadata")
        intent = self._intent(parameters)
        reason = parameters.has("reason") and parameters.choice("reason", *REASONS)
        left = intent["received"] - self._objects.refunded(intent["id"])
        amount = parameters.integer("amount", left)
        self._refuse(intent, amount, left)
        failed = self._faults.take("failed_refund")
        slow = failed or self._faults.take("slow_refund")
        refund_id = new_id("re")
        self._db.insert(
            "refunds",
            id=refund_id,
            intent_id=intent["id"],
            created=now(),
            amount=amount,
            currency=intent["currency"],
            status="pending",
            reason=reason or None,
            metadata=json.dumps(parameters.metadata()),
            settles_at=now() + slow.delay if slow else None,
            succeeds=not failed,
        )
        self._payments.book("refund", -amount, 0, intent["currency"], refund_id)
        self._announce("refund.created", refund_id)
        if not slow:
            self.settle(refund_id, succeeds=True)
        return self._objects.refund(refund_id)

    def page(self, parameters: Parameters) -> list[Row]:
        """All of the filter, newest first."""
        parameters.allow("payment_intent", "charge", "limit", "starting_after")
        return self._db.rows(
            "SELECT refunds.id FROM refunds JOIN intents ON intents.id = intent_id"
            " WHERE intent_id = coalesce(?, intent_id)"
            " AND charge_id = coalesce(?, charge_id)"
            " ORDER BY refunds.created DESC, refunds.rowid DESC",
            parameters.optional("payment_intent"),
            parameters.optional("charge"),
        )

    def settle_due(self) -> None:
        for row in self._db.rows("SELECT * FROM refunds WHERE settles_at <= ?", now()):
            self.settle(row["id"], succeeds=bool(row["succeeds"]))

    def next_settlement(self) -> float | None:
        found: float | None = self._db.value("SELECT min(settles_at) FROM refunds")
        return found

    def settle(self, refund_id: str, *, succeeds: bool) -> None:
        """As at Stripe, one that has succeeded may still fail."""
        row = self._db.row("SELECT * FROM refunds WHERE id = ?", refund_id)
        if row is None:
            raise missing_object("refund", refund_id)
        if row["status"] == "failed" or (row["status"] == "succeeded" and succeeds):
            return
        self._db.execute(
            "UPDATE refunds SET status = ?, failure_reason = ?, settled_at = ?,"
            " settles_at = NULL WHERE id = ?",
            "succeeded" if succeeds else "failed",
            None if succeeds else "expired_or_canceled_card",
            now(),
            refund_id,
        )
        if not succeeds:
            self._payments.book(
                "refund_failure", row["amount"], 0, row["currency"], refund_id
            )
        self._announce("refund.updated" if succeeds else "refund.failed", refund_id)

    def _intent(self, parameters: Parameters) -> Row:
        if parameters.has("payment_intent"):
            return self._payments.row(parameters.text("payment_intent"))
        charge_id = parameters.text("charge")
        row = self._db.row("SELECT * FROM intents WHERE charge_id = ?", charge_id)
        if row is None:
            raise missing_object("charge", charge_id, "charge")
        return row

    def _refuse(self, intent: Row, amount: int, left: int) -> None:
        if intent["status"] != "succeeded":
            raise unexpected_state(
                f"This PaymentIntent ({intent['id']}) does not have a successful"
                " charge to refund.",
                self._objects.intent(intent["id"]),
            )
        if left == 0:
            raise ApiError(
                f"Charge {intent['charge_id']} has already been refunded.",
                code="charge_already_refunded",
            )
        if not 0 < amount <= left:
            raise ApiError(
                f"Refund amount ({amount}) is not from 1 to the unrefunded amount on"
                f" charge ({left}).",
                param="amount",
            )

    def _announce(self, type_: str, refund_id: str) -> None:
        refund = self._objects.refund(refund_id)
        self._events.add(type_, refund)
