"""The judge accepts a true recording: one that rejects everything proves nothing."""

from collections import Counter

from tests.cluster.checks import judge
from tests.cluster.evidence import Evidence


def test_the_recorded_run_is_true(evidence: Evidence) -> None:
    assert judge(evidence) == {}


def test_the_recorded_run_has_something_of_everything(evidence: Evidence) -> None:
    kinds = Counter((one.kind, one.outcome) for one in evidence.operations)
    types = {event.type for event in evidence.outbox}

    assert {("reserve", "ok"), ("reserve", "refused"), ("reserve", "unknown")} <= {
        *kinds
    }
    assert {("cancel", "ok"), ("extend", "ok"), ("approve", "ok"), ("read", "ok")} <= {
        *kinds
    }
    assert types == {
        "ReservationCreated",
        "ReservationExtended",
        "ReservationConfirmed",
        "ReservationCancelled",
        "ReservationExpired",
        "SeatsRepriced",
        "SeatsAdded",
        "PaymentOpened",
        "PaymentApproved",
        "PaymentCancelled",
        "PaymentExpired",
    }
