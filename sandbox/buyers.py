"""What buyers do on the page: pay, be declined, confirm, send money, go back."""

from typing import Literal, get_args

from sandbox.database import Database, Row, new_id, now
from sandbox.errors import ApiError, missing_object
from sandbox.events import Events
from sandbox.faults import Faults
from sandbox.objects import CARD, PUSH, Objects
from sandbox.payments import Payments

Action = Literal["pay", "decline", "challenge", "push", "confirm", "refuse", "cancel"]
ACTIONS: tuple[Action, ...] = get_args(Action)


class Buyers:
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

    def act(
        self, checkout_id: str, action: Action, money_in: float | None = None
    ) -> None:
        """Pays for an open page, or does not. The page shows what came of it.

        Money that is sent arrives after `money_in` seconds, or when somebody says so.
        """
        checkout = self.checkout(checkout_id)
        if action == "cancel" or checkout["status"] != "open":
            return
        if checkout["amount"] == 0:
            self._complete(checkout_id)
            return
        intent_id = self._payments.of_checkout(checkout, *self._price(checkout))
        if self._payments.row(intent_id)["status"] == "requires_action":
            self._answer_challenge(checkout, intent_id, action)
        else:
            self._attempt(checkout, intent_id, action, money_in)

    def deliver_money(self) -> None:
        """Of payments whose money is on its way, and due by now."""
        for row in self._db.rows("SELECT * FROM intents WHERE money_at <= ?", now()):
            self.settle(row["id"], arrives=bool(row["money_arrives"]))

    def settle(self, intent_id: str, *, arrives: bool) -> None:
        row = self._payments.row(intent_id)
        if row["status"] != "processing":
            return
        self._payments.change(intent_id, money_at=None)
        if arrives:
            self._payments.change(intent_id, authorised_at=now())
            self._payments.receive(row, row["amount"])
        else:
            self._payments.fail(intent_id, "payment_failed", "No money arrived.")
        ended = "succeeded" if arrives else "failed"
        self._events.add(
            f"checkout.session.async_payment_{ended}",
            self._objects.checkout(row["checkout_id"]),
        )

    def next_money(self) -> float | None:
        found: float | None = self._db.value("SELECT min(money_at) FROM intents")
        return found

    def checkout(self, checkout_id: str) -> Row:
        row = self._db.row("SELECT * FROM checkouts WHERE id = ?", checkout_id)
        if row is None:
            raise missing_object("checkout.session", checkout_id)
        return row

    def _price(self, checkout: Row) -> tuple[int, str]:
        amount, currency = checkout["amount"], checkout["currency"]
        if self._faults.take("other_amount"):
            amount -= 1
        if self._faults.take("other_currency"):
            currency = "eur" if currency == "usd" else "usd"
        return amount, currency

    def _attempt(
        self, checkout: Row, intent_id: str, action: Action, money_in: float | None
    ) -> None:
        slow = self._faults.take("slow_money")
        if action == "decline" or self._faults.take("declined"):
            self._payments.fail(intent_id, "card_declined", "Your card was declined.")
        elif action == "push" or slow:
            self._send_money(checkout, intent_id, slow.delay if slow else money_in)
        elif action == "challenge" or self._faults.take("three_d_secure"):
            self._payments.change(intent_id, status="requires_action", error=None)
            self._payments.announce("payment_intent.requires_action", intent_id)
        else:
            self._pay(checkout, intent_id)

    def _answer_challenge(self, checkout: Row, intent_id: str, action: Action) -> None:
        if action == "confirm":
            self._pay(checkout, intent_id)
        elif action == "refuse":
            self._payments.fail(
                intent_id,
                "payment_intent_authentication_failure",
                "You did not confirm the payment.",
            )

    def _pay(self, checkout: Row, intent_id: str) -> None:
        self._payments.change(
            intent_id,
            charge_id=new_id("ch"),
            method=CARD,
            error=None,
            status="requires_capture",
            authorised_at=now(),
        )
        if checkout["card_capture_method"] == "manual":
            self._payments.announce(
                "payment_intent.amount_capturable_updated", intent_id
            )
        else:
            row = self._payments.row(intent_id)
            self._payments.receive(row, row["amount"])
        self._complete(checkout["id"])

    def _send_money(self, checkout: Row, intent_id: str, delay: float | None) -> None:
        """Without a delay it waits until somebody says what becomes of it."""
        if PUSH not in self._objects.methods(checkout):
            raise ApiError("This page takes cards alone.")
        self._payments.change(
            intent_id,
            charge_id=new_id("py"),
            method=PUSH,
            error=None,
            status="processing",
            money_at=None if delay is None else now() + delay,
            money_arrives=self._faults.take("failed_money") is None,
        )
        self._payments.announce("payment_intent.processing", intent_id)
        self._complete(checkout["id"])

    def _complete(self, checkout_id: str) -> None:
        self._db.execute(
            "UPDATE checkouts SET status = 'complete' WHERE id = ?", checkout_id
        )
        self._events.add(
            "checkout.session.completed", self._objects.checkout(checkout_id)
        )
