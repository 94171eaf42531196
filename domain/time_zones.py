"""Local time: the clock of a cinema, by the IANA time zones of Python's zoneinfo."""

import re
from bisect import bisect_left
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from zoneinfo import ZoneInfo, available_timezones

# Entries of the database that are no place's clock.
NO_ZONES = frozenset({"Factory", "localtime"})
LOCAL_TIME = re.compile(r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2})?", re.ASCII)
DAY = timedelta(days=1)


@cache
def zone_names() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_ZONES


def local_time(moment: datetime, zone: str) -> str:
    """Date and minute on the local clock, without offset: 2026-11-29T20:30."""
    local = moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    return local.isoformat(timespec="minutes")


def parse_local_time(text: str) -> datetime | None:
    """None if it is not written as 2026-11-29T20:30 or with seconds."""
    if not LOCAL_TIME.fullmatch(text):
        return None
    try:
        local = datetime.fromisoformat(text)
    except ValueError:  # a 30th of February
        return None
    # An offset may lead out of the first and the last year.
    return local if date.min.year < local.year < date.max.year else None


def instants_of(local: datetime, zone: str) -> list[datetime]:
    """The moments, in UTC, at which the local clock shows this time.

    There is none if a change of clocks skips it, and two if it is repeated.
    """
    at = local.replace(tzinfo=ZoneInfo(zone))
    both = {at.replace(fold=fold).astimezone(UTC) for fold in (0, 1)}
    return sorted(
        moment
        for moment in both
        if moment.astimezone(at.tzinfo).replace(tzinfo=None) == local
    )


def start_of_day(day: date, zone: str) -> datetime:
    """The first moment, in UTC, at which the local clock shows the day or a later one.

    It need not be midnight: a change of clocks may skip midnight, or repeat it.
    """
    here = ZoneInfo(zone)
    from_ = datetime.combine(day, time(), UTC) - DAY

    def has_come(seconds: int) -> bool:
        moment = from_ + timedelta(seconds=seconds)
        return moment.astimezone(here).date() >= day

    seconds = range(2 * int(DAY.total_seconds()) + 1)
    return from_ + timedelta(seconds=bisect_left(seconds, True, key=has_come))
