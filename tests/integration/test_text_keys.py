"""Movies and rooms are ordered and found by keys, in every database and every form."""

from base64 import urlsafe_b64encode
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from domain.text import is_line, order_key
from loadtest.documents import CREATE_MOVIE, CREATE_ROOM, UPDATE_MOVIE
from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import CursorError, Window
from persistence.queries.movies import Movies
from tests.support.catalog import answer
from tests.support.null_services import NothingCached
from tests.support.pages import all_pages
from tests.support.recorded_reads import RecordedReads
from tests.support.schema_client import SchemaClient

FOUND = "query ($s: String) { movies(search: $s) { totalCount edges { node { id } } } }"
TITLES = ["Ágata", "Sala 2", "zebra", "sala 10", "Spider-Man", "ágata 2", "Agata 10"]
IN_ORDER = ["Ágata", "ágata 2", "Agata 10", "Sala 2", "sala 10", "Spider-Man", "zebra"]


def movie(title: str, **facts: Any) -> dict[str, Any]:
    return {"title": title, "synopsis": "A story.", "durationMinutes": 90, **facts}


async def found(client: SchemaClient, search: str) -> list[str]:
    movies = (await client.data(FOUND, s=search))["movies"]
    assert movies["totalCount"] == len(movies["edges"])
    return [edge["node"]["id"] for edge in movies["edges"]]


@pytest.mark.parametrize(
    "search",
    ["TÓQUIO", "tóquio", "toquio", "To\u0301quio", "quio l'agua", "d’ÁGUA tóquio"],  # noqa: RUF001
)
async def test_a_movie_is_found_by_its_words_in_any_form(
    client: SchemaClient, search: str
) -> None:
    tag = uuid4().hex
    made = await answer(client, CREATE_MOVIE, **movie(f"Tóquio l'agua d'água {tag}"))

    assert await found(client, f"{tag} {search}") == [made["id"]]
    assert await found(client, f"{tag} {search} kyoto") == []
    assert await found(client, f"{tag} %") == await found(client, f"{tag} _") == []


async def test_the_number_of_words_makes_no_other_statement() -> None:
    """Each statement takes a place in caches, and words cost time to be put there."""
    reads = RecordedReads()
    movies = Movies(reads, NothingCached())
    for words in (1, 2, 100):
        await movies.page(Window(1), search=" ".join(map(str, range(words))))

    assert len(set(reads.texts)) == 1


async def test_a_changed_title_has_the_keys_of_the_new_one(
    client: SchemaClient,
) -> None:
    old, new = uuid4().hex, uuid4().hex
    made = await answer(client, CREATE_MOVIE, **movie(old))
    await answer(client, UPDATE_MOVIE, id=made["id"], durationMinutes=91)
    still = await found(client, old)
    await answer(client, UPDATE_MOVIE, id=made["id"], title=f"É {new}")

    assert still == await found(client, f"e {new}") == [made["id"]]
    assert await found(client, old) == []


async def test_movies_and_rooms_are_in_the_order_that_people_expect(
    client: SchemaClient, queries: Queries
) -> None:
    tag = uuid4().hex
    for title in TITLES:
        await answer(client, CREATE_MOVIE, **movie(f"{tag} {title}"))
        await answer(
            client, CREATE_ROOM, name=f"{tag} {title}", rows=[{"row": "A", "seats": 1}]
        )

    pages = await all_pages(partial(queries.movies.page, search=tag), 2)
    rooms = [room for page in await all_pages(queries.rooms.page, 50) for room in page]

    expected = [f"{tag} {title}" for title in IN_ORDER]
    assert [movie.title for page in pages for movie in page] == expected
    assert [room.name for room in rooms if room.name.startswith(tag)] == expected


@settings(
    max_examples=30,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.lists(st.text(st.characters(codec="utf-8"), max_size=20), max_size=50))
async def test_postgres_orders_keys_as_python_does(
    pool: Pool, titles: list[str]
) -> None:
    keys = [order_key(title) for title in titles if is_line(title, 20)]

    ordered = await pool.fetch(
        'SELECT key FROM unnest($1::text[]) key ORDER BY key COLLATE "C"', keys
    )

    assert [row["key"] for row in ordered] == sorted(keys)


@pytest.mark.parametrize("letter", ["\ufdfa", "字", "1 ", "\U0001f468"])
async def test_the_longest_key_fits_into_the_index(
    client: SchemaClient, letter: str
) -> None:
    title = (letter * 200)[:199] + "x"
    made = await answer(client, CREATE_MOVIE, **movie(title))

    assert made["title"] == title.strip()


@pytest.mark.parametrize("name", ["movies", "rooms"])
async def test_a_cursor_of_0_1_0_is_refused(queries: Queries, name: str) -> None:
    """Its title would be read as a key, and the page begin at another place."""
    written = orjson.dumps([name, "Limite", str(UUID(int=1))])
    window = Window(1, urlsafe_b64encode(written).decode())

    with pytest.raises(CursorError):
        await getattr(queries, name).page(window)
