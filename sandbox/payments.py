"""PaymentIntents: paid by buyers on the page, captured and cancelled by the shop."""

import json

from sandbox.database import Database, Row, new_id, now
from sandbox.errors import ApiError, missing_object, unexpected_state
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.objects import Json, Objects

CANCELLABLE = ("requires_payment_method", "requires_capture", "requires_action")


def fee(amount: int) -> int:
    """What a provider keeps, so that nobody takes the net amount for the price."""
    return amount * 29 // 1000 + 30


class Payments:
    def __init__(
        self, db: Database, objects: Objects, events: Events, faults: Faults
    ) -> None:
        self._db = db
        self._objects = objects
        self._events = events
        self._faults = faults

    def capture(self, intent_id: str, amount: int | None) -> Json:
        if self._faults.take("lost_authorisation"):
            self.void(intent_id, "automatic")
        row = self.row(intent_id)
        if row["status"] != "requires_capture":
            raise unexpected_state(
                "This PaymentIntent could not be captured because it has a status of"
                f" {row['status']}. Only a PaymentIntent with one of the following"
                " statuses may be captured: requires_capture.",
                self._objects.intent(intent_id),
            )
        taken = row["amount"] if amount is None else amount
        if not 0 < taken <= row["amount"]:
            raise ApiError(
                "The amount to capture is not from 1 to the authorised amount.",
                code="amount_too_large",
                param="amount_to_capture",
            )
        self.receive(row, taken)
        return self._objects.intent(intent_id)

    def receive(self, row: Row, amount: int) -> None:
        """The money is there."""
        self.change(row["id"], status="succeeded", received=amount, captured_at=now())
        self.book("charge", amount, fee(amount), row["currency"], row["charge_id"])
        self.announce("payment_intent.succeeded", row["id"])

    def cancel(self, intent_id: str, reason: str | None) -> Json:
        row = self.row(intent_id)
        checkout = self._objects.checkout(row["checkout_id"])
        if row["status"] not in CANCELLABLE or checkout["status"] == "open":
            raise unexpected_state(
                "You cannot cancel this PaymentIntent because it has a status of"
                f" {row['status']}, and its Checkout Session of {checkout['status']}.",
                self._objects.intent(intent_id),
            )
        self.void(intent_id, reason)
        return self._objects.intent(intent_id)

    def void(self, intent_id: str, reason: str | None) -> None:
        self.change(
            intent_id, status="canceled", canceled_at=now(), cancellation_reason=reason
        )
        self.announce("payment_intent.canceled", intent_id)

    def of_checkout(self, checkout: Row, amount: int, currency: str) -> str:
        """The intent of a page, made when the buyer first tries to pay."""
        if checkout["intent_id"]:
            return str(checkout["intent_id"])
        intent_id = new_id("pi")
        self._db.insert(
            "intents",
            id=intent_id,
            checkout_id=checkout["id"],
            created=now(),
            status="requires_payment_method",
            amount=amount,
            currency=currency,
            capture_method=checkout["capture_method"],
            metadata=checkout["intent_metadata"],
            method="card",
        )
        self._db.execute(
            "UPDATE checkouts SET intent_id = ? WHERE id = ?", intent_id, checkout["id"]
        )
        self.announce("payment_intent.created", intent_id)
        return intent_id

    def fail(self, intent_id: str, code: str, message: str) -> None:
        error = {"type": "card_error", "code": code, "message": message}
        self.change(
            intent_id, status="requires_payment_method", error=json.dumps(error)
        )
        self.announce("payment_intent.payment_failed", intent_id)

    def change(self, intent_id: str, **values: object) -> None:
        pairs = ", ".join(f"{name} = ?" for name in values)
        self._db.execute(
            f"UPDATE intents SET {pairs} WHERE id = ?",  # noqa: S608 # our names
            *values.values(),
            intent_id,
        )

    def book(
        self, type_: str, amount: int, cost: int, currency: str, source: str
    ) -> None:
        """Into the balance, which is the report of each day."""
        self._db.insert(
            "balance",
            id=new_id("txn"),
            created=now(),
            type=type_,
            amount=amount,
            fee=cost,
            currency=currency,
            source=source,
        )

    def announce(self, type_: str, intent_id: str) -> None:
        self._events.add(type_, self._objects.intent(intent_id))

    def row(self, intent_id: str) -> Row:
        row = self._db.row("SELECT * FROM intents WHERE id = ?", intent_id)
        if row is None:
            raise missing_object("payment_intent", intent_id)
        return row
