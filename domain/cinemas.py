"""Cinemas, each with its own clock and currency, and what managers enter of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final, TypedDict
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.money import CURRENCIES
from domain.text import composed, is_line
from domain.time_zones import zone_names

MAX_CINEMA_NAME_LENGTH: Final = 100
MAX_CITY_LENGTH: Final = 100
MAX_ADDRESS_LENGTH: Final = 200
MAX_SALES_MINUTES: Final = 1_000  # as long as a movie may be
MAX_RELEASE_MINUTES: Final = 10_080  # a week
MAX_REFUND_HOURS: Final = 720  # 30 days


@dataclass(frozen=True)
class FirstCinema:
    """What the operator says of the cinema that a migration creates.

    Without a currency it has that of most sessions.
    """

    name: str = "Main"
    time_zone: str = "UTC"
    currency: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Cinema:
    id: UUID
    name: str
    city: str
    address: str
    time_zone: str  # IANA name
    currency: str  # ISO 4217
    sales_minutes_after_start: int
    companion_release_minutes: int
    refund_hours_before_start: int
    version: int


class CinemaFacts(TypedDict, total=False):
    """The fields of a cinema that were entered; a missing field stays as it is."""

    name: str | None
    city: str | None
    address: str | None
    time_zone: str | None
    currency: str | None
    sales_minutes_after_start: int | None
    companion_release_minutes: int | None
    refund_hours_before_start: int | None


PATHS: Mapping[str, str] = MappingProxyType(
    {
        "name": "name",
        "city": "city",
        "address": "address",
        "time_zone": "timeZone",
        "currency": "currency",
        "sales_minutes_after_start": "salesMinutesAfterStart",
        "companion_release_minutes": "companionReleaseMinutes",
        "refund_hours_before_start": "refundHoursBeforeStart",
    }
)


def validated_cinema(facts: CinemaFacts) -> CinemaFacts:
    """Composes the texts. Raises InvalidInputError for all wrong fields."""
    facts = facts.copy()
    if name := facts.get("name"):
        facts["name"] = composed(name, MAX_CINEMA_NAME_LENGTH)
    if city := facts.get("city"):
        facts["city"] = composed(city, MAX_CITY_LENGTH)
    if address := facts.get("address"):
        facts["address"] = composed(address, MAX_ADDRESS_LENGTH)
    missing = [
        InvalidInputError(path, rule="value_missing")
        for name, path in PATHS.items()
        if name in facts and facts.get(name) is None
    ]
    raise_if_any([*missing, *_wrong_texts(facts), *_wrong_numbers(facts)])
    return facts


def _wrong_texts(facts: CinemaFacts) -> Iterator[InvalidInputError]:
    for path, text, longest in (
        ("name", facts.get("name"), MAX_CINEMA_NAME_LENGTH),
        ("city", facts.get("city"), MAX_CITY_LENGTH),
        ("address", facts.get("address"), MAX_ADDRESS_LENGTH),
    ):
        if text is not None and not is_line(text, longest):
            yield InvalidInputError(path, rule="name_length", longest=longest)
    zone, currency = facts.get("time_zone"), facts.get("currency")
    if zone is not None and zone not in zone_names():
        yield InvalidInputError("timeZone", rule="time_zone")
    if currency is not None and currency not in CURRENCIES:
        yield InvalidInputError("currency", rule="currency_code")


def _wrong_numbers(facts: CinemaFacts) -> Iterator[InvalidInputError]:
    for path, number, highest in (
        (
            "salesMinutesAfterStart",
            facts.get("sales_minutes_after_start"),
            MAX_SALES_MINUTES,
        ),
        (
            "companionReleaseMinutes",
            facts.get("companion_release_minutes"),
            MAX_RELEASE_MINUTES,
        ),
        (
            "refundHoursBeforeStart",
            facts.get("refund_hours_before_start"),
            MAX_REFUND_HOURS,
        ),
    ):
        if number is not None and not 0 <= number <= highest:
            yield InvalidInputError(
                path, rule="number_range", lowest=0, highest=highest
            )
