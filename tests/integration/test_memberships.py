"""Managers change what belongs to their cinemas, and nothing else."""

from dataclasses import replace
from typing import Any
from uuid import UUID, uuid4

import pytest
from graphql import FieldNode, OperationDefinitionNode, parse

from domain.accounts import AccountService
from domain.people import Role
from persistence.people.accounts import PostgresAccounts
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords, FakeTokens
from tests.support.cinema import Cinema
from tests.support.permissions import MANAGERS, NETWORK, WHO_MAY
from tests.support.schema_client import SchemaClient
from tests.support.staff import Site, Staff, of_cinema, of_network
from tests.support.venue_documents import (
    CREATE_ROOM,
    REMOVE_ROOM,
    REMOVE_SESSION,
    UPDATE_CINEMA,
    UPDATE_ROOM,
    UPDATE_SESSION,
)

UNKNOWN = str(UUID(int=7))
PRICE = {"amountMinor": 2500, "currency": "BRL"}
ROWS = [{"row": "A", "seats": 2}]
CINEMAS = "{ viewer { role cinemas { id name rooms { id } } } }"


@pytest.fixture
def staff(pool: Pool, cinema: Cinema) -> Staff:
    return Staff(pool, cinema)


@pytest.fixture
def client(client: SchemaClient) -> SchemaClient:
    """Memberships are those of the database."""
    client.services = replace(client.services, queries=client.queries)
    return client


async def state(pool: Pool, site: Site) -> list[Any]:
    return [
        await pool.fetch("SELECT * FROM cinemas ORDER BY id"),
        await pool.fetch("SELECT * FROM rooms WHERE cinema_id = $1", UUID(site.cinema)),
        await pool.fetch("SELECT * FROM movies WHERE id = $1", UUID(site.movie)),
        await pool.fetch(
            "SELECT * FROM sessions WHERE room_id = $1", UUID(site.room_of_session)
        ),
        await pool.fetchval(
            "SELECT count(*) FROM seats WHERE room_id = $1", UUID(site.room)
        ),
    ]


async def test_managers_change_what_belongs_to_their_cinema(
    client: SchemaClient, staff: Staff
) -> None:
    site = await staff.site()
    local = await staff.add(Role.MANAGER, await staff.site(), site)

    for mutation, entered in of_cinema(site):
        answered = await client.mutate(mutation, local, **entered)
        assert "code" not in answered, answered


async def test_a_manager_of_the_network_changes_everything(
    client: SchemaClient, staff: Staff
) -> None:
    site = await staff.site()
    network = await staff.add(Role.MANAGER, local=False)

    for mutation, entered in (*of_network(site), *of_cinema(await staff.site())):
        answered = await client.mutate(mutation, network, **entered)
        assert "code" not in answered, answered


CALLERS: dict[str, tuple[Role, bool, Role]] = {
    "manager of another cinema": (Role.MANAGER, True, Role.MANAGER),
    "cashier of the cinema": (Role.CASHIER, False, Role.CASHIER),
    "usher of the cinema": (Role.USHER, False, Role.USHER),
    "cashier with an older token": (Role.CASHIER, False, Role.MANAGER),
    "customer with an older token": (Role.CUSTOMER, False, Role.MANAGER),
}


@pytest.mark.parametrize("caller", CALLERS)
async def test_nobody_else_changes_a_cinema(
    client: SchemaClient, staff: Staff, pool: Pool, caller: str
) -> None:
    site = await staff.site()
    role, elsewhere, token = CALLERS[caller]
    works_in = await staff.site() if elsewhere else site
    who = await staff.add(role, works_in, token=token)
    before = await state(pool, site)

    for mutation, entered in (*of_cinema(site), *of_network(site)):
        assert await client.code(mutation, who, input=entered) == "FORBIDDEN", mutation

    assert await state(pool, site) == before


@pytest.mark.parametrize("local", [True, False])
async def test_a_token_of_a_deleted_account_changes_nothing(
    client: SchemaClient, staff: Staff, pool: Pool, local: bool
) -> None:
    site = await staff.site()
    gone = await staff.add(Role.MANAGER, *([site] if local else []), local=local)
    await pool.execute("DELETE FROM accounts WHERE id = $1", gone.id)

    for mutation, entered in (*of_cinema(site), *of_network(site)):
        assert await client.code(mutation, gone, input=entered) == "FORBIDDEN"


async def test_a_manager_without_a_cinema_changes_nothing(
    client: SchemaClient, staff: Staff
) -> None:
    site = await staff.site()
    nowhere = await staff.add(Role.MANAGER)

    for mutation, entered in (*of_cinema(site), *of_network(site)):
        assert await client.code(mutation, nowhere, input=entered) == "FORBIDDEN"


async def test_what_does_not_exist_is_not_found_by_a_local_manager(
    client: SchemaClient, staff: Staff
) -> None:
    local = await staff.add(Role.MANAGER, await staff.site())
    for unknown in ("x", UNKNOWN):
        for mutation in (
            UPDATE_CINEMA,
            UPDATE_ROOM,
            UPDATE_SESSION,
            REMOVE_ROOM,
            REMOVE_SESSION,
        ):
            answered = await client.mutate(mutation, local, id=unknown)
            assert answered["__typename"] == "NotFound", mutation


async def test_a_room_without_a_cinema_goes_to_the_managers_oldest(
    client: SchemaClient, staff: Staff
) -> None:
    older, newer = await staff.site(), await staff.site()
    local = await staff.add(Role.MANAGER, newer, older)

    room = await client.mutate(CREATE_ROOM, local, name="Sala 1", rows=ROWS)

    assert room["cinema"] == {"id": older.cinema}


async def test_a_viewer_sees_where_they_work(
    client: SchemaClient, staff: Staff, pool: Pool
) -> None:
    accounts = AccountService(PostgresAccounts(pool), FakePasswords(), FakeTokens())
    client.services = replace(client.services, accounts=accounts)
    mark = uuid4().hex
    second, first = await staff.site(f"{mark} b"), await staff.site(f"{mark} a")
    usher = await staff.add(Role.USHER, second, first)
    network = await staff.add(Role.MANAGER, local=False)
    retired = await staff.add(Role.CUSTOMER, first)
    shown = [
        (await client.data(CINEMAS, who))["viewer"] for who in (usher, network, retired)
    ]
    every = await pool.fetchval("SELECT count(*) FROM cinemas")

    names = [cinema["name"] for cinema in shown[0]["cinemas"]]
    assert (shown[0]["role"], names) == ("USHER", [f"{mark} a", f"{mark} b"])
    assert len(shown[0]["cinemas"][0]["rooms"]) == 2
    assert len(shown[1]["cinemas"]) == every
    assert shown[2] == {"role": "CUSTOMER", "cinemas": []}


def test_every_mutation_for_managers_has_a_row() -> None:
    site = Site(cinema="", room="", movie="", session="", room_of_session="", seats=[])
    rows = {
        kind: {f"Mutation.{name_of(mutation)}" for mutation, _ in listed(site)}
        for kind, listed in ((MANAGERS, of_cinema), (NETWORK, of_network))
    }

    for kind, named in rows.items():
        assert named == {field for field, who in WHO_MAY.items() if who == kind}


def name_of(mutation: str) -> str:
    """Of the only field of the document."""
    [operation] = parse(mutation).definitions
    assert isinstance(operation, OperationDefinitionNode)
    [field] = operation.selection_set.selections
    assert isinstance(field, FieldNode)
    return field.name.value
