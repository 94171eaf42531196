"""What is shown when: a day's programme depends on its date alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta, timezone
from uuid import UUID

from seeds.films import FILMS, Film
from seeds.ids import seeded_id
from seeds.rooms import ROOMS, Room

# Without daylight saving time since 2019; an image need not carry tzdata for this.
SAO_PAULO = timezone(timedelta(hours=-3))
DAYS = 14
BREAK_MINUTES = 20  # to leave, to sweep, to come in
GRID_MINUTES = 10  # shows begin at :00, :10, :20 ...
EVENING_HOUR = 17
EVENING_MINOR = 600
SATURDAY = 5
WEEKEND_MINOR = 800
CURRENCY = "BRL"


@dataclass(frozen=True, slots=True)
class Show:
    id: UUID
    film: Film
    room: Room
    starts_at: datetime
    price_minor: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.film.minutes)


def today_in_sao_paulo() -> date:
    return datetime.now(SAO_PAULO).date()


def programme(today: date) -> Iterator[Show]:
    """Two weeks from `today` on, in UTC."""
    for day in (today + timedelta(days=n) for n in range(DAYS)):
        for number, room in enumerate(ROOMS):
            # Coprime to the number of films: everything is shown everywhere in turn.
            yield from _day_in_room(day, room, first_film=5 * day.toordinal() + number)


def _day_in_room(day: date, room: Room, first_film: int) -> Iterator[Show]:
    midnight = datetime.combine(day, time(), SAO_PAULO)
    minute = room.opens_at
    for slot in range(room.shows_a_day):
        film = FILMS[(first_film + 7 * slot) % len(FILMS)]
        starts_at = midnight + timedelta(minutes=minute)
        yield Show(
            seeded_id("session", f"{day}:{room.name}:{slot}"),
            film,
            room,
            starts_at.astimezone(UTC),
            _price(room, starts_at),
        )
        free_again = minute + film.minutes + BREAK_MINUTES
        minute = -(-free_again // GRID_MINUTES) * GRID_MINUTES


def _price(room: Room, starts_at: datetime) -> int:
    evening = EVENING_MINOR if starts_at.hour >= EVENING_HOUR else 0
    weekend = WEEKEND_MINOR if starts_at.weekday() >= SATURDAY else 0
    return room.price_minor + evening + weekend
