"""Promise 1 fails when two customers had a seat, or a hold did not last 30 s."""

from dataclasses import replace

from tests.cluster.checks.seats import EXTENSION, HOLD, violations
from tests.cluster.evidence import SECOND, Evidence
from tests.unit.checker.selection import (
    after,
    extended,
    extension,
    hold_of,
    one_of,
    operation,
    reservation,
    seat,
)


def test_held_by_two(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "EXPIRED"))
    other = reservation(evidence, "CANCELLED")

    freed = after(evidence, held)
    freed.status, freed.reservation = "HELD", other.id

    assert one_of(violations(evidence), f"HELD {held.reservation}")


def test_sold_to_another_than_who_held_it(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CONFIRMED"))

    after(evidence, held).reservation = reservation(evidence, "EXPIRED").id

    assert one_of(violations(evidence), f"HELD {held.reservation}")


def test_a_sale_without_a_hold(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CONFIRMED"))

    held.status = "AVAILABLE"

    assert one_of(violations(evidence), "became SOLD")


def test_a_change_that_left_no_version(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CANCELLED"))

    evidence.changes.remove(held)

    assert one_of(violations(evidence), "its versions were")


def test_a_row_that_nobody_changed(evidence: Evidence) -> None:
    evidence.seats[0].version += 1

    assert one_of(violations(evidence), "and the witness has")


def test_an_answer_before_the_question_that_it_followed(evidence: Evidence) -> None:
    """By its version the sale comes later, by the customers' clocks earlier."""
    row = reservation(evidence, "CONFIRMED")
    paid = next(p.id for p in evidence.payments if p.reservation == row.id)
    held = [o for o in evidence.operations if o.result == row.id]
    sold = [o for o in evidence.operations if o.target == paid]

    for one in (*held, *sold):
        one.invoked, one.returned = (1e9, 1e9) if one in held else (1.0, 2.0)

    assert one_of(violations(evidence), "approve of version")


def test_a_read_of_the_past(evidence: Evidence) -> None:
    """A read that begins after the answer to a sale cannot find the seat held."""
    held = hold_of(evidence, reservation(evidence, "CONFIRMED"))
    paid = next(p.id for p in evidence.payments if p.reservation == held.reservation)
    read = operation(evidence, "read", "ok")
    answered = max(o.returned for o in evidence.operations if o.target == paid)
    seen = replace(read.states[0], seat=held.seat, version=held.version, status="HELD")

    late = replace(
        read, states=(seen,), invoked=answered + 0.1, returned=answered + 0.2
    )
    evidence.operations.append(late)

    assert one_of(violations(evidence), f"before read of version {held.version} began")


def test_a_state_that_a_version_never_had(evidence: Evidence) -> None:
    read = operation(evidence, "read", "ok")

    read.states = (replace(read.states[0], status="SOLD"), *read.states[1:])

    assert one_of(violations(evidence), "read SeatState")


def test_a_hold_of_29_999_seconds(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")

    row.expires_at -= 1_000
    for change in evidence.changes:
        if change.reservation == row.id:
            change.held_until = row.expires_at

    assert list(violations(evidence)) == [f"reservation {row.id} is for 29.999 s"]


def test_a_hold_that_was_ended_a_millisecond_early(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")

    after(evidence, hold_of(evidence, row)).at = row.expires_at - 1_000

    assert one_of(violations(evidence), "was ended 0.001 s before its time")


def test_a_hold_that_nobody_sweeps_up(evidence: Evidence) -> None:
    row = reservation(evidence, "EXPIRED")

    after(evidence, hold_of(evidence, row)).at = row.expires_at + 4 * SECOND

    assert one_of(violations(evidence), "was swept up 4.0 s after its time")


def test_a_sale_after_the_time(evidence: Evidence) -> None:
    row = reservation(evidence, "CONFIRMED")

    after(evidence, hold_of(evidence, row)).at = row.created_at + HOLD + 3 * SECOND

    assert one_of(violations(evidence), "became CONFIRMED 3.0 s after its time")


def test_a_refusal_of_free_seats(evidence: Evidence) -> None:
    refused = operation(evidence, "reserve", "refused", "SEATS_UNAVAILABLE")

    refused.seats = ("01000000-0000-7000-8000-000000000000",)

    assert one_of(violations(evidence), "nobody had them")


def test_an_extension_of_another_hold(evidence: Evidence) -> None:
    change = extension(evidence)

    change.reservation = reservation(evidence, "CANCELLED").id

    assert one_of(violations(evidence), f"became HELD {change.reservation}")


def test_an_extension_of_29_seconds(evidence: Evidence) -> None:
    change = extension(evidence)

    change.held_until = (change.held_until or 0) - SECOND

    assert one_of(violations(evidence), "was extended by 29.0 s")


def test_an_extension_after_the_end(evidence: Evidence) -> None:
    change = extension(evidence)

    change.at = (change.held_until or 0) - EXTENSION + 3 * SECOND

    assert one_of(violations(evidence), "was extended 3.0 s late")


def test_time_that_nobody_extended(evidence: Evidence) -> None:
    extended(evidence).extensions -= 1

    assert one_of(violations(evidence), "is for 60.0 s")


def test_a_blocked_seat_that_was_held(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CANCELLED"))
    before = next(
        change
        for change in evidence.changes
        if (change.seat, change.version) == (held.seat, held.version - 1)
    )

    before.status = "BLOCKED"

    assert one_of(violations(evidence), f"seat {held.seat}: BLOCKED")


def test_a_held_seat_that_was_blocked(evidence: Evidence) -> None:
    held = hold_of(evidence, reservation(evidence, "CANCELLED"))

    after(evidence, held).status = "BLOCKED"

    assert one_of(violations(evidence), "became BLOCKED")


def test_a_new_price_takes_no_seat_from_anybody(evidence: Evidence) -> None:
    """A held or sold seat may get another price, and nothing else with it."""
    sold = seat(evidence, "SOLD")
    last = next(
        c for c in evidence.changes if (c.seat, c.version) == (sold.id, sold.version)
    )
    sold.version += 1
    evidence.changes.append(replace(last, version=sold.version, reservation="other"))

    assert one_of(violations(evidence), "became SOLD other")
    evidence.changes[-1].reservation = last.reservation
    assert not [one for one in violations(evidence) if "became SOLD" in one]
