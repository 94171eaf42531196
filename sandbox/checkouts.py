"""Checkout Sessions: created by the shop, paid on the page, or expired."""

import json
import secrets

from sandbox.database import Database, Row, new_id, now
from sandbox.errors import ApiError, missing_object
from sandbox.events import Events
from sandbox.objects import Json, Objects
from sandbox.parameters import Parameters, invalid

SHORTEST_SECONDS = 30 * 60
LONGEST_SECONDS = 24 * 60 * 60
LARGEST_AMOUNT = 99_999_999
HOSTED, EMBEDDED = "hosted_page", "embedded_page"
# Those of Stripe that a shop of tickets may want to send.
KNOWN = (
    "mode",
    "line_items",
    "success_url",
    "cancel_url",
    "return_url",
    "redirect_on_completion",
    "ui_mode",
    "client_reference_id",
    "metadata",
    "payment_intent_data",
    "payment_method_types",
    "payment_method_options",
    "expires_at",
    "customer_email",
    "customer_creation",
    "locale",
    "submit_type",
    "adaptive_pricing",
)


class Checkouts:
    def __init__(self, db: Database, objects: Objects, events: Events) -> None:
        self._db = db
        self._objects = objects
        self._events = events

    def create(self, parameters: Parameters) -> Json:
        parameters.allow(*KNOWN)
        if parameters.text("mode") != "payment":
            raise invalid("mode", "The sandbox knows the mode payment alone")
        amount, currency, description = order(parameters.items("line_items"))
        checkout_id, created = new_id("cs_test"), now()
        ui_mode = parameters.choice("ui_mode", HOSTED, EMBEDDED)
        hosted = ui_mode == HOSTED
        intent = parameters.inner("payment_intent_data")
        intent.allow("capture_method", "metadata", "description")
        card = parameters.inner("payment_method_options").inner("card")
        capture_method = capture(intent)
        self._db.insert(
            "checkouts",
            id=checkout_id,
            created=created,
            expires_at=expiry(parameters, created),
            status="open",
            amount=amount,
            currency=currency,
            reference=parameters.optional("client_reference_id"),
            metadata=json.dumps(parameters.metadata()),
            intent_metadata=json.dumps(intent.metadata()),
            description=description,
            capture_method=capture_method,
            card_capture_method=capture(card, capture_method),
            ui_mode=ui_mode,
            success_url=parameters.text("success_url" if hosted else "return_url"),
            cancel_url=parameters.optional("cancel_url"),
            client_secret=None
            if hosted
            else f"{checkout_id}_secret_{secrets.token_urlsafe()}",
            email=parameters.optional("customer_email"),
            locale=parameters.optional("locale"),
        )
        return self._objects.checkout(checkout_id)

    def expire(self, checkout_id: str) -> Json:
        row = self._row(checkout_id)
        if row["status"] != "open":
            raise ApiError(
                "Only Checkout Sessions with a status in [open] can be expired. This"
                f" Checkout Session has a status of {row['status']}."
            )
        self._close(row)
        return self._objects.checkout(checkout_id)

    def expire_overdue(self) -> None:
        for row in self._db.rows(
            "SELECT * FROM checkouts WHERE status = 'open' AND expires_at <= ?", now()
        ):
            self._close(row)

    def next_expiry(self) -> float | None:
        found: float | None = self._db.value(
            "SELECT min(expires_at) FROM checkouts WHERE status = 'open'"
        )
        return found

    def _close(self, row: Row) -> None:
        self._db.execute(
            "UPDATE checkouts SET status = 'expired' WHERE id = ?", row["id"]
        )
        if row["intent_id"]:
            self._db.execute(
                "UPDATE intents SET status = 'canceled', canceled_at = ?,"
                " cancellation_reason = 'abandoned' WHERE id = ?",
                now(),
                row["intent_id"],
            )
            self._events.add(
                "payment_intent.canceled", self._objects.intent(row["intent_id"])
            )
        self._events.add("checkout.session.expired", self._objects.checkout(row["id"]))

    def _row(self, checkout_id: str) -> Row:
        row = self._db.row("SELECT * FROM checkouts WHERE id = ?", checkout_id)
        if row is None:
            raise missing_object("checkout.session", checkout_id)
        return row


def order(items: list[Parameters]) -> tuple[int, str, str]:
    """The sum, its currency, and what it is for."""
    if not items:
        raise invalid("line_items", "Missing required param: line_items.")
    amount, currencies, names = 0, set[str](), list[str]()
    for item in items:
        item.allow("price_data", "quantity")
        price = item.inner("price_data")
        price.allow("currency", "unit_amount", "product_data")
        unit_amount, quantity = price.integer("unit_amount"), item.integer("quantity")
        if unit_amount < 0 or quantity < 1:
            raise invalid("line_items", "Amounts and quantities are positive")
        amount += unit_amount * quantity
        currencies.add(price.text("currency").lower())
        names.append(f"{quantity} x {price.inner('product_data').text('name')}")
    if len(currencies) > 1:
        raise invalid("line_items", "All items need the same currency")
    if amount > LARGEST_AMOUNT:
        raise invalid("line_items", "The sum is too large", "amount_too_large")
    return amount, currencies.pop(), ", ".join(names)


def expiry(parameters: Parameters, created: float) -> float:
    at = parameters.integer("expires_at", int(created) + LONGEST_SECONDS)
    if not SHORTEST_SECONDS <= at - int(created) <= LONGEST_SECONDS:
        raise invalid(
            "expires_at",
            "The `expires_at` timestamp must be between 30 minutes and 24 hours from"
            " Checkout Session creation.",
        )
    return at


def capture(parameters: Parameters, default: str = "automatic_async") -> str:
    return parameters.choice(
        "capture_method", default, "automatic", "automatic_async", "manual"
    )
