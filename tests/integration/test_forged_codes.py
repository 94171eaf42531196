"""Codes that nobody should be let in with, and one of an older key."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from joserfc.jwk import OKPKey

from app.scanner.documents import CHECK_IN
from auth.signing_keys import make_first_key
from auth.ticket_keys import TicketKeys, ticket_ring
from domain.check_ins import CheckInService
from domain.people import Role, Viewer
from persistence.door.check_ins import PostgresCheckIns
from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.schema_client import SchemaClient
from tests.support.signing_keys import put_key
from tests.support.ticket_codes import TICKET_CODES

RITA = Viewer(UUID(int=7), Role.USHER)


@pytest.fixture
async def show(cinema: Cinema) -> Show:
    return await cinema.open_session(starts_in=timedelta(minutes=30))


async def refused(client: SchemaClient, code: str) -> bool:
    answer = await client.mutate(CHECK_IN, RITA, code=code)
    return (answer["__typename"], answer.get("status")) == ("TicketNotValid", None)


async def test_a_code_of_somebody_elses_key(
    client: SchemaClient, ticket: UUID, tmp_path: Path
) -> None:
    make_first_key(tmp_path / "others")

    forged = TicketKeys(ticket_ring(tmp_path / "others")).code(ticket, 1)

    assert await refused(client, forged)


async def test_a_code_that_was_changed_or_cut_off(
    client: SchemaClient, ticket: UUID
) -> None:
    """At each of its places. Whatever is left of it checks in nobody."""
    code = TICKET_CODES.code(ticket, 1)
    other = TICKET_CODES.code(uuid4(), 1)
    half = len(code) // 2
    changed = [
        code[:place] + ("0" if code[place] != "0" else "1") + code[place + 1 :]
        for place in range(0, len(code), 9)
    ]
    cut_off = [code[:length] for length in range(0, len(code), 17)]
    odd = [f"{code}0", f" {code}", code.lower(), code[:half] + other[half:]]

    for each in (*changed, *cut_off, *odd):
        assert await refused(client, each), each
    checked_in = await client.mutate(CHECK_IN, RITA, code=code)
    assert checked_in["__typename"] == "CheckedIn"


async def test_a_genuine_code_of_no_ticket(client: SchemaClient) -> None:
    assert await refused(client, TICKET_CODES.code(uuid4(), 1))


async def test_a_code_of_an_older_key_lets_in_until_the_key_is_gone(
    client: SchemaClient, pool: Pool, ticket: UUID, tmp_path: Path
) -> None:
    folder = tmp_path / "tickets"
    make_first_key(folder)
    [old_key] = folder.iterdir()
    code = TicketKeys(ticket_ring(folder)).code(ticket, 1)
    newer = OKPKey.generate_key("Ed25519")
    put_key(folder, newer, datetime.now(UTC) - timedelta(days=3))

    def door() -> CheckInService:
        codes = TicketKeys(ticket_ring(folder))
        assert codes.code(ticket, 1) != code  # the newer one signs
        return CheckInService(PostgresCheckIns(pool), codes, timedelta(hours=1))

    client.services = replace(client.services, check_ins=door())
    checked_in = await client.mutate(CHECK_IN, RITA, code=code)
    old_key.unlink()
    client.services = replace(client.services, check_ins=door())

    assert checked_in["__typename"] == "CheckedIn"
    assert await refused(client, code)
