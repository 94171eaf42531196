"""The campaign recognises the statements at which it strikes."""

import pytest

from persistence.money import (
    attempt_sql,
    cancel_sql,
    effect_sql,
    refund_sql,
    settlement_sql,
)
from tests.cluster.postgres_wire import label_of


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("page", attempt_sql.OPENED),
        ("sell", settlement_sql.SELL),
        ("effects", effect_sql.DUE_EFFECTS),
        ("effect done", effect_sql.DONE),
        ("refund", refund_sql.REFUND),
        ("cancel session", cancel_sql.CANCEL),
    ],
)
def test_statements_about_money(label: str, statement: str) -> None:
    assert label_of(statement.encode()) == label
