"""Inputs and results of mutations of movies and sessions."""

from datetime import datetime
from typing import Annotated, TypeVar, cast

import strawberry
from strawberry import UNSET

from domain import money, movies, session_changes, sessions
from schema.catalog import Movie, Session
from schema.enums import OrphanRule
from schema.money import MoneyInput
from schema.prices import PriceInput
from schema.problems import InUse, InvalidInput, NotFound, Outdated, RoomBusy

Value = TypeVar("Value")
EXPECTED_VERSION = (
    "Version that you have seen. If it has another one now, the answer is Outdated."
    " Null: any version."
)


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
    expected_version: int | None = strawberry.field(
        default=None, description=EXPECTED_VERSION
    )


@strawberry.input(description="The movie to archive.")
class ArchiveMovieInput:
    id: strawberry.ID = strawberry.field(description="Id of the movie.")


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
    price_per_seat: MoneyInput | None = strawberry.field(
        default=None,
        description="Price of each seat in a currency that is in use: up to"
        f" {money.HIGHEST_PRICE} minor units, or {money.HIGHEST_PRICES[0]} where"
        " people use no decimals. The session sells the default type of ticket alone."
        " This, or a price card: not both.",
    )
    price_card_id: strawberry.ID | None = strawberry.field(
        default=None,
        description="Id of a price card of the cinema. The session copies its prices."
        " It needs a price for the default type in each zone of the room's seats, and"
        " in the default zone.",
    )
    orphan_rule: OrphanRule = strawberry.field(
        default=OrphanRule.OFF,
        description="What becomes of a hold that leaves a seat alone.",
    )
    sales_end_at: datetime | None = strawberry.field(
        default=None,
        description="When sales end: in the future, not after the session. By default"
        " `salesMinutesAfterStart` of the cinema after the start, at the latest when"
        " the session ends.",
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
        description="New price of each seat. Can change until the session starts. Holds"
        " and sales keep theirs. The currency can change while no seat is held or sold."
        " Null is refused.",
    )
    prices: list[PriceInput] | None = strawberry.field(
        default=UNSET,
        description="All new prices by zone and type, in its currency. What is"
        " left out is not sold any more. Can change until the session starts. Holds and"
        " sales keep theirs. Null is refused.",
    )
    orphan_rule: OrphanRule | None = strawberry.field(
        default=UNSET,
        description="What becomes of a hold that leaves a seat alone, from now on."
        " Null is refused.",
    )
    sales_end_at: datetime | None = strawberry.field(
        default=UNSET,
        description="When sales end: not after the session. Can change at any time. A"
        " moment that has passed ends them now. When left out, it moves as much as the"
        " start does. Null is refused.",
    )
    expected_version: int | None = strawberry.field(
        default=None, description=EXPECTED_VERSION
    )


@strawberry.input(description="The session to remove.")
class RemoveSessionInput:
    id: strawberry.ID = strawberry.field(description="Id of the session.")


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
    price, rule = entered.price_per_seat, entered.orphan_rule
    facts = {
        "starts_at": entered.starts_at,
        "price_per_seat": price.to_domain() if price else price,
        "orphan_rule": sessions.OrphanRule[rule.name] if rule else rule,
        "sales_end_at": entered.sales_end_at,
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
    Movie | InvalidInput | NotFound | RoomBusy | Outdated,
    strawberry.union(
        "UpdateMovieResult",
        description="The updated movie, or the reason why it was not changed.",
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
    Session | InvalidInput | NotFound | RoomBusy | Outdated,
    strawberry.union(
        "UpdateSessionResult",
        description="The updated session, or the reason why it was not changed.",
    ),
]

RemoveSessionResult = Annotated[
    Session | NotFound | InUse,
    strawberry.union(
        "RemoveSessionResult",
        description="The session as it was, or the reason why it was not removed.",
    ),
]

ArchiveMovieResult = Annotated[
    Movie | NotFound | InUse,
    strawberry.union(
        "ArchiveMovieResult",
        description="The archived movie, or the reason why it was not archived.",
    ),
]
