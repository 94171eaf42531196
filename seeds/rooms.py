"""The six rooms, from 60 to 1,000 seats."""

from collections.abc import Iterator
from dataclasses import dataclass
from string import ascii_uppercase
from uuid import UUID

from domain.seat_plan import SeatFacts, Zones
from domain.seat_rows import planned
from seeds.cinemas import AMAZONAS, PAULISTA, SeedCinema
from seeds.ids import seeded_id
from seeds.plans import plan

TURNAROUND_MINUTES = 15
NO_ZONE = UUID(int=0)  # the default zone of the cinema has an id of its own


@dataclass(frozen=True, slots=True)
class SeedRoom:
    cinema: SeedCinema
    name: str
    rows: int
    seats_in_row: int
    sessions_a_day: int  # few in large rooms: each adds a row for every seat
    opens_at: int  # minutes after midnight, on the clock of its cinema
    price_minor: int  # on weekdays before the evening

    @property
    def id(self) -> UUID:
        return seeded_id("room", self.name)

    def seats(self) -> Iterator[tuple[UUID, SeatFacts]]:
        """With the id of each."""
        labels = list(map(row_label, range(self.rows)))
        vip = self.cinema.vip_zone_id
        zones = Zones(default=NO_ZONE, ids=frozenset({NO_ZONE, vip}))
        for seat in planned((), plan(labels, self.seats_in_row, vip), zones):
            name = f"{self.name}:{seat.row}:{seat.number}"
            yield seeded_id("seat", name), seat


def row_label(index: int) -> str:
    """A to Z, then AA, AB and so on."""
    tens, ones = divmod(index, len(ascii_uppercase))
    return (row_label(tens - 1) if tens else "") + ascii_uppercase[ones]


ROOMS = (
    SeedRoom(PAULISTA, "Sala 1 Augusta", 6, 10, 5, 13 * 60, 2400),
    SeedRoom(PAULISTA, "Sala 2 Consolação", 8, 12, 4, 14 * 60, 2600),
    SeedRoom(PAULISTA, "Sala 3 Trianon", 10, 14, 4, 13 * 60 + 30, 2800),
    SeedRoom(PAULISTA, "Sala 4 Paraíso", 12, 16, 4, 14 * 60 + 20, 3000),
    SeedRoom(PAULISTA, "Sala 5 Ipiranga", 15, 20, 3, 15 * 60, 3400),
    SeedRoom(AMAZONAS, "Sala 6 Municipal", 40, 25, 2, 18 * 60, 4200),
)
