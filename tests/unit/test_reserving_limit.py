"""The limit on reserving: per customer, by windows of this process's clock."""

from uuid import UUID, uuid4

from limits import parse

from persistence.key_value.rate_limits import FixedWindowLimit, RateLimitedError


def refused(limit: FixedWindowLimit, customer_id: UUID) -> int | None:
    try:
        limit.check(customer_id)
    except RateLimitedError as error:
        return error.retry_after
    return None


def test_a_customer_over_the_limit_waits_for_the_next_window() -> None:
    now = 1_003.5
    limit = FixedWindowLimit(parse("2/10 seconds"), clock=lambda: now)
    ana, bia = uuid4(), uuid4()

    answers = [refused(limit, ana) for _ in range(4)]
    now = 1_009.9
    late = refused(limit, ana), refused(limit, bia)
    now = 1_010.0
    next_one = refused(limit, ana)

    assert answers == [None, None, 7, 7]
    assert late == (1, None)
    assert next_one is None


def test_it_keeps_only_customers_of_this_window() -> None:
    now = 0.0
    limit = FixedWindowLimit(parse("2/10 seconds"), clock=lambda: now)
    for _ in range(1_000):
        limit.check(uuid4())

    now = 10.0
    limit.check(uuid4())

    assert len(limit._counts) == 1
