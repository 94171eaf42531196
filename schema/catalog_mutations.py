"""What managers enter, and the answers to it."""

from datetime import datetime
from typing import Annotated, TypeVar, cast

import strawberry
from strawberry import UNSET

from domain import money, movies, rooms, session_changes
from schema.catalog import Movie, Room, Session
from schema.problems import InvalidInput, NotFound, RoomBusy

Value = TypeVar("Value")


@strawberry.input(description="An amount in the currency's minor unit (cents).")
class MoneyInput:
    amount_minor: int = strawberry.field(
        description=f"From 0 to {session_changes.MAX_PRICE_MINOR}."
    )
    currency: str = strawberry.field(description="ISO 4217, e.g. BRL.")

    def to_domain(self) -> money.Money:
        return money.Money(self.amount_minor, self.currency)


@strawberry.input(description="A film to show.")
class CreateMovieInput:
    title: str = strawberry.field(
        description=f"Up to {movies.MAX_TITLE_LENGTH} characters on one line."
    )
    synopsis: str = strawberry.field(
        description=f"Up to {movies.MAX_SYNOPSIS_LENGTH} characters."
    )
    duration_minutes: int = strawberry.field(
        description=f"From 1 to {movies.MAX_DURATION_MINUTES}."
    )
    genres: list[str] = strawberry.field(
        default_factory=list,
        description=f"Up to {movies.MAX_GENRES}, each of them once.",
    )
    rating: str | None = strawberry.field(
        default=None,
        description=f"Up to {movies.MAX_RATING_LENGTH} characters, if it is rated.",
    )


@strawberry.input(
    description="What is to change of a movie; what is left out stays. Null is refused,"
    " but for the rating."
)
class UpdateMovieInput:
    id: strawberry.ID = strawberry.field(description="Which movie.")
    title: str | None = strawberry.field(
        default=UNSET, description="As it is announced."
    )
    synopsis: str | None = strawberry.field(
        default=UNSET, description="What it is about."
    )
    duration_minutes: int | None = strawberry.field(
        default=UNSET,
        description="Counts for sessions that are created or moved later: the others"
        " keep their ends.",
    )
    genres: list[str] | None = strawberry.field(
        default=UNSET, description="All of them, not only the new ones."
    )
    rating: str | None = strawberry.field(
        default=UNSET, description="Null: it is not rated."
    )


@strawberry.input(description="Seats side by side.")
class SeatRowInput:
    row: str = strawberry.field(
        description="The row's label: 1 to 3 letters from A to Z or digits. A comes"
        " before B, Z before AA."
    )
    seats: int = strawberry.field(
        description="How many are put there, numbered behind the highest that the row"
        f" has. A row has up to {rooms.MAX_SEATS_IN_ROW}."
    )

    def to_domain(self) -> rooms.NewSeats:
        return rooms.NewSeats(self.row, self.seats)


@strawberry.input(description="A room with its seats.")
class CreateRoomInput:
    name: str = strawberry.field(
        description=f"Up to {rooms.MAX_ROOM_NAME_LENGTH} characters on one line."
    )
    rows: list[SeatRowInput] = strawberry.field(
        description=f"1 to {rooms.MAX_ROWS}, each label once; up to"
        f" {rooms.MAX_SEATS_IN_ROOM} seats in all."
    )


@strawberry.input(description="Which seats a room has more.")
class AddSeatsInput:
    room_id: strawberry.ID = strawberry.field(description="Which room.")
    rows: list[SeatRowInput] = strawberry.field(
        description="Rows that are new, or that grow; each label once."
    )


@strawberry.input(description="What is shown, where, from when on.")
class CreateSessionInput:
    movie_id: strawberry.ID = strawberry.field(description="Which movie.")
    room_id: strawberry.ID = strawberry.field(
        description="Which room; no other session may be there meanwhile."
    )
    starts_at: datetime = strawberry.field(
        description="A time to come, within two years. It ends when the movie is over."
    )
    price_per_seat: MoneyInput = strawberry.field(description="What each seat costs.")


@strawberry.input(
    description="What is to change of a session; what is left out stays. Null is"
    " refused."
)
class UpdateSessionInput:
    id: strawberry.ID = strawberry.field(description="Which session.")
    starts_at: datetime | None = strawberry.field(
        default=UNSET,
        description="Can change until the session begins, while nobody holds or has"
        " bought a seat. Its end goes along.",
    )
    price_per_seat: MoneyInput | None = strawberry.field(
        default=UNSET,
        description="Can change until the session begins, while nobody holds or has"
        " bought a seat.",
    )


def movie_facts(entered: CreateMovieInput | UpdateMovieInput) -> movies.MovieFacts:
    facts = {
        "title": entered.title,
        "synopsis": entered.synopsis,
        "duration_minutes": entered.duration_minutes,
        "genres": entered.genres,
        "rating": entered.rating,
    }
    return cast("movies.MovieFacts", without_unset(facts))


def session_facts(entered: UpdateSessionInput) -> session_changes.SessionFacts:
    price = entered.price_per_seat
    facts = {
        "starts_at": entered.starts_at,
        "price_per_seat": price.to_domain() if price else price,
    }
    return cast("session_changes.SessionFacts", without_unset(facts))


def without_unset(facts: dict[str, Value]) -> dict[str, Value]:
    return {name: value for name, value in facts.items() if value is not UNSET}


CreateMovieResult = Annotated[
    Movie | InvalidInput,
    strawberry.union(
        "CreateMovieResult", description="The new movie; or why there is none."
    ),
]

UpdateMovieResult = Annotated[
    Movie | InvalidInput | NotFound,
    strawberry.union(
        "UpdateMovieResult", description="The movie as it is now; or why it stays."
    ),
]

CreateRoomResult = Annotated[
    Room | InvalidInput,
    strawberry.union(
        "CreateRoomResult", description="The new room; or why there is none."
    ),
]

AddSeatsResult = Annotated[
    Room | InvalidInput | NotFound,
    strawberry.union(
        "AddSeatsResult", description="The room with them; or why it has none of them."
    ),
]

CreateSessionResult = Annotated[
    Session | InvalidInput | NotFound | RoomBusy,
    strawberry.union(
        "CreateSessionResult",
        description="The new session, with all seats on sale; or why there is none.",
    ),
]

UpdateSessionResult = Annotated[
    Session | InvalidInput | NotFound | RoomBusy,
    strawberry.union(
        "UpdateSessionResult", description="The session as it is now; or why it stays."
    ),
]
