import pytest

from transport.documents.call import Call


@pytest.mark.parametrize(
    ("document", "after_variable"),
    [
        ('subscription { seatMap(sessionId: "1") { kind } }', None),
        (
            "subscription { a: seatMap { ...F } } fragment F on U { b }",
            None,
        ),
        ('subscription { seatMap(sessionId: "1", after: null) { kind } }', None),
        (
            'subscription($x: String) { seatMap(sessionId: "1", after: $x) { kind } }',
            "x",
        ),
    ],
)
def test_a_seat_map_alone_is_shared(document: str, after_variable: str | None) -> None:
    operation = Call.of(document).operation

    assert operation is not None
    assert operation.seat_map is not None
    assert operation.seat_map.after_variable == after_variable


@pytest.mark.parametrize(
    "document",
    [
        '{ seatMap(sessionId: "1") { kind } }',
        'subscription { reservation(id: "1") { id } }',
        'subscription { seatMap: reservation(id: "1") { id } }',
        'subscription @a { seatMap(sessionId: "1") { kind } }',
        'subscription { seatMap(sessionId: "1") @skip(if: false) { kind } }',
        "subscription { ...F } fragment F on Subscription { seatMap { kind } }",
        "subscription { seatMap { kind } mine }",
        'subscription { seatMap(sessionId: "1", after: "5") { kind } }',
        "subscription($a: String!) { seatMap(after: $a) { kind } }",
        'subscription($a: String = "5") { seatMap(after: $a) { kind } }',
        "subscription($a: String) { seatMap(sessionId: $a, after: $a) { kind } }",
        "subscription($a: ID) {seatMap(after: $a) {...F}} fragment F on U {b(c: $a)}",
        "subscription { seatMap(after: $a) { kind } }",
        "subscription { seatMap { kind } } query A { me }",
        "subscription {",
        "",
    ],
)
def test_anything_else_is_not_shared(document: str) -> None:
    operation = Call.of(document).operation

    assert operation is None or operation.seat_map is None
