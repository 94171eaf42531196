"""Permissions of every root field: each has a row here."""

from dataclasses import replace
from uuid import UUID

import pytest
from graphql import build_schema as build_from_sdl

from domain.accounts import AccountService
from domain.addresses import AddressService
from domain.identities import IdentityService
from domain.password_changes import PasswordService
from domain.people import Role, Viewer
from domain.profiles import ProfileService
from persistence.people.addresses import PostgresAddresses
from persistence.people.devices import PostgresDevices
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from tests.support.accounts import FakeAccounts, FakePasswords, FakeTokens
from tests.support.identities import FakeCodes, FakeIdentities
from tests.support.minimal_operations import operation, root_fields
from tests.support.permissions import (
    ANYBODY,
    MANAGERS,
    NETWORK,
    SIGNED_IN,
    STAFF,
    WHO_MAY,
)
from tests.support.schema_client import SchemaClient

REFUSED: dict[str, dict[str, str]] = {
    ANYBODY: {},
    STAFF: {
        "stranger": "UNAUTHENTICATED",
        "customer": "FORBIDDEN",
        "manager of no cinema": "FORBIDDEN",
    },
    SIGNED_IN: {"stranger": "UNAUTHENTICATED"},
    MANAGERS: {
        "stranger": "UNAUTHENTICATED",
        "customer": "FORBIDDEN",
        "cashier": "FORBIDDEN",
        "usher": "FORBIDDEN",
        "manager of no cinema": "FORBIDDEN",
    },
}
REFUSED[NETWORK] = REFUSED[MANAGERS] | {"manager of a cinema": "FORBIDDEN"}
ADD_ACCOUNT = """
INSERT INTO accounts (email, name, role, works_locally)
VALUES (gen_random_uuid() || '@cinema.example', 'Rita', $1, $2) RETURNING id
"""
JOIN = "INSERT INTO memberships (account_id, cinema_id) VALUES ($1, first_cinema())"
ROWS = """
SELECT (SELECT count(*) FROM movies), (SELECT count(*) FROM rooms),
       (SELECT count(*) FROM cinemas),
       (SELECT count(*) FROM sessions), (SELECT count(*) FROM reservations)
"""
# Codes that a permitted caller may get for ids that do not exist.
OTHERWISE = {None, "NOT_FOUND", "BAD_USER_INPUT"}


@pytest.fixture
def full_client(client: SchemaClient, pool: Pool) -> SchemaClient:
    """With the services that other tests leave out."""
    accounts = AccountService(FakeAccounts(), FakePasswords(), FakeTokens())
    client.services = replace(
        client.services,
        accounts=accounts,
        addresses=AddressService(PostgresAddresses(pool)),
        profiles=ProfileService(PostgresProfiles(pool), FakePasswords()),
        devices=PostgresDevices(pool),
        passwords=PasswordService(
            PostgresPasswordChanges(pool), FakePasswords(), accounts
        ),
        queries=client.queries,
        identities=IdentityService(FakeIdentities(), FakeCodes(), accounts),
    )
    return client


@pytest.fixture
async def callers(pool: Pool, ana: UUID) -> dict[str, Viewer | None]:
    async def add(role: Role, *, local: bool, joins: bool = False) -> Viewer:
        account_id = await pool.fetchval(ADD_ACCOUNT, role, local)
        if joins:
            await pool.execute(JOIN, account_id)
        return Viewer(account_id, role)

    return {
        "stranger": None,
        "customer": Viewer(ana, Role.CUSTOMER),
        "cashier": await add(Role.CASHIER, local=True, joins=True),
        "usher": await add(Role.USHER, local=True, joins=True),
        "manager of no cinema": await add(Role.MANAGER, local=True),
        "manager of a cinema": await add(Role.MANAGER, local=True, joins=True),
        "manager of the network": await add(Role.MANAGER, local=False),
    }


async def code(client: SchemaClient, asked: str, who: Viewer | None) -> str | None:
    """The code of the only error; None without an error."""
    if asked.startswith("subscription"):
        results = await client.watch(asked, who, at_most=1)
        errors = results[0].errors if results else None
    else:
        errors = (await client.ask(asked, who)).errors
    if not errors:
        return None
    [error] = errors
    return str((error.extensions or {})["code"])


def test_every_field_has_a_row_and_every_row_a_field(client: SchemaClient) -> None:
    fields = root_fields(build_from_sdl(client.schema.as_str()))

    assert WHO_MAY.keys() == fields.keys()


@pytest.mark.parametrize("place", WHO_MAY)
async def test_only_permitted_callers_get_a_result(
    place: str, full_client: SchemaClient, callers: dict[str, Viewer | None], pool: Pool
) -> None:
    fields = root_fields(build_from_sdl(full_client.schema.as_str()))
    asked = operation(place, fields[place])

    for caller, who in callers.items():
        refusal = REFUSED[WHO_MAY[place]].get(caller)
        before = await pool.fetchrow(ROWS)
        answered = await code(full_client, asked, who)

        if refusal is None:
            assert answered in OTHERWISE, (caller, asked)
        else:
            assert answered == refusal, (caller, asked)
            # Where managers work is read from the database.
            assert full_client.statements == [] or caller.startswith("manager")
            assert await pool.fetchrow(ROWS) == before
