"""Which currencies are in use, what a seat may cost, and how far ahead it is sold."""

from datetime import UTC, date, datetime

import pytest
from babel.core import get_global
from babel.numbers import list_currencies

from domain.errors import InvalidInputError
from domain.money import CURRENCIES, Money, highest_price, in_use
from domain.reservation import MAX_SEATS
from domain.session_changes import check_by_clock, check_session

NOW = datetime(2026, 11, 29, 10, tzinfo=UTC)
START = datetime(2026, 12, 1, 20, tzinfo=UTC)
LARGEST_INT = 2**31 - 1  # of GraphQL


def rules(now: datetime, starts_at: datetime | None, price: Money | None) -> list[str]:
    try:
        check_by_clock(now, starts_at=starts_at, price=price)
    except InvalidInputError as error:
        return [each.rule for each in (error, *error.others)]
    return []


@pytest.mark.parametrize(
    ("currency", "day", "expected"),
    [
        ("BRL", date(2026, 11, 29), True),
        ("EUR", date(2026, 11, 29), True),
        ("XOF", date(2026, 11, 29), True),
        ("BGN", date(2025, 12, 31), True),
        ("BGN", date(2026, 2, 1), False),
        ("HRK", date(2026, 11, 29), False),
        ("ANG", date(2025, 6, 30), True),
        ("ANG", date(2025, 7, 1), False),
        ("XCG", date(2025, 3, 30), False),
        ("XCG", date(2025, 3, 31), True),
        ("XXX", date(2026, 11, 29), False),
        ("CLF", date(2026, 11, 29), False),  # a unit of account: nobody pays in it
    ],
)
def test_a_currency_is_in_use_from_one_day_to_another(
    currency: str, day: date, *, expected: bool
) -> None:
    assert in_use(currency, day) is expected


def test_every_currency_has_a_name_and_the_code_of_three_letters() -> None:
    assert set(list_currencies()) >= CURRENCIES
    assert all(len(code) == 3 and code.isupper() for code in CURRENCIES)


def test_a_withdrawn_currency_is_refused_and_a_price_that_stays_is_not() -> None:
    old = Money(1_000, "BGN")

    assert rules(NOW, START, old) == ["currency_withdrawn"]
    assert rules(NOW, NOW, old) == ["start_moment", "currency_withdrawn"]
    assert rules(NOW, START, None) == []
    assert rules(datetime(2025, 12, 31, 23, tzinfo=UTC), START, old) == []


@pytest.mark.parametrize(
    ("currency", "highest"),
    [
        ("BRL", 100_000_000),  # 1,000,000.00
        ("KWD", 100_000_000),  # 100,000.000
        ("IRR", 250_000_000),  # 2,500,000.00
        ("LBP", 250_000_000),
        ("VND", 250_000_000),  # 250,000,000
        ("JPY", 250_000_000),
    ],
)
def test_the_highest_price_depends_on_the_decimals(currency: str, highest: int) -> None:
    assert highest_price(currency) == highest
    check_session({"price_per_seat": Money(highest, currency)})
    with pytest.raises(InvalidInputError) as refused:
        check_session({"price_per_seat": Money(highest + 1, currency)})
    assert refused.value.facts == {"lowest": 0, "highest": highest}


def test_the_sum_of_a_reservation_is_an_int() -> None:
    known = {code for code in CURRENCIES if in_use(code, NOW.date())}

    assert MAX_SEATS * max(map(highest_price, known)) <= LARGEST_INT
    assert known <= set(get_global("all_currencies"))


@pytest.mark.parametrize(
    ("now", "last"),
    [
        (NOW, datetime(2028, 11, 29, 23, 59, 59, 999_999, UTC)),
        (
            datetime(2028, 2, 29, 12, tzinfo=UTC),
            datetime(2030, 2, 28, 23, 59, 59, 999_999, UTC),
        ),
        (
            datetime(2026, 2, 28, tzinfo=UTC),
            datetime(2028, 2, 28, 23, 59, 59, 999_999, UTC),
        ),
        (
            datetime(2026, 12, 31, 23, 59, tzinfo=UTC),
            datetime(2028, 12, 31, 23, 59, 59, 999_999, UTC),
        ),
    ],
)
def test_a_session_starts_until_the_same_day_two_years_later(
    now: datetime, last: datetime
) -> None:
    first_too_late = last.replace(microsecond=0, second=0, minute=0, hour=0)
    next_day = datetime.fromordinal(first_too_late.toordinal() + 1).replace(tzinfo=UTC)

    assert rules(now, last, None) == []
    assert rules(now, next_day, None) == ["start_moment"]
    assert rules(now, now, None) == ["start_moment"]
