"""The promises about money, to the minor unit; each is a pure function."""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

from tests.cluster.money.evidence import AttemptRow, MoneyEvidence

SALES = {"SOLD", "RESEATED"}
# From the clock that decides to the one that is stored, in the same statement.
SLACK_SECONDS = 2.0
Ledger = Mapping[str, Mapping[str, Any]]


def ledger_of(evidence: MoneyEvidence) -> Ledger:
    """The provider's payments by attempt."""
    return {each["client_reference_id"]: each for each in evidence.ledger}


def settled(evidence: MoneyEvidence) -> Iterator[str]:
    """Nothing is left to do, and nothing has failed for good."""
    for attempt in evidence.attempts:
        if attempt.outcome is None:
            yield f"{attempt} has no outcome"
        if attempt.flag:
            yield f"{attempt} is flagged"
    for effect in evidence.effects:
        if not effect.done:
            yield f"{effect} has not happened"
    for refund in evidence.refunds:
        if refund.status != "SUCCEEDED":
            yield f"{refund} has not succeeded"


def known(evidence: MoneyEvidence) -> Iterator[str]:
    """Each payment at the provider is that of one attempt."""
    attempts = {attempt.id for attempt in evidence.attempts}
    for reference, count in Counter(
        each["client_reference_id"] for each in evidence.ledger
    ).items():
        if reference not in attempts or count > 1:
            yield f"the provider has {count} payments of {reference}"


def paid_once(evidence: MoneyEvidence) -> Iterator[str]:
    """A payment is sold by one attempt, and a sale is a whole one."""
    sold = Counter(a.payment for a in evidence.attempts if a.outcome in SALES)
    for payment, count in sold.items():
        if count > 1:
            yield f"payment {payment} was sold by {count} attempts"
    for attempt in evidence.attempts:
        is_sold = (attempt.payment_status, attempt.reservation_status) == (
            "APPROVED",
            "CONFIRMED",
        )
        if is_sold != (sold[attempt.payment] == 1):
            yield f"{attempt}: sold by {sold[attempt.payment]} attempts"


def to_the_cent(evidence: MoneyEvidence) -> Iterator[str]:
    """What the provider keeps is the price of the tickets that were not refunded."""
    ledger, tickets = ledger_of(evidence), defaultdict[str, int](int)
    for ticket in evidence.tickets:
        if ticket.open and ticket.refund is None:
            tickets[ticket.reservation] += ticket.price_minor
    for attempt in evidence.attempts:
        money = ledger.get(attempt.id, {})
        kept = money.get("captured", 0) - money.get("refunded", 0)
        wanted = tickets[attempt.reservation] if attempt.outcome in SALES else 0
        if kept != wanted:
            yield f"{attempt}: the provider keeps {kept}, not {wanted}: {money}"
        if money.get("capturable", 0):
            yield f"{attempt}: an authorisation is left: {money}"
        if attempt.outcome in SALES and money["captured"] != attempt.amount_minor:
            yield f"{attempt}: {money['captured']} was captured"
        yield from _outcome(attempt, money)


def _outcome(attempt: AttemptRow, money: Mapping[str, Any]) -> Iterator[str]:
    captured = money.get("captured", 0)
    if attempt.outcome == "RELEASED" and captured:
        yield f"{attempt}: {captured} was captured"
    if attempt.outcome == "REFUNDED" and not captured:
        yield f"{attempt}: nothing was captured"


def refunded_once(evidence: MoneyEvidence) -> Iterator[str]:
    """Each refund of ours is one of the provider's, of the same amount."""
    ours = {refund.id: refund for refund in evidence.refunds if refund.attempt}
    theirs: dict[str, list[int]] = defaultdict(list)
    for payment in evidence.ledger:
        for refund in payment["refunds"]:
            theirs[refund["metadata"].get("refund_id")].append(refund["amount"])
    for one in sorted({*ours, *theirs}):
        wanted = [ours[one].amount_minor] if one in ours else []
        if theirs[one] != wanted:
            yield f"refund {one} of {wanted}: the provider has {theirs[one]}"
    of_attempt = Counter[str]()
    for refund in ours.values():
        of_attempt[str(refund.attempt)] += refund.amount_minor
    for attempt in evidence.attempts:
        if attempt.outcome in SALES and of_attempt[attempt.id] != (
            attempt.refunded_minor
        ):
            yield f"{attempt}: {of_attempt[attempt.id]} is in its refunds"


def seats_of_money(evidence: MoneyEvidence) -> Iterator[str]:
    """A ticket that was paid for has its seat, alone; a refunded one has none."""
    sold = {a.reservation for a in evidence.attempts if a.outcome in SALES}
    owners: dict[str, list[str]] = defaultdict(list)
    for ticket in evidence.tickets:
        valid = ticket.open and ticket.refund is None and ticket.reservation in sold
        has_seat = (ticket.seat_status, ticket.holder) == ("SOLD", ticket.reservation)
        if valid:
            owners[ticket.seat].append(ticket.reservation)
        if valid != has_seat:
            yield f"{ticket}: sold and not refunded: {valid}, has its seat: {has_seat}"
    for seat, holders in owners.items():
        if len(holders) > 1:
            yield f"seat {seat} is in the tickets of {holders}"


def late_as_chosen(evidence: MoneyEvidence) -> Iterator[str]:
    """After the end of a hold only what the buyer wanted for late money is sold."""
    for attempt in evidence.attempts:
        if attempt.outcome not in SALES or attempt.settled_at is None:
            continue
        late = attempt.settled_at - attempt.deadline
        if attempt.outcome == "RESEATED" and attempt.if_late != "SAME_OR_BETTER_SEATS":
            yield f"{attempt}: nobody wanted other seats"
        if attempt.if_late == "REFUND" and late > SLACK_SECONDS:
            yield f"{attempt} was sold {late:.1f} s after the end of its hold"


def reported(evidence: MoneyEvidence) -> Iterator[str]:
    """The provider's report of the day has the same."""
    yield from evidence.differences


def captured_soon(evidence: MoneyEvidence, bound: float) -> Iterator[str]:
    """Within so many seconds of the sale."""
    ledger = ledger_of(evidence)
    for attempt in evidence.attempts:
        moment = ledger.get(attempt.id, {}).get("captured_at")
        if attempt.outcome in SALES and moment and attempt.settled_at:
            late = datetime.fromisoformat(moment).timestamp() - attempt.settled_at
            if late > bound:
                yield f"{attempt} was captured {late:.1f} s after its sale"


PROMISES: Mapping[str, Callable[[MoneyEvidence], Iterator[str]]] = {
    "m1 every attempt gets its outcome, every call to the provider is made": settled,
    "m2 each payment at the provider is that of one attempt": known,
    "m3 a payment is sold once, and whole": paid_once,
    "m4 the provider keeps the price of the tickets, to the cent": to_the_cent,
    "m5 each refund happens once, of its amount": refunded_once,
    "m6 who has paid has the seats, who was refunded has none": seats_of_money,
    "m8 late money buys what its buyer wanted": late_as_chosen,
    "m9 the provider's report has the same as our rows": reported,
}


def judge(evidence: MoneyEvidence, capture_bound: float) -> dict[str, list[str]]:
    """The broken promises, each with a sentence for every violation."""
    found = {name: list(check(evidence)) for name, check in PROMISES.items()}
    found["m7 what is sold is captured soon"] = list(
        captured_soon(evidence, capture_bound)
    )
    return {name: broken for name, broken in found.items() if broken}
