"""The sessions of each day: they depend on its date alone."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from seeds.cinemas import PAULISTA
from seeds.ids import seeded_id
from seeds.movies import MOVIES, SeedMovie
from seeds.rooms import ROOMS, SeedRoom

DAYS = 14
BREAK_MINUTES = 20  # between two sessions of a room
GRID_MINUTES = 10  # sessions begin at :00, :10, :20 ...
EVENING_HOUR = 17
EVENING_MINOR = 600
SATURDAY = 5
WEEKEND_MINOR = 800


@dataclass(frozen=True, slots=True)
class SeedSession:
    id: UUID
    movie: SeedMovie
    room: SeedRoom
    starts_at: datetime
    price_minor: int

    @property
    def ends_at(self) -> datetime:
        return self.starts_at + timedelta(minutes=self.movie.minutes)


def today_in_sao_paulo() -> date:
    return datetime.now(ZoneInfo(PAULISTA.time_zone)).date()


def programme(today: date) -> Iterator[SeedSession]:
    """Two weeks from `today` on, in UTC."""
    for day in (today + timedelta(days=n) for n in range(DAYS)):
        for number, room in enumerate(ROOMS):
            # Coprime to the number of movies: every room shows every movie in turn.
            yield from _day_in_room(day, room, first_movie=5 * day.toordinal() + number)


def _day_in_room(day: date, room: SeedRoom, first_movie: int) -> Iterator[SeedSession]:
    midnight = datetime.combine(day, time(), ZoneInfo(room.cinema.time_zone))
    minute = room.opens_at
    for slot in range(room.sessions_a_day):
        movie = MOVIES[(first_movie + 7 * slot) % len(MOVIES)]
        starts_at = midnight + timedelta(minutes=minute)
        yield SeedSession(
            seeded_id("session", f"{day}:{room.name}:{slot}"),
            movie,
            room,
            starts_at.astimezone(UTC),
            _price(room, starts_at),
        )
        free_again = minute + movie.minutes + BREAK_MINUTES
        minute = -(-free_again // GRID_MINUTES) * GRID_MINUTES


def _price(room: SeedRoom, starts_at: datetime) -> int:
    evening = EVENING_MINOR if starts_at.hour >= EVENING_HOUR else 0
    weekend = WEEKEND_MINOR if starts_at.weekday() >= SATURDAY else 0
    return room.price_minor + evening + weekend
