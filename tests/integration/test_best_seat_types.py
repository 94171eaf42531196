"""The best seats with types of tickets: their prices, and who is refused."""

import pytest

from domain.best_seats import Wish
from domain.errors import (
    NotEnoughSeatsError,
    TicketQuotaExhaustedError,
    TicketTypeNotSoldError,
)
from persistence.postgres.pool import Pool
from tests.support.best_seats import Process
from tests.support.cinema import Cinema, expire_hold
from tests.support.null_services import NoSeatLocks
from tests.support.prices import (
    ADULT,
    STUDENT,
    PricedShow,
    open_priced_session,
    students_of,
)

PAIR = Wish(count=2)
REMOVE_PRICE = """
DELETE FROM session_prices
WHERE session_id = $1 AND zone_id = $2 AND ticket_type_id = $3
"""


@pytest.fixture
async def priced(pool: Pool) -> PricedShow:
    return await open_priced_session(Cinema(pool), students=2)


@pytest.mark.parametrize("tries", [0, 2], ids=["in postgres", "from memory"])
async def test_each_ticket_has_the_price_of_its_type(
    pool: Pool, priced: PricedShow, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr("domain.best_booking.TRIES", tries)
    [ana] = await Cinema(pool).customers(1)
    best = Process(pool, NoSeatLocks()).best_seats.reserve_best_seats
    types = (priced.adult, priced.student)

    held = await best(priced.session_id, PAIR, ana, "k", types)

    assert held.total.amount_minor == ADULT + STUDENT
    again = await best(priced.session_id, PAIR, ana, "k", types)
    assert again.id == held.id
    premium = Wish(count=2, zones=frozenset({priced.premium}))
    dear = await best(priced.session_id, premium, ana)
    assert dear.total.amount_minor > 2 * ADULT
    with pytest.raises(NotEnoughSeatsError):
        await best(priced.session_id, premium, ana, None, types)


@pytest.mark.parametrize("tries", [0, 2], ids=["in postgres", "from memory"])
async def test_a_type_that_is_not_sold_or_exhausted_is_refused(
    pool: Pool, priced: PricedShow, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr("domain.best_booking.TRIES", tries)
    [ana] = await Cinema(pool).customers(1)
    best = Process(pool, NoSeatLocks()).best_seats.reserve_best_seats

    with pytest.raises(TicketTypeNotSoldError):
        await best(priced.session_id, PAIR, ana, None, (priced.adult, priced.unsold))
    await best(priced.session_id, PAIR, ana, None, (priced.student, priced.student))
    with pytest.raises(TicketQuotaExhaustedError):
        await best(priced.session_id, PAIR, ana, None, (priced.adult, priced.student))


@pytest.mark.parametrize("tries", [0, 2], ids=["in postgres", "from memory"])
async def test_seats_are_in_zones_that_sell_the_types(
    pool: Pool, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr("domain.best_booking.TRIES", tries)
    show = await open_priced_session(Cinema(pool), seats=4, students=4)
    await pool.execute(REMOVE_PRICE, show.session_id, show.standard, show.student)
    customers = await Cinema(pool).customers(2)
    best = Process(pool, NoSeatLocks()).best_seats.reserve_best_seats
    types = (show.adult, show.student)

    standard = Wish(count=2, zones=frozenset({show.standard}))
    with pytest.raises(TicketTypeNotSoldError):
        await best(show.session_id, standard, customers[0], None, types)
    held = await best(show.session_id, PAIR, customers[0], None, types)
    assert {seat.id for seat in held.seats} == {*show.seat_ids[-2:]}
    with pytest.raises(NotEnoughSeatsError) as refused:
        await best(show.session_id, PAIR, customers[1], None, types)
    assert refused.value.available == 0


@pytest.mark.parametrize("tries", [0, 2], ids=["in postgres", "from memory"])
async def test_an_overdue_hold_gives_its_part_of_a_quota_back(
    pool: Pool, priced: PricedShow, monkeypatch: pytest.MonkeyPatch, tries: int
) -> None:
    monkeypatch.setattr("domain.best_booking.TRIES", tries)
    ana, bia = await Cinema(pool).customers(2)
    best = Process(pool, NoSeatLocks()).best_seats.reserve_best_seats
    students = (priced.student, priced.student)
    first = await best(priced.session_id, PAIR, ana, None, students)
    with pytest.raises(TicketQuotaExhaustedError):
        await best(priced.session_id, PAIR, bia, None, students)
    await expire_hold(pool, first.id)

    await best(priced.session_id, PAIR, bia, None, students)
    assert await students_of(Cinema(pool), priced) == 2
