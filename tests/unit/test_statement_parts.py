"""A statement that is made of another one has each of its own parts."""

import pytest

from persistence.sales.hold_sql import HOLD, HOLD_FIRST, HOLD_GROUP
from persistence.sales.ledger_sql import CANCEL, CANCEL_GROUP
from persistence.sales.statement_parts import with_parts
from persistence.sales.ticket_hold_sql import HOLD_FIRST_TICKETS, HOLD_TICKETS


@pytest.mark.parametrize("statement", ["SELECT 1", "SELECT a, a"])
def test_a_part_that_is_missing_or_ambiguous_is_refused(statement: str) -> None:
    with pytest.raises(ValueError, match=r"found [02] times, not 1: a$"):
        with_parts(statement, {"a": "b"})


def test_each_part_is_replaced() -> None:
    parts = {"a": "c", "b": "d"}

    assert with_parts("SELECT a, b, a, b", parts, times=2) == "SELECT c, d, c, d"


@pytest.mark.parametrize("grouped", [HOLD_GROUP, CANCEL_GROUP])
def test_a_group_waits_for_nothing(grouped: str) -> None:
    assert "/* wait */" not in grouped
    assert "pg_advisory_xact_lock(" not in grouped


def test_holds_of_tickets_and_blocks_are_statements_of_their_own() -> None:
    statements = {HOLD, HOLD_FIRST, HOLD_GROUP, HOLD_TICKETS, HOLD_FIRST_TICKETS}

    assert len({*statements, CANCEL, CANCEL_GROUP}) == 7
