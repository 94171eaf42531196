"""The promises about mails fail for each kind of lie, and hold for the truth."""

import pytest

from tests.cluster.mail.checks import all_written, everybody_has_one, judge, once
from tests.cluster.mail.evidence import MailCopy, MailEvidence
from tests.unit.checker.selection import one_of

ANA, BIA = "ana@cinema.example", "bia@cinema.example"


@pytest.fixture
def evidence() -> MailEvidence:
    """Two people signed up; the worker that wrote to Bia was killed."""
    return MailEvidence(
        signed_up=[ANA, BIA],
        mails=[
            MailCopy(event="a", to=ANA),
            MailCopy(event="b", to=BIA),
            MailCopy(event="b", to=BIA),
        ],
        accounts=[ANA, BIA],
        sent=["a", "b"],
    )


def test_the_truth(evidence: MailEvidence) -> None:
    assert judge(evidence, copies=1) == {}


def test_an_event_that_waits_for_ever(evidence: MailEvidence) -> None:
    evidence.waiting = ["c"]

    assert one_of(all_written(evidence), "event c still waits")


def test_a_mail_that_was_not_sent(evidence: MailEvidence) -> None:
    evidence.sent.append("c")

    assert one_of(all_written(evidence), "event c counts as sent")


def test_somebody_without_a_mail(evidence: MailEvidence) -> None:
    del evidence.mails[0]

    assert one_of(everybody_has_one(evidence), f"{ANA} has mails of 0 events")


def test_two_mails_of_one_sign_up(evidence: MailEvidence) -> None:
    evidence.mails.append(MailCopy(event="c", to=ANA))

    assert one_of(everybody_has_one(evidence), f"{ANA} has mails of 2 events")


def test_a_mail_to_a_stranger(evidence: MailEvidence) -> None:
    evidence.mails.append(MailCopy(event="c", to="caio@cinema.example"))

    assert one_of(everybody_has_one(evidence), "caio@cinema.example has mails of 1")


def test_an_account_that_was_lost(evidence: MailEvidence) -> None:
    evidence.signed_up.append("caio@cinema.example")

    assert one_of(everybody_has_one(evidence), "has no account")


def test_a_mail_that_comes_again(evidence: MailEvidence) -> None:
    assert one_of(once(evidence, copies=0), "more than 0 mails")
