"""Until when seats are sold: the start, or another moment."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.booking import BookingService
from domain.cinemas import FirstCinema
from domain.errors import SessionClosedError
from domain.reservation import Reservation
from persistence import migrate
from persistence.postgres.pool import Pool
from persistence.queries.seat_maps import SeatMaps
from persistence.queries.seatings import Seatings
from persistence.sales.ledger import PostgresLedger
from tests.support.catalog import answer, moment
from tests.support.cinema import Cinema, Show
from tests.support.events import open_payment
from tests.support.null_services import NoSeatLocks, NoWakeup
from tests.support.older_database import OlderDatabase
from tests.support.schema_client import SchemaClient
from tests.support.venue_documents import UPDATE_CINEMA, mutation

PRICE = {"amountMinor": 2500, "currency": "BRL"}
WINDOW = "... on Session { id version startsAt endsAt salesEndAt }"
CREATE_SESSION = mutation("createSession", WINDOW)
UPDATE_SESSION = mutation("updateSession", WINDOW)
SELL_FOR = """
UPDATE sessions SET sales_end_at = clock_timestamp() + $2::interval WHERE id = $1
"""
NEW_CINEMA = """
INSERT INTO cinemas (name, city, address, time_zone, currency)
VALUES ('Second', '', '', 'UTC', 'BRL') RETURNING id
"""
MINUTES = """
SELECT extract(epoch FROM sales_end_at - starts_at)::int / 60 FROM sessions
WHERE id = $1
"""


async def hold(pool: Pool, show: Show, ana: UUID, number: int = 0) -> Reservation:
    booking = BookingService(PostgresLedger(pool), NoSeatLocks(), NoWakeup())
    seat_ids = [show.seat_ids[number]]
    return await booking.reserve_seats(show.session_id, seat_ids, ana)


async def sell_for(pool: Pool, show: Show, period: timedelta) -> None:
    await pool.execute(SELL_FOR, show.session_id, period)


def minutes(session: dict[str, Any]) -> float:
    """From the start until the end of sales."""
    start, end = (
        datetime.fromisoformat(session[name]) for name in ("startsAt", "salesEndAt")
    )
    return (end - start) / timedelta(minutes=1)


async def created(
    client: SchemaClient, place: dict[str, str], **entered: Any
) -> dict[str, Any]:
    return await answer(
        client,
        CREATE_SESSION,
        **place,
        startsAt=moment(5),
        pricePerSeat=PRICE,
        **entered,
    )


async def changed(
    client: SchemaClient, session: dict[str, Any], **entered: Any
) -> dict[str, Any]:
    return await answer(client, UPDATE_SESSION, id=session["id"], **entered)


async def test_a_cinema_may_sell_after_the_start(cinema: Cinema, ana: UUID) -> None:
    show = await cinema.open_session(starts_in=timedelta(minutes=-5))
    with pytest.raises(SessionClosedError):
        await hold(cinema.pool, show, ana)

    await sell_for(cinema.pool, show, timedelta(minutes=5))
    held = await hold(cinema.pool, show, ana)
    payment_id = await open_payment(cinema.pool, held.id)
    sold = await PostgresLedger(cinema.pool).approve(payment_id, ana, None)

    assert sold.confirmed
    assert timedelta(minutes=4) < sold.confirmed.on_sale_for <= timedelta(minutes=5)
    await sell_for(cinema.pool, show, timedelta(0))
    with pytest.raises(SessionClosedError):
        await hold(cinema.pool, show, ana, 1)


async def test_sales_may_end_before_the_start(
    cinema: Cinema, show: Show, ana: UUID
) -> None:
    seatings = Seatings(cinema.pool, SeatMaps(cinema.pool))
    before = await seatings.newest(show.session_id)
    await sell_for(cinema.pool, show, timedelta(0))
    after = await seatings.newest(show.session_id)

    with pytest.raises(SessionClosedError):
        await hold(cinema.pool, show, ana)
    assert before
    assert after
    assert after[0].rules.closed


async def test_a_session_has_the_window_of_its_cinema_or_its_own(
    client: SchemaClient, cinema: Cinema
) -> None:
    key = await cinema.pool.fetchval(NEW_CINEMA)

    async def room() -> dict[str, str]:
        place = await cinema.empty_room()
        moved = "UPDATE rooms SET cinema_id = $2 WHERE id = $1"
        await cinema.pool.execute(moved, UUID(place["roomId"]), key)
        return place

    async def sell(minutes: int) -> None:
        await answer(client, UPDATE_CINEMA, id=str(key), salesMinutesAfterStart=minutes)

    at_start = await created(client, await room())
    await sell(20)
    into_it = await created(client, await room())
    own = await created(client, await room(), salesEndAt=moment(5, -30))
    await sell(999)
    to_the_end = await created(client, await room())

    windows = [minutes(each) for each in (at_start, into_it, own, to_the_end)]
    assert windows == [0, 20, -30, 114]
    assert await changed(client, into_it) == into_it


async def test_it_moves_with_the_start_unless_it_is_entered(
    client: SchemaClient, place: dict[str, str]
) -> None:
    session = await created(client, place, salesEndAt=moment(5, 15))

    later = await changed(client, session, startsAt=moment(6))
    both = await changed(
        client, session, startsAt=moment(7), salesEndAt=later["salesEndAt"]
    )
    extended = await changed(client, session, salesEndAt=moment(7, 114))
    same = await changed(client, session, salesEndAt=moment(7, 114))

    assert (minutes(later), later["version"]) == (15, 2)
    assert (both["salesEndAt"], both["version"]) == (later["salesEndAt"], 3)
    assert (minutes(extended), extended["version"]) == (114, 4)
    assert same == extended


async def test_a_moment_that_has_passed_ends_sales_now(
    client: SchemaClient, place: dict[str, str]
) -> None:
    session = await created(client, place)

    ended = await changed(client, session, salesEndAt="2001-01-01T00:00:00Z")
    again = await changed(client, session, salesEndAt="2001-01-01T00:00:00Z")

    age = datetime.now().astimezone() - datetime.fromisoformat(ended["salesEndAt"])
    assert age < timedelta(minutes=5)
    assert again == ended


@pytest.mark.parametrize("wrong", [moment(5, 115), "2001-01-01T00:00:00Z"])
async def test_a_new_session_sells_from_now_until_its_end_at_most(
    client: SchemaClient, cinema: Cinema, place: dict[str, str], wrong: str
) -> None:
    refused = await created(client, place, salesEndAt=wrong)

    assert refused["fields"] == [
        {
            "path": ["salesEndAt"],
            "message": "Enter a time in the future, not after the session ends.",
        }
    ]
    sessions = "SELECT count(*) FROM sessions WHERE room_id = $1"
    assert await cinema.pool.fetchval(sessions, UUID(place["roomId"])) == 0


@pytest.mark.parametrize("wrong", [moment(5, 115), None])
async def test_a_wrong_end_changes_nothing(
    client: SchemaClient, place: dict[str, str], wrong: str | None
) -> None:
    session = await created(client, place)

    refused = await changed(client, session, startsAt=moment(5, -1), salesEndAt=wrong)

    assert [field["path"] for field in refused["fields"]] == [["salesEndAt"]]
    assert await changed(client, session) == session


async def test_sessions_of_programs_of_the_version_before_have_one(
    scratch_database_url: str, scratch_pool: Pool
) -> None:
    older = OlderDatabase(scratch_database_url, scratch_pool, "0016")
    await older.fill()
    await older.pool.execute("UPDATE cinemas SET sales_minutes_after_start = 20")
    sold, before = await older.sold(), await older.session(1_200)

    await older.upgrade(FirstCinema())
    new = await older.session(1_500)
    await older.pool.execute(
        "UPDATE sessions SET starts_at = starts_at + interval '1 minute',"
        " ends_at = starts_at + interval '10 minutes' WHERE id = $1",
        new,
    )

    assert [await older.pool.fetchval(MINUTES, each) for each in (before, new)] == [
        20,
        9,
    ]
    assert await older.sold() == sold
    await older.downgrade()
    for _ in range(2):
        await asyncio.to_thread(migrate.upgrade, older.url, "0017")
        await older.pool.execute("UPDATE alembic_version SET version_num = '0016'")
    await older.upgrade(FirstCinema())
    assert await older.sold() == sold
    assert await older.pool.fetchval(MINUTES, before) == 20


async def test_no_hold_begins_after_sales_were_ended_meanwhile(
    client: SchemaClient, cinema: Cinema
) -> None:
    show = await cinema.open_session(seats=20)
    customers = await cinema.customers(20)
    session = {"id": str(show.session_id)}

    async def end_sales() -> dict[str, Any]:
        return await changed(client, session, salesEndAt="2001-01-01T00:00:00Z")

    holds = [hold(cinema.pool, show, who, n) for n, who in enumerate(customers)]
    ending = asyncio.create_task(end_sales())
    answers = await asyncio.gather(*holds, return_exceptions=True)
    ended = await ending

    end = datetime.fromisoformat(ended["salesEndAt"])
    for each in answers:
        if not isinstance(each, SessionClosedError):
            assert isinstance(each, Reservation)
            assert each.created_at < end
    with pytest.raises(SessionClosedError):
        await hold(cinema.pool, show, customers[-1], 19)
