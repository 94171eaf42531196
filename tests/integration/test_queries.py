"""Lists and their pages, read from real Postgres."""

from datetime import UTC, datetime, timedelta
from functools import partial
from uuid import UUID, uuid4

import pytest

from persistence.postgres.pool import Pool
from persistence.queries import Queries
from persistence.queries.keyset import CursorError, Page, Window
from persistence.queries.sessions import SessionsWanted
from tests.support.cinema import Cinema, Show
from tests.support.pages import all_pages


class TestMovies:
    async def test_pages_follow_titles_and_search_narrows_them(
        self, queries: Queries, pool: Pool
    ) -> None:
        tag = uuid4().hex
        titles = [f"{tag} {letter}" for letter in ("b", "a", "a", "100%_", "c")]
        await pool.executemany(
            "INSERT INTO movies (title, synopsis, duration_minutes, genres)"
            " VALUES ($1, '', 90, '{noir,drama}')",
            [(title,) for title in titles],
        )

        pages = await all_pages(partial(queries.movies.page, search=tag.upper()), 2)

        assert [len(page) for page in pages] == [2, 2, 1]
        movies = [movie for page in pages for movie in page]
        assert sorted(movie.title for movie in movies) == sorted(titles)
        assert len({movie.id for movie in movies}) == 5
        assert movies[0].genres == ("noir", "drama")
        assert await queries.movies.count(search=tag) == 5
        assert await queries.movies.count(search=f"{tag} 100%_") == 1
        assert await queries.movies.count(search=f"{tag}%") == 0

    async def test_a_cursor_of_another_list_is_refused(
        self, queries: Queries, cinema: Cinema
    ) -> None:
        await cinema.open_session()
        [(cursor, _)] = (await queries.rooms.page(Window(1))).items

        with pytest.raises(CursorError):
            await queries.movies.page(Window(1, cursor))


class TestSessions:
    async def test_a_page_stays_right_while_rows_come_and_go(
        self, queries: Queries, cinema: Cinema, pool: Pool
    ) -> None:
        shows = [
            await cinema.open_session(starts_in=timedelta(days=days))
            for days in (3, 1, 2)
        ]
        room_id = await in_one_room(pool, shows)
        wanted = SessionsWanted(room_id=room_id)
        first = await queries.sessions.page(Window(1), wanted)
        [(cursor, soonest)] = first.items

        earlier = await cinema.open_session(starts_in=timedelta(hours=1))
        await in_one_room(pool, [*shows, earlier])
        rest = await queries.sessions.page(Window(5, cursor), wanted)

        assert soonest.id == shows[1].session_id
        assert first.has_next and not first.has_previous
        assert [session.id for _, session in rest.items] == [
            shows[2].session_id,
            shows[0].session_id,
        ]
        assert not rest.has_next

    async def test_the_filter_takes_what_fits_all_of_it(
        self, queries: Queries, cinema: Cinema, pool: Pool
    ) -> None:
        shows = [
            await cinema.open_session(starts_in=timedelta(hours=3 * n))
            for n in (1, 2, 3)
        ]
        room_id = await in_one_room(pool, shows)
        at = datetime(2040, 1, 1, 20, tzinfo=UTC)
        for hours, show in enumerate(shows):
            await pool.execute(
                "UPDATE sessions SET starts_at = $2::timestamptz,"
                " ends_at = $2::timestamptz + interval '1 hour'"
                " WHERE id = $1",
                show.session_id,
                at + timedelta(hours=hours),
            )

        async def found(**wanted: object) -> list[UUID]:
            sessions = SessionsWanted(room_id=room_id, **wanted)  # type: ignore[arg-type]
            page = await queries.sessions.page(Window(9), sessions)
            assert await queries.sessions.count(sessions) == len(page.items)
            return [session.id for _, session in page.items]

        one, two, three = (show.session_id for show in shows)
        movie_id = (await queries.sessions.by_id([two]))[two].movie_id
        assert await found() == [one, two, three]
        assert await found(movie_id=movie_id) == [two]
        assert await found(starts_after=at + timedelta(hours=1)) == [two, three]
        assert await found(starts_before=at + timedelta(hours=1)) == [one]
        assert await found(movie_id=uuid4()) == []

    async def test_a_movies_own_begin_with_the_next_and_end_with_the_begun(
        self, queries: Queries, cinema: Cinema, pool: Pool
    ) -> None:
        hours = (-3, 5, -1, 2)
        shows = [
            await cinema.open_session(starts_in=timedelta(hours=each)) for each in hours
        ]
        movie_id = await of_one_movie(pool, shows)
        other = (await queries.sessions.by_id([shows[0].session_id])).popitem()[1]
        alone = await cinema.open_session()
        alone_of = (await queries.sessions.by_id([alone.session_id])).popitem()[1]

        async def page(window: Window) -> Page[UUID]:
            pages = await queries.sessions.pages_of_movies(
                [movie_id, alone_of.movie_id], window
            )
            read = pages[movie_id]
            return Page(
                items=tuple((cursor, session.id) for cursor, session in read.items),
                has_next=read.has_next,
                has_previous=read.has_previous,
            )

        assert other.movie_id == movie_id
        assert await all_pages(page, 3) == [
            [shows[3].session_id, shows[1].session_id, shows[0].session_id],
            [shows[2].session_id],
        ]
        both = await queries.sessions.counts_of_movies([movie_id, alone_of.movie_id])
        assert both == {movie_id: 4, alone_of.movie_id: 1}
        empty = uuid4()
        pages = await queries.sessions.pages_of_movies([empty], Window(3))
        assert pages == {empty: Page(items=(), has_next=False, has_previous=False)}


async def in_one_room(pool: Pool, shows: list[Show]) -> UUID:
    return await share(pool, shows, "room_id")


async def of_one_movie(pool: Pool, shows: list[Show]) -> UUID:
    return await share(pool, shows, "movie_id")


async def share(pool: Pool, shows: list[Show], column: str) -> UUID:
    ids = [show.session_id for show in shows]
    shared: UUID = await pool.fetchval(
        f"SELECT {column} FROM sessions WHERE id = $1",  # noqa: S608 # two constants
        ids[0],
    )
    await pool.execute(
        f"UPDATE sessions SET {column} = $2 WHERE id = ANY($1)",  # noqa: S608 # as above
        ids,
        shared,
    )
    return shared
