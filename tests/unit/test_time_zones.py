"""Local time: clocks that change, days that begin late, names of zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.time_zones import (
    DAY,
    instants_of,
    local_time,
    parse_local_time,
    start_of_day,
    zone_names,
)

BERLIN, SAO_PAULO = "Europe/Berlin", "America/Sao_Paulo"
ZONES = st.sampled_from(sorted(zone_names()))
MOMENTS = st.integers(946_684_800, 2_208_988_800).map(  # from 2000 to 2040
    lambda seconds: datetime.fromtimestamp(seconds, UTC)
)


def utc(*numbers: int) -> datetime:
    return datetime(*numbers, tzinfo=UTC)  # type: ignore[arg-type,misc]  # no time zone


@pytest.mark.parametrize(
    ("zone", "local", "expected"),
    [
        (BERLIN, "2026-03-29T02:30", []),
        (BERLIN, "2026-03-29T03:00", [utc(2026, 3, 29, 1)]),
        (
            BERLIN,
            "2026-10-25T02:30",
            [utc(2026, 10, 25, 0, 30), utc(2026, 10, 25, 1, 30)],
        ),
        (SAO_PAULO, "2026-11-29T20:30", [utc(2026, 11, 29, 23, 30)]),
        (SAO_PAULO, "2018-11-04T00:00", []),
        ("Pacific/Apia", "2011-12-30T12:00", []),
    ],
)
def test_a_local_time_is_none_one_or_two_moments(
    zone: str, local: str, expected: list[datetime]
) -> None:
    at = parse_local_time(local)

    assert at
    assert instants_of(at, zone) == expected
    assert {local_time(moment, zone) for moment in expected} <= {local}


@pytest.mark.parametrize(
    ("zone", "day", "expected"),
    [
        (SAO_PAULO, date(2026, 11, 29), utc(2026, 11, 29, 3)),
        # Its clock went from 00:00 to 01:00.
        (SAO_PAULO, date(2018, 11, 4), utc(2018, 11, 4, 3)),
        # Its clock went from 00:00 back to 23:00.
        (SAO_PAULO, date(2018, 2, 18), utc(2018, 2, 18, 3)),
        # A day that was left out begins, and ends, with the next one.
        ("Pacific/Apia", date(2011, 12, 30), utc(2011, 12, 30, 10)),
        ("Pacific/Apia", date(2011, 12, 31), utc(2011, 12, 30, 10)),
    ],
)
def test_a_day_begins_when_the_clock_shows_it(
    zone: str, day: date, expected: datetime
) -> None:
    assert start_of_day(day, zone) == expected


@given(zone=ZONES, moment=MOMENTS)
def test_every_moment_is_in_exactly_one_day(zone: str, moment: datetime) -> None:
    day = moment.astimezone(ZoneInfo(zone)).date()
    days = [day + timedelta(days=n) for n in (-1, 0, 1)]

    having = [
        each
        for each in days
        if start_of_day(each, zone) <= moment < start_of_day(each + DAY, zone)
    ]

    assert len(having) == 1
    # A clock that is put back shortly after midnight shows the day before again.
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    repeated = len(instants_of(local, zone)) == 2
    assert having == [day] or repeated


@given(zone=ZONES, moment=MOMENTS)
def test_a_moment_is_found_by_its_local_time(zone: str, moment: datetime) -> None:
    moment = moment.replace(second=0, microsecond=0)
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)

    assert moment in instants_of(local, zone)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-11-29",
        "2026-11-29 20:30",
        "2026-11-29T20:30Z",
        "2026-11-29T20:30+03:00",
        "2026-11-29T24:30",
        "2026-02-30T20:30",
        "0001-01-01T00:00",
        "9999-12-31T23:59",
        "\uff12026-11-29T20:30",
    ],
)
def test_what_is_no_local_time_is_refused(text: str) -> None:
    assert parse_local_time(text) is None


def test_names_of_zones_are_those_of_places() -> None:
    assert {"UTC", BERLIN, SAO_PAULO, "America/Manaus"} <= zone_names()
    assert not zone_names() & {"", "Factory", "localtime", "utc", "+03:00"}
