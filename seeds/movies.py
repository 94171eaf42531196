"""The movies: classics of Brazil and of the world."""

from dataclasses import dataclass
from uuid import UUID

from seeds.ids import seeded_id


@dataclass(frozen=True, slots=True)
class SeedMovie:
    title: str
    minutes: int
    genres: tuple[str, ...]
    rating: str  # the Brazilian classification; L: no age limit
    synopsis: str

    @property
    def id(self) -> UUID:
        return seeded_id("movie", self.title)


MOVIES = (
    SeedMovie(
        "Limite",
        114,
        ("drama", "experimental"),
        "12",
        "Adrift in a small boat, two women and a man remember what they ran from.",
    ),
    SeedMovie(
        "Vidas Secas",
        103,
        ("drama",),
        "12",
        "A family and their dog walk the drought of the sertão in search of work.",
    ),
    SeedMovie(
        "O Pagador de Promessas",
        98,
        ("drama",),
        "12",
        "A farmer carries a cross to Salvador, and finds the church door closed.",
    ),
    SeedMovie(
        "Deus e o Diabo na Terra do Sol",
        120,
        ("drama", "western"),
        "14",
        "A cowhand kills his master and flees, first to a prophet, then to a bandit.",
    ),
    SeedMovie(
        "Central do Brasil",
        113,
        ("drama",),
        "12",
        "A woman who writes letters for others takes a boy across the country to the"
        " father he has never met.",
    ),
    SeedMovie(
        "Cidade de Deus",
        130,
        ("crime", "drama"),
        "18",
        "Two boys of one neighbourhood grow up: one behind a camera, one behind a gun.",
    ),
    SeedMovie(
        "O Auto da Compadecida",
        104,
        ("comedy", "adventure"),
        "12",
        "João Grilo and Chicó lie their way through the Northeast, up to the Last"
        " Judgement.",
    ),
    SeedMovie(
        "Orfeu Negro",
        100,
        ("romance", "musical"),
        "14",
        "Orpheus drives a tram in Rio; Eurydice arrives on the eve of carnival.",
    ),
    SeedMovie(
        "Metropolis",
        153,
        ("science fiction", "drama"),
        "L",
        "The son of the city's master goes down to those who keep its machines alive.",
    ),
    SeedMovie(
        "Tempos Modernos",
        87,
        ("comedy",),
        "L",
        "A worker loses his nerve at the assembly line, and his heart to a runaway.",
    ),
    SeedMovie(
        "Rashomon",
        88,
        ("crime", "mystery"),
        "14",
        "One crime in the woods, four who tell of it, and no two of them alike.",
    ),
    SeedMovie(
        "Era Uma Vez em Tóquio",
        136,
        ("drama",),
        "L",
        "An old couple visit their children in the city, who have little time.",
    ),
)
