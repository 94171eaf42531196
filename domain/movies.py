"""Movies, and the check of what managers enter of them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TypedDict
from uuid import UUID

from domain.errors import InvalidInputError, raise_if_any
from domain.text import composed, folded, is_line, is_text

MAX_TITLE_LENGTH = 200
MAX_SYNOPSIS_LENGTH = 5_000
MAX_DURATION_MINUTES = 1_000
MAX_GENRES = 10
MAX_GENRE_LENGTH = 50
MAX_RATING_LENGTH = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Movie:
    id: UUID
    title: str
    synopsis: str
    duration_minutes: int
    genres: tuple[str, ...]
    rating: str | None
    version: int


class MovieFacts(TypedDict, total=False):
    """The fields of a movie that were entered; a missing field stays as it is.

    Only the rating may be None: the movie has no rating then.
    """

    title: str | None
    synopsis: str | None
    duration_minutes: int | None
    genres: Sequence[str] | None
    rating: str | None


def validated_movie(facts: MovieFacts) -> MovieFacts:
    """Composes the texts. Raises InvalidInputError for all wrong fields."""
    facts = facts.copy()
    if title := facts.get("title"):
        facts["title"] = composed(title, MAX_TITLE_LENGTH)
    if synopsis := facts.get("synopsis"):
        facts["synopsis"] = composed(synopsis, MAX_SYNOPSIS_LENGTH)
    if rating := facts.get("rating"):
        facts["rating"] = composed(rating, MAX_RATING_LENGTH)
    if genres := facts.get("genres"):
        facts["genres"] = [
            composed(genre, MAX_GENRE_LENGTH) for genre in genres[: MAX_GENRES + 1]
        ]
    raise_if_any(
        [*_missing(facts), *_wrong(facts), *_wrong_genres(facts.get("genres") or ())]
    )
    return facts


def _missing(facts: MovieFacts) -> Iterator[InvalidInputError]:
    for name, path in (
        ("title", "title"),
        ("synopsis", "synopsis"),
        ("duration_minutes", "durationMinutes"),
        ("genres", "genres"),
    ):
        if name in facts and facts.get(name) is None:
            yield InvalidInputError(path, rule="value_missing")


def _wrong(facts: MovieFacts) -> Iterator[InvalidInputError]:
    title, synopsis = facts.get("title"), facts.get("synopsis")
    minutes, rating = facts.get("duration_minutes"), facts.get("rating")
    if title is not None and not is_line(title, MAX_TITLE_LENGTH):
        yield InvalidInputError("title", rule="name_length", longest=MAX_TITLE_LENGTH)
    if synopsis is not None and not is_text(synopsis, MAX_SYNOPSIS_LENGTH):
        yield InvalidInputError(
            "synopsis", rule="text_length", longest=MAX_SYNOPSIS_LENGTH
        )
    if minutes is not None and not 1 <= minutes <= MAX_DURATION_MINUTES:
        yield InvalidInputError(
            "durationMinutes",
            rule="number_range",
            lowest=1,
            highest=MAX_DURATION_MINUTES,
        )
    if rating is not None and not is_line(rating, MAX_RATING_LENGTH):
        yield InvalidInputError("rating", rule="name_length", longest=MAX_RATING_LENGTH)


def _wrong_genres(genres: Sequence[str]) -> Iterator[InvalidInputError]:
    if len(genres) > MAX_GENRES:
        yield InvalidInputError("genres", rule="list_length", longest=MAX_GENRES)
        return
    known = set[str]()
    for place, genre in enumerate(genres):
        if not is_line(genre, MAX_GENRE_LENGTH):
            yield InvalidInputError(
                "genres", str(place), rule="name_length", longest=MAX_GENRE_LENGTH
            )
        elif folded(genre) in known:
            yield InvalidInputError("genres", str(place), rule="entry_repeated")
        else:
            known.add(folded(genre))
