"""Promise 7 fails when the days of a cinema do not list each session once."""

from datetime import date, timedelta

import pytest

from tests.cluster.checks.days import violations
from tests.cluster.evidence import DayListing, Evidence
from tests.cluster.rows import SessionRow
from tests.unit.checker.selection import one_of

DAY = date(2026, 11, 30)


@pytest.fixture
def listing(evidence: Evidence) -> DayListing:
    sessions = sorted({row.session for row in evidence.seats})
    evidence.sessions = [SessionRow(id=one, cinema="1", day=DAY) for one in sessions]
    listing = DayListing(cinema="1", day=DAY, sessions=sessions)
    evidence.listings = [listing]
    assert list(violations(evidence)) == []
    return listing


def test_a_session_that_no_day_lists(evidence: Evidence, listing: DayListing) -> None:
    listing.sessions.pop()

    assert one_of(violations(evidence), "is listed on []")


@pytest.mark.parametrize("later", [0, 1])
def test_a_session_that_is_listed_twice(
    evidence: Evidence, listing: DayListing, later: int
) -> None:
    """On two pages of a day, or on two days."""
    again = DayListing(
        cinema="1", day=DAY + timedelta(later), sessions=listing.sessions[:1]
    )

    evidence.listings.append(again)

    assert one_of(violations(evidence), "is listed on [")


def test_a_session_on_another_day(evidence: Evidence, listing: DayListing) -> None:
    listing.day += timedelta(1)

    assert one_of(violations(evidence), "is listed on [")


def test_a_session_of_another_cinema(evidence: Evidence, listing: DayListing) -> None:
    listing.cinema = "2"

    assert one_of(violations(evidence), "is listed on [")
