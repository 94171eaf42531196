"""Who may check in: those who work in the cinema of the session, whatever they do."""

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from app.scanner.documents import CHECK_IN, GATE_LIST
from domain.people import Role
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.refunds import sell, ticket_ids
from tests.support.schema_client import SchemaClient
from tests.support.staff import Site, Staff
from tests.support.ticket_codes import TICKET_CODES


@pytest.fixture
def staff(client: SchemaClient, pool: Pool, cinema: Cinema) -> Staff:
    client.services = replace(client.services, queries=client.queries)
    return Staff(pool, cinema)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=30))


@pytest.fixture
async def site(staff: Staff, cinema: Cinema, pool: Pool, show: Show) -> Site:
    """Where the session is."""
    site = await staff.site()
    await pool.execute(
        "UPDATE rooms SET cinema_id = $1 WHERE id = $2",
        UUID(site.cinema),
        await cinema.room_of(show),
    )
    return site


@pytest.mark.parametrize("role", [Role.USHER, Role.CASHIER, Role.MANAGER])
async def test_who_works_there_checks_in(
    client: SchemaClient,
    staff: Staff,
    *,
    pool: Pool,
    site: Site,
    show: Show,
    ana: UUID,
    role: Role,
) -> None:
    [ticket] = await ticket_ids(pool, (await sell(pool, show, ana, 0)).id)
    code, session = TICKET_CODES.code(ticket, 1), str(show.session_id)
    elsewhere = await staff.add(role, await staff.site())
    former = await staff.add(Role.CUSTOMER, site, token=role)
    there = await staff.add(role, site)

    stranger = await client.mutate(CHECK_IN, elsewhere, code=code)
    stranger_of_session = await client.mutate(
        CHECK_IN, elsewhere, code=code, sessionId=session
    )
    list_elsewhere = await client.code(GATE_LIST, elsewhere, session=session)
    old_token = await client.code(CHECK_IN, former, input={"code": code})
    checked_in = await client.mutate(CHECK_IN, there, code=code, sessionId=session)
    listed = await client.data(GATE_LIST, there, session=session)

    for refused in (stranger, stranger_of_session):
        assert (refused["code"], refused["status"]) == ("TICKET_NOT_VALID", None)
    assert list_elsewhere == old_token == "FORBIDDEN"
    assert checked_in["__typename"] == "CheckedIn"
    assert listed["gateList"]["used"] == [str(ticket)]
