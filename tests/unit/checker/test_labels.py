"""The campaign recognises the statements at which it strikes."""

import struct

import pytest

from persistence.door import check_in_sql
from persistence.money import (
    attempt_sql,
    cancel_sql,
    effect_sql,
    provider_event_sql,
    refund_sql,
    settlement_sql,
)
from persistence.people import notice_queue
from persistence.sales import transfer_sql
from tests.cluster.postgres_wire import Conversation, label_of


@pytest.mark.parametrize(
    ("label", "statement"),
    [
        ("page", attempt_sql.OPENED),
        ("authorised", provider_event_sql.RECORD),
        ("sell", settlement_sql.SELL),
        ("effects", effect_sql.DUE_EFFECTS),
        ("effect done", effect_sql.DONE),
        ("refund", refund_sql.REFUND),
        ("cancel session", cancel_sql.CANCEL),
        ("check in", check_in_sql.CHECK_IN),
        ("transfer", transfer_sql.TAKE),
        ("mail sent", notice_queue.FINISH),
    ],
)
def test_statements_after_a_sale(label: str, statement: str) -> None:
    assert label_of(statement.encode()) == label


@pytest.mark.parametrize(
    ("type_", "label"),
    [
        ("payment_intent.amount_capturable_updated", "authorised"),
        ("checkout.session.completed", ""),
    ],
)
def test_an_event_is_that_of_an_authorisation_by_its_type(
    type_: str, label: str
) -> None:
    conversation = Conversation()
    frames = [
        struct.pack("!ii", 8, 3 << 16),
        _frame(b"P", b"s1\0" + provider_event_sql.RECORD.encode() + b"\0\0\0"),
        _frame(b"B", b"\0s1\0" + type_.encode()),
        _frame(b"E", b"\0\0\0\0\0"),
    ]

    labels = [each for each, _ in conversation.asked(b"".join(frames))]

    assert labels == ["", "", "", label]


def _frame(kind: bytes, body: bytes) -> bytes:
    return kind + struct.pack("!i", len(body) + 4) + body
