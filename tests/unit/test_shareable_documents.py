import pytest

from transport.documents.document import operation_named


@pytest.mark.parametrize(
    ("document", "resume"),
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
def test_a_seat_map_alone_is_shared(document: str, resume: str | None) -> None:
    operation = operation_named(document, None)

    assert operation is not None
    assert operation.watch is not None
    assert operation.watch.resume == resume


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
def test_anything_else_is_its_callers_own(document: str) -> None:
    operation = operation_named(document, None)

    assert operation is None or operation.watch is None
