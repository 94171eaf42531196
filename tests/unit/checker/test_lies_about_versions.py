"""Promise 4 fails when the events of a seat are not its changes in order."""

from dataclasses import replace

from tests.cluster.checks.versions import violations
from tests.cluster.evidence import SECOND, Disturbance, Event, Evidence
from tests.unit.checker.selection import one_of, seat


def events_of(evidence: Evidence, seat_id: str) -> list[Event]:
    return [e for e in evidence.outbox if seat_id in {s.seat for s in e.seats}]


def test_a_change_that_was_never_told(evidence: Evidence) -> None:
    sold = seat(evidence, "SOLD")

    evidence.outbox.remove(events_of(evidence, sold.id)[0])

    assert one_of(violations(evidence), f"seat {sold.id} is at")


def test_a_last_event_that_is_behind_the_row(evidence: Evidence) -> None:
    seat(evidence, "AVAILABLE").version += 1

    assert one_of(violations(evidence), "its events have")


def test_a_change_that_was_told_as_another(evidence: Evidence) -> None:
    event = events_of(evidence, seat(evidence, "SOLD").id)[-1]

    event.seats = tuple(replace(state, status="AVAILABLE") for state in event.seats)

    assert one_of(violations(evidence), "says AVAILABLE")


def test_events_of_a_seat_in_the_wrong_order_on_the_topic(evidence: Evidence) -> None:
    first, second, *_ = events_of(evidence, seat(evidence, "SOLD").id)
    one = next(r for r in evidence.records if r.event == first.id)
    other = next(r for r in evidence.records if r.event == second.id)

    one.offset, other.offset = other.offset, one.offset

    assert one_of(violations(evidence), "comes after the later")


def test_a_repeat_is_no_lie(evidence: Evidence) -> None:
    evidence.records += [replace(r, offset=r.offset + 10_000) for r in evidence.records]

    assert list(violations(evidence)) == []


def test_an_event_that_never_came_to_the_topic(evidence: Evidence) -> None:
    lost = evidence.records[0].event

    evidence.records = [r for r in evidence.records if r.event != lost]

    assert one_of(violations(evidence), "not on the topic")


def test_what_a_broker_forgot_may_be_missing_or_come_again_later(
    evidence: Evidence,
) -> None:
    first, second, *_ = events_of(evidence, seat(evidence, "SOLD").id)
    one = next(r for r in evidence.records if r.event == first.id)
    other = next(r for r in evidence.records if r.event == second.id)
    one.offset, other.offset = other.offset, one.offset
    lost = next(e for e in evidence.outbox if e.id != first.id and e.at < second.at)
    evidence.records = [r for r in evidence.records if r.event != lost.id]
    assert len(list(violations(evidence))) >= 2

    forgot = max(first.at, lost.at) / SECOND - evidence.clock_offset
    evidence.disturbance = Disturbance(
        began=forgot, healed=forgot, recovered_by=forgot, emptied_at=[forgot]
    )

    assert list(violations(evidence)) == []


def test_an_event_of_nothing_that_happened(evidence: Evidence) -> None:
    evidence.records.append(replace(evidence.records[0], event="phantom"))

    assert one_of(violations(evidence), "phantom")


def test_an_event_that_nobody_could_handle(evidence: Evidence) -> None:
    letter = replace(evidence.records[0], topic="reservations.dead-letters")

    evidence.records.append(letter)

    assert one_of(violations(evidence), "nobody could handle")


def test_a_session_on_two_partitions(evidence: Evidence) -> None:
    evidence.records[-1].partition += 1

    assert one_of(violations(evidence), "spread over the partitions")


def test_an_event_that_still_waits(evidence: Evidence) -> None:
    evidence.unconfirmed.append(evidence.outbox[-1].id)

    assert one_of(violations(evidence), "not confirmed")
