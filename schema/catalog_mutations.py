"""Inputs and results of the catalog's mutations."""

from datetime import datetime
from typing import Annotated, TypeVar, cast

import strawberry
from strawberry import UNSET

from domain import money, movies, rooms, session_changes
from schema.catalog import Movie, Session
from schema.money import MoneyInput
from schema.problems import InvalidInput, NotFound, RoomBusy
from schema.venues import Room

Value = TypeVar("Value")


@strawberry.input(description="A new movie.")
class CreateMovieInput:
    title: str = strawberry.field(
        description=f"Title: up to {movies.MAX_TITLE_LENGTH} characters on one line."
    )
    synopsis: str = strawberry.field(
        description=f"Plot summary: up to {movies.MAX_SYNOPSIS_LENGTH} characters."
    )
    duration_minutes: int = strawberry.field(
        description=f"Running time in minutes, from 1 to {movies.MAX_DURATION_MINUTES}."
    )
    genres: list[str] = strawberry.field(
        default_factory=list,
        description=f"Up to {movies.MAX_GENRES} genres, each listed once: case and"
        " accents do not count.",
    )
    rating: str | None = strawberry.field(
        default=None,
        description=f"Age rating: up to {movies.MAX_RATING_LENGTH} characters. Null"
        " if unrated.",
    )


@strawberry.input(
    description="Changes to a movie. Omitted fields stay as they are: leave out what"
    " does not change. Only `rating` may be null."
)
class UpdateMovieInput:
    id: strawberry.ID = strawberry.field(description="Id of the movie.")
    title: str | None = strawberry.field(
        default=UNSET, description="New title. Null is refused."
    )
    synopsis: str | None = strawberry.field(
        default=UNSET, description="New plot summary. Null is refused."
    )
    duration_minutes: int | None = strawberry.field(
        default=UNSET,
        description="New running time in minutes. The ends of the movie's sessions"
        " that have not started follow it, seats sold or not. If two sessions would"
        " overlap, the answer is RoomBusy and nothing changes. Null is refused.",
    )
    genres: list[str] | None = strawberry.field(
        default=UNSET,
        description="New list of genres. Replaces the old list. Null is refused.",
    )
    rating: str | None = strawberry.field(
        default=UNSET, description="New age rating. Null removes it."
    )


@strawberry.input(description="Adjacent seats in one row.")
class SeatRowInput:
    row: str = strawberry.field(
        description="Row label: 1 to 3 letters from A to Z or digits. A comes"
        " before B, and Z before AA."
    )
    seats: int = strawberry.field(
        description="Number of seats to add. They are numbered after the highest"
        f" number in the row. A row has up to {rooms.MAX_SEATS_IN_ROW}"
        " seats."
    )

    def to_domain(self) -> rooms.NewSeats:
        return rooms.NewSeats(self.row, self.seats)


@strawberry.input(description="A new room with its seats.")
class CreateRoomInput:
    name: str = strawberry.field(
        description=f"Display name: up to {rooms.MAX_ROOM_NAME_LENGTH} characters on"
        " one line."
    )
    rows: list[SeatRowInput] = strawberry.field(
        description=f"1 to {rooms.MAX_ROWS} rows, each label listed once, with up to"
        f" {rooms.MAX_SEATS_IN_ROOM} seats in total."
    )


@strawberry.input(description="Seats to add to a room.")
class AddSeatsInput:
    room_id: strawberry.ID = strawberry.field(description="Id of the room.")
    rows: list[SeatRowInput] = strawberry.field(
        description="New rows, and existing rows to extend. Each label is listed once."
    )


@strawberry.input(description="A new session.")
class CreateSessionInput:
    movie_id: strawberry.ID = strawberry.field(description="Id of the movie.")
    room_id: strawberry.ID = strawberry.field(
        description="Id of the room. No other session may overlap in this room."
    )
    starts_at: datetime = strawberry.field(
        description="Start time: in the future, within two years. The end time"
        " follows from the movie's running time."
    )
    price_per_seat: MoneyInput = strawberry.field(
        description="Price of each seat in a currency that is in use: up to"
        f" {money.HIGHEST_PRICE} minor units, or {money.HIGHEST_PRICES[0]} where"
        " people use no decimals."
    )


@strawberry.input(
    description="Changes to a session. Omitted fields stay as they are: leave out what"
    " does not change. Null is refused."
)
class UpdateSessionInput:
    id: strawberry.ID = strawberry.field(description="Id of the session.")
    starts_at: datetime | None = strawberry.field(
        default=UNSET,
        description="New start time. Can change until the session starts, while no"
        " seat is held or sold. The end time follows it. The present start is always"
        " accepted, and corrects an end that does not fit the movie. Null is refused.",
    )
    price_per_seat: MoneyInput | None = strawberry.field(
        default=UNSET,
        description="New price of each seat. Can change until the session starts,"
        " while no seat is held or sold. Null is refused.",
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
        "CreateMovieResult",
        description="The new movie, or the reason why it was not created.",
    ),
]

UpdateMovieResult = Annotated[
    Movie | InvalidInput | NotFound | RoomBusy,
    strawberry.union(
        "UpdateMovieResult",
        description="The updated movie, or the reason why it was not changed.",
    ),
]

CreateRoomResult = Annotated[
    Room | InvalidInput,
    strawberry.union(
        "CreateRoomResult",
        description="The new room, or the reason why it was not created.",
    ),
]

AddSeatsResult = Annotated[
    Room | InvalidInput | NotFound,
    strawberry.union(
        "AddSeatsResult",
        description="The room with its new seats, or the reason why none was added.",
    ),
]

CreateSessionResult = Annotated[
    Session | InvalidInput | NotFound | RoomBusy,
    strawberry.union(
        "CreateSessionResult",
        description="The new session with all its seats for sale, or the reason why"
        " it was not created.",
    ),
]

UpdateSessionResult = Annotated[
    Session | InvalidInput | NotFound | RoomBusy,
    strawberry.union(
        "UpdateSessionResult",
        description="The updated session, or the reason why it was not changed.",
    ),
]
