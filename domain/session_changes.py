"""What managers may enter and change of a session, and until when."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Self, TypedDict

from domain.errors import InvalidInputError, raise_if_any
from domain.money import CURRENCIES, Money, highest_price, in_use
from domain.price_cards import NewPrice, wrong_prices
from domain.sessions import OrphanRule, Session

YEARS_AHEAD = 2


class SessionFacts(TypedDict, total=False):
    """The fields of a session that were entered; a missing field stays as it is."""

    starts_at: datetime | None
    price_per_seat: Money | None
    orphan_rule: OrphanRule | None
    prices: tuple[NewPrice, ...] | None
    sales_end_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionChange:
    """The new values of a session; None: the value stays."""

    starts_at: datetime | None = None
    price: Money | None = None
    orphan_rule: OrphanRule | None = None
    prices: tuple[NewPrice, ...] | None = None
    sales_end_at: datetime | None = None

    def without_unchanged(self, session: Session) -> Self:
        """Without the values that the session has already.

        Also without the orphan rule and the end of sales: they may change at any time.
        """
        moved = self.starts_at != session.starts_at
        repriced = self.price != session.price_per_seat
        return type(self)(
            starts_at=self.starts_at if moved else None,
            price=self.price if repriced else None,
            prices=self.prices,
        )

    def check_begun(self) -> None:
        """Of a session that has begun. Raises InvalidInputError for each new value."""
        values = {
            "startsAt": self.starts_at,
            "pricePerSeat": self.price,
            "prices": self.prices,
        }
        raise_if_any(
            [
                InvalidInputError(path, rule="session_begun")
                for path, value in values.items()
                if value is not None
            ]
        )

    def check_taken(self, session: Session) -> None:
        """While a seat is held or sold. Raises InvalidInputError for each field.

        A customer who holds or has bought a seat keeps its start. Holds and sales keep
        their prices whatever the session costs now, but it has one currency.
        """
        wrong = []
        if self.starts_at is not None:
            wrong.append(InvalidInputError("startsAt", rule="seats_taken"))
        if self.price and self.price.currency != session.price_per_seat.currency:
            wrong.append(
                InvalidInputError("pricePerSeat", "currency", rule="seats_taken")
            )
        raise_if_any(wrong)


def check_session(facts: SessionFacts) -> None:
    """Raises InvalidInputError for all wrong fields.

    What depends on the database's clock is checked by `check_by_clock`.
    """
    wrong = []
    if facts.get("starts_at", True) is None:
        wrong.append(InvalidInputError("startsAt", rule="value_missing"))
    if facts.get("sales_end_at", True) is None:
        wrong.append(InvalidInputError("salesEndAt", rule="value_missing"))
    if facts.get("price_per_seat", True) is None:
        wrong.append(InvalidInputError("pricePerSeat", rule="value_missing"))
    if facts.get("prices", True) is None:
        wrong.append(InvalidInputError("prices", rule="value_missing"))
    if price := facts.get("price_per_seat"):
        wrong.extend(_wrong_price(price))
    if facts.get("orphan_rule", True) is None:
        wrong.append(InvalidInputError("orphanRule", rule="value_missing"))
    if (prices := facts.get("prices")) is not None:
        wrong.extend(wrong_prices(prices))
        if facts.get("price_per_seat"):
            wrong.append(InvalidInputError("pricePerSeat", rule="price_or_card"))
    raise_if_any(wrong)


def check_by_clock(
    now: datetime, *, starts_at: datetime | None, price: Money | None
) -> None:
    """`now` is the database's. None means no change. Raises InvalidInputError.

    A session in a withdrawn currency keeps its price.
    """
    wrong = []
    if starts_at is not None and not now < starts_at < _end_of_planning(now):
        wrong.append(InvalidInputError("startsAt", rule="start_moment"))
    if price is not None and not in_use(price.currency, now.astimezone(UTC).date()):
        wrong.append(
            InvalidInputError("pricePerSeat", "currency", rule="currency_withdrawn")
        )
    raise_if_any(wrong)


def check_sales_end(
    sales_end_at: datetime | None, ends_at: datetime, now: datetime | None = None
) -> None:
    """Of a new session with `now`, which is the database's. Raises InvalidInputError.

    Of other sessions the sales may be ended at once, by any moment that has passed.
    """
    if sales_end_at is not None and (
        sales_end_at > ends_at or (now is not None and sales_end_at <= now)
    ):
        raise InvalidInputError("salesEndAt", rule="sales_end_moment")


def _end_of_planning(now: datetime) -> datetime:
    """The end (UTC) of the same day two years later. 29 February becomes the 28th."""
    today = now.astimezone(UTC).date()
    leap_day = (today.month, today.day) == (2, 29)
    day = 28 if leap_day else today.day
    last = date(today.year + YEARS_AHEAD, today.month, day)
    return datetime.combine(last + timedelta(days=1), time.min, UTC)


def _wrong_price(price: Money) -> Iterator[InvalidInputError]:
    highest = highest_price(price.currency)
    if not 0 <= price.amount_minor <= highest:
        yield InvalidInputError(
            "pricePerSeat",
            "amountMinor",
            rule="number_range",
            lowest=0,
            highest=highest,
        )
    if price.currency not in CURRENCIES:
        yield InvalidInputError("pricePerSeat", "currency", rule="currency_code")
