"""One member makes the statement of its group fail: the others get their seats."""

from uuid import UUID, uuid4

import asyncpg
import pytest

from domain.errors import TooManyAtOnceError, UnknownCustomerError
from domain.ports import IdempotencyKey, KeyReusedError
from persistence.postgres.pool import Pool
from persistence.sales import statement_groups
from persistence.sales.ledger import PostgresLedger
from tests.support.cinema import Cinema, Show
from tests.support.holds import decide, holding, outcome
from tests.support.metric_growth import growing

KEY = IdempotencyKey("reserveSeats", "again", b"input")


@pytest.fixture
def ledger(pool: Pool) -> PostgresLedger:
    return PostgresLedger(pool)


async def test_one_that_makes_the_group_fail_fails_alone(
    ledger: PostgresLedger, cinema: Cinema, ana: UUID, show: Show
) -> None:
    await ledger.hold(holding(ana, show.wanting(0), KEY))

    verdicts = await decide(
        ledger,
        holding(ana, show.wanting(1)),
        holding(uuid4(), show.wanting(2)),
        holding(ana, show.wanting(3), KEY),
        holding(ana, show.wanting(4)),
    )

    assert list(map(outcome, verdicts)) == [
        *("held", UnknownCustomerError.__name__, KeyReusedError.__name__, "held")
    ]
    states = [status for status, _ in await cinema.seat_states(show)]
    assert states[:5] == ["HELD", "HELD", "AVAILABLE", "AVAILABLE", "HELD"]


async def test_too_many_that_wait_are_refused(
    ledger: PostgresLedger,
    show: Show,
    ana: UUID,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(statement_groups, "WAITING_LIMIT", 3)
    holds = [holding(ana, show.wanting(number)) for number in range(5)]

    with growing("cinema_rate_limited_total", 2, what="connections"):
        verdicts = await decide(ledger, *holds)

    assert list(map(outcome, verdicts)) == [
        *("held", "held", "held"),
        *(TooManyAtOnceError.__name__, TooManyAtOnceError.__name__),
    ]


async def test_a_group_that_would_hold_a_part_changes_nothing(
    scratch_pool: Pool,
) -> None:
    """A trigger drops the change of one seat: the others are held, one by one."""
    cinema, ledger = Cinema(scratch_pool), PostgresLedger(scratch_pool)
    show = await cinema.open_session(seats=4)
    [ana] = await cinema.customers(1)
    await scratch_pool.execute(DROP_CHANGES.format(show.seat_ids[1]))

    verdicts = await decide(
        ledger,
        holding(ana, show.wanting(0)),
        holding(ana, show.wanting(1, 2)),
        holding(ana, show.wanting(3)),
    )

    assert list(map(outcome, verdicts)) == [
        *("held", asyncpg.DivisionByZeroError.__name__, "held")
    ]
    states = [status for status, _ in await cinema.seat_states(show)]
    assert states == ["HELD", "AVAILABLE", "AVAILABLE", "HELD"]


DROP_CHANGES = """
CREATE FUNCTION drop_change() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RETURN NULL; END $$;
CREATE TRIGGER drop_change BEFORE UPDATE ON session_seats
FOR EACH ROW WHEN (OLD.id = '{}') EXECUTE FUNCTION drop_change();
"""
