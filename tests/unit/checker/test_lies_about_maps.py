"""Promise 5 fails when a watcher ends with a wrong map, or misses a change."""

from dataclasses import replace

import pytest

from tests.cluster.checks.maps import violations
from tests.cluster.evidence import AvailabilityAnswer, Evidence, WatcherLog
from tests.unit.checker.selection import one_of


def watcher_and_seat(evidence: Evidence) -> tuple[WatcherLog, str]:
    watcher = evidence.watchers[0]
    return watcher, next(s for s, state in watcher.final.items() if state.version > 1)


def test_a_map_that_missed_the_last_change(evidence: Evidence) -> None:
    watcher, seat = watcher_and_seat(evidence)

    watcher.final[seat] = replace(watcher.final[seat], version=1, status="AVAILABLE")

    assert one_of(violations(evidence), f"{watcher.name} ended with")


def test_a_map_with_yesterdays_price(evidence: Evidence) -> None:
    watcher, seat = watcher_and_seat(evidence)

    watcher.final[seat] = replace(watcher.final[seat], price_minor=1)

    assert one_of(violations(evidence), f"{watcher.name} ended with")


def test_a_map_without_a_seat(evidence: Evidence) -> None:
    watcher, seat = watcher_and_seat(evidence)

    del watcher.final[seat]

    assert one_of(violations(evidence), f"do not both know the seat {seat}")


def test_a_state_that_never_was(evidence: Evidence) -> None:
    watcher, seat = watcher_and_seat(evidence)
    received = next(t for t in watcher.observed if t.state.seat == seat)

    watcher.observed.append(
        replace(received, state=replace(received.state, status="SOLD", version=1))
    )

    assert one_of(violations(evidence), f"{watcher.name} received SeatState")


def test_a_hold_that_was_shown_as_free_before_its_end(evidence: Evidence) -> None:
    watcher = evidence.watchers[0]
    received = next(t for t in watcher.observed if t.state.status == "HELD")

    watcher.observed.append(
        replace(received, state=replace(received.state, status="AVAILABLE"))
    )

    assert one_of(violations(evidence), f"{watcher.name} received SeatState")


def test_news_that_came_too_late(evidence: Evidence) -> None:
    watcher, seat = watcher_and_seat(evidence)

    for received in watcher.observed:
        if received.state.seat == seat:
            received.at += 60

    assert one_of(violations(evidence), f"{watcher.name} received SeatChange")


def test_a_watcher_that_is_not_there_any_more(evidence: Evidence) -> None:
    evidence.watchers[1].open_since = None

    assert one_of(violations(evidence), "is not connected at the end")


def test_a_watcher_that_was_refused(evidence: Evidence) -> None:
    evidence.watchers[1].error = "NOT_FOUND"

    assert one_of(violations(evidence), "was refused: NOT_FOUND")


@pytest.mark.parametrize(("total", "available"), [(0, 1), (1, 0), (0, -1), (0, 0)])
def test_a_number_of_free_seats_that_is_not_that_of_the_map(
    evidence: Evidence, total: int, available: int
) -> None:
    """Each is off by so many; the last one is true."""
    rows = [row for row in evidence.seats if row.session == evidence.seats[0].session]
    free = sum(row.status == "AVAILABLE" for row in rows)
    evidence.availabilities.append(
        AvailabilityAnswer(
            session=rows[0].session,
            total=len(rows) + total,
            available=free + available,
        )
    )

    assert one_of(violations(evidence), "was shown") is bool(total or available)
