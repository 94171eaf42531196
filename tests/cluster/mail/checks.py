"""The promises about mails; each is a pure function."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from tests.cluster.mail.evidence import MailEvidence


def all_written(evidence: MailEvidence) -> Iterator[str]:
    """Nobody waits for a mail for ever."""
    for event in evidence.waiting:
        yield f"event {event} still waits for its mail"
    taken = {mail.event for mail in evidence.mails}
    for event in {*evidence.sent} - taken:
        yield f"event {event} counts as sent, and the server has no mail of it"


def everybody_has_one(evidence: MailEvidence) -> Iterator[str]:
    """Who signed up has one mail, and nobody else has any."""
    events = defaultdict[str, set[str]](set)
    for mail in evidence.mails:
        events[mail.to].add(mail.event)
    for address in evidence.signed_up:
        if address not in evidence.accounts:
            yield f"{address} signed up and has no account"
    for address in {*evidence.accounts, *events}:
        expected = 1 if address in evidence.accounts else 0
        if len(events[address]) != expected:
            yield f"{address} has mails of {len(events[address])} events"


def once(evidence: MailEvidence, copies: int) -> Iterator[str]:
    """A mail comes again only if its worker did not learn that it was taken."""
    times = Counter(mail.event for mail in evidence.mails)
    again = {event: count for event, count in times.items() if count > 1}
    if sum(again.values()) - len(again) > copies:
        yield f"more than {copies} mails came again: {again}"


def judge(evidence: MailEvidence, copies: int) -> dict[str, list[str]]:
    """Violations by promise. `copies`: so many mails may have come again."""
    found = {
        "1 all mails are written": [*all_written(evidence)],
        "2 everybody has one": [*everybody_has_one(evidence)],
        "3 each comes once": [*once(evidence, copies)],
    }
    return {promise: violations for promise, violations in found.items() if violations}
