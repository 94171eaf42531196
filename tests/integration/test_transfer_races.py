"""What happens to a ticket at the moment when it is accepted, on real Postgres."""

from datetime import timedelta

import pytest

from domain.account_tokens import TokenInvalidError
from domain.check_ins import CheckedIn, CheckInService, TicketNotValidError
from domain.errors import NotFoundError
from domain.money_errors import TicketTransferredError
from domain.profiles import AccountInUseError
from domain.refunds import Refund
from domain.transfers import TransferService
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from persistence.sales import transfer_sql
from persistence.sales.transfers import PostgresTransfers
from tests.support.cinema import Cinema, Show
from tests.support.door import check_in_service, scan_of
from tests.support.queued import queued
from tests.support.refunds import asking, refund_service, sell, ticket_ids
from tests.support.transfers import holder

LOCK_CLAIM = "SELECT FROM claims WHERE id = $1 FOR UPDATE"
LOCK_OFFER = "SELECT FROM ticket_offers WHERE ticket_id = $1 FOR UPDATE"


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    """Its tickets can be given back, and be used, because the door opens early."""
    return await cinema.open_session(starts_in=timedelta(days=3))


@pytest.fixture
def door(pool: Pool) -> CheckInService:
    return check_in_service(pool, timedelta(days=4))


@pytest.fixture
def transfers(pool: Pool) -> TransferService:
    return TransferService(PostgresTransfers(pool))


async def test_of_two_people_with_the_link_one_has_the_ticket(
    pool: Pool, cinema: Cinema, show: Show, transfers: TransferService
) -> None:
    ana, bruno, carla = await cinema.customers(3)
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    token = (await transfers.offer(ticket, ana)).token

    results = await queued(
        pool,
        LOCK_OFFER,
        ticket,
        transfers.accept(token, bruno),
        transfers.accept(token, carla),
    )

    assert results[0] == ticket
    assert isinstance(results[1], TokenInvalidError)
    assert await holder(pool, ticket) == (bruno, 2)


async def test_who_is_at_the_door_first_has_used_the_ticket(
    cinema: Cinema, show: Show, transfers: TransferService, door: CheckInService
) -> None:
    pool = cinema.pool
    ana, bruno = await cinema.customers(2)
    first, second = await ticket_ids(pool, (await sell(pool, show, ana, 0, 1)).id)
    tokens = {t: (await transfers.offer(t, ana)).token for t in (first, second)}

    used, refused = await queued(
        pool,
        LOCK_CLAIM,
        first,
        door.check_in(scan_of(first)),
        transfers.accept(tokens[first], bruno),
    )
    taken, void = await queued(
        pool,
        LOCK_CLAIM,
        second,
        transfers.accept(tokens[second], bruno),
        door.check_in(scan_of(second)),
    )

    assert isinstance(used, CheckedIn)
    assert isinstance(refused, TicketNotValidError)
    assert refused.status == "USED"
    assert await holder(pool, first) == (None, 1)
    assert taken == second
    assert isinstance(void, TicketNotValidError)
    assert void.status == "VOID"


async def test_without_the_guard_a_used_ticket_is_passed_on(
    cinema: Cinema,
    show: Show,
    transfers: TransferService,
    door: CheckInService,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Proves that the test above can fail."""
    pool = cinema.pool
    ana, bruno = await cinema.customers(2)
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    token = (await transfers.offer(ticket, ana)).token
    blind = transfer_sql.TAKE.replace(transfer_sql.NOT_USED, "TRUE")
    monkeypatch.setattr(transfer_sql, "TAKE", blind)

    results = await queued(
        pool,
        LOCK_CLAIM,
        ticket,
        door.check_in(scan_of(ticket)),
        transfers.accept(token, bruno),
    )

    assert isinstance(results[0], CheckedIn)
    assert results[1] == ticket


async def test_a_refund_and_a_transfer_have_one_winner(
    pool: Pool, cinema: Cinema, show: Show, transfers: TransferService
) -> None:
    ana, bruno = await cinema.customers(2)
    service = refund_service(pool)
    first = await sell(pool, show, ana, 0)
    second = await sell(pool, show, ana, 1)
    [one], [other] = [await ticket_ids(pool, each.id) for each in (first, second)]
    tokens = {t: (await transfers.offer(t, ana)).token for t in (one, other)}

    refund, refused = await queued(
        pool,
        LOCK_CLAIM,
        one,
        service.refund_tickets(asking(first)),
        transfers.accept(tokens[one], bruno),
    )
    taken, kept = await queued(
        pool,
        LOCK_CLAIM,
        other,
        transfers.accept(tokens[other], bruno),
        service.refund_tickets(asking(second)),
    )

    assert isinstance(refund, Refund)
    assert isinstance(refused, TicketNotValidError)
    assert refused.status == "REFUNDED"
    assert taken == other
    assert isinstance(kept, TicketTransferredError)


async def test_a_late_offer_of_the_former_holder_ends_no_newer_one(
    pool: Pool, cinema: Cinema, show: Show, transfers: TransferService
) -> None:
    ana, bruno, carla = await cinema.customers(3)
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    token = (await transfers.offer(ticket, ana)).token

    taken, late = await queued(
        pool,
        LOCK_OFFER,
        ticket,
        transfers.accept(token, bruno),
        transfers.offer(ticket, ana),
    )
    with pytest.raises(NotFoundError):
        await transfers.offer(ticket, ana)
    newer = (await transfers.offer(ticket, bruno)).token

    assert taken == ticket
    assert isinstance(late, TicketNotValidError)
    assert await transfers.accept(newer, carla) == ticket


async def test_nobody_accepts_a_ticket_for_an_account_that_is_being_erased(
    pool: Pool, cinema: Cinema, show: Show, transfers: TransferService
) -> None:
    ana, bruno = await cinema.customers(2)
    profiles = PostgresProfiles(pool)
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    token = (await transfers.offer(ticket, ana)).token
    lock = "SELECT FROM accounts WHERE id = $1 FOR UPDATE"

    erased, refused = await queued(
        pool,
        lock,
        bruno,
        profiles.erase(bruno, None, give_up_tickets=False),
        transfers.accept(token, bruno),
    )

    assert erased is True
    assert isinstance(refused, TokenInvalidError)
    assert await holder(pool, ticket) == (None, 1)


async def test_an_account_with_an_accepted_ticket_is_not_erased(
    cinema: Cinema, show: Show, transfers: TransferService, door: CheckInService
) -> None:
    pool = cinema.pool
    ana, bruno = await cinema.customers(2)
    profiles = PostgresProfiles(pool)
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    await transfers.accept((await transfers.offer(ticket, ana)).token, bruno)

    with pytest.raises(AccountInUseError):
        await profiles.erase(bruno, None, give_up_tickets=False)
    # Who has passed the ticket on has none to use.
    assert await profiles.erase(ana, None, give_up_tickets=False)
    assert await holder(pool, ticket) == (bruno, 2)
    assert not await pool.fetch("SELECT FROM ticket_offers WHERE offered_by = $1", ana)

    await door.check_in(scan_of(ticket, generation=2))
    assert await profiles.erase(bruno, None, give_up_tickets=False)
