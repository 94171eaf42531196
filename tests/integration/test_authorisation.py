"""Permissions of every root field: each has a row here."""

from dataclasses import replace
from uuid import UUID, uuid4

import pytest
from graphql import build_schema as build_from_sdl

from domain.accounts import AccountService
from domain.identities import IdentityService
from domain.people import Role, Viewer
from persistence.postgres.pool import Pool
from tests.support.accounts import FakeAccounts, FakePasswords, FakeTokens
from tests.support.identities import FakeCodes, FakeIdentities
from tests.support.minimal_operations import operation, root_fields
from tests.support.schema_client import SchemaClient

ANYBODY, SIGNED_IN, MANAGERS = "anybody", "everyone signed in", "managers"

WHO_MAY = {
    "Query.viewer": ANYBODY,
    "Query.cinema": ANYBODY,
    "Query.cinemas": ANYBODY,
    "Query.instantsOf": ANYBODY,
    "Query.movie": ANYBODY,
    "Query.movies": ANYBODY,
    "Query.room": ANYBODY,
    "Query.rooms": ANYBODY,
    "Query.session": ANYBODY,
    "Query.sessions": ANYBODY,
    "Query.seatMap": ANYBODY,
    "Query.serverTime": ANYBODY,
    "Query.reservation": SIGNED_IN,
    "Query.reservations": SIGNED_IN,
    "Query.payment": SIGNED_IN,
    "Query.payments": SIGNED_IN,
    "Mutation.signUp": ANYBODY,
    "Mutation.signIn": ANYBODY,
    "Mutation.exchangeSignInCode": ANYBODY,
    "Mutation.refreshTokens": ANYBODY,
    "Mutation.signOut": ANYBODY,
    "Mutation.createMovie": MANAGERS,
    "Mutation.updateMovie": MANAGERS,
    "Mutation.archiveMovie": MANAGERS,
    "Mutation.createCinema": MANAGERS,
    "Mutation.updateCinema": MANAGERS,
    "Mutation.createRoom": MANAGERS,
    "Mutation.updateRoom": MANAGERS,
    "Mutation.removeRoom": MANAGERS,
    "Mutation.removeSession": MANAGERS,
    "Mutation.addSeats": MANAGERS,
    "Mutation.createSession": MANAGERS,
    "Mutation.updateSession": MANAGERS,
    "Mutation.reserveSeats": SIGNED_IN,
    "Mutation.cancelReservation": SIGNED_IN,
    "Mutation.approvePayment": SIGNED_IN,
    "Subscription.seatMap": ANYBODY,
    "Subscription.reservation": SIGNED_IN,
}
REFUSED: dict[str, dict[str, str | None]] = {
    ANYBODY: {"stranger": None, "customer": None, "manager": None},
    SIGNED_IN: {"stranger": "UNAUTHENTICATED", "customer": None, "manager": None},
    MANAGERS: {
        "stranger": "UNAUTHENTICATED",
        "customer": "FORBIDDEN",
        "manager": None,
    },
}
ROWS = """
SELECT (SELECT count(*) FROM movies), (SELECT count(*) FROM rooms),
       (SELECT count(*) FROM cinemas),
       (SELECT count(*) FROM sessions), (SELECT count(*) FROM reservations)
"""
# Codes that a permitted caller may get for ids that do not exist.
OTHERWISE = {None, "NOT_FOUND", "BAD_USER_INPUT"}


@pytest.fixture
def full_client(client: SchemaClient) -> SchemaClient:
    """With the services that other tests leave out."""
    accounts = AccountService(FakeAccounts(), FakePasswords(), FakeTokens())
    client.services = replace(
        client.services,
        accounts=accounts,
        identities=IdentityService(FakeIdentities(), FakeCodes(), accounts),
    )
    return client


@pytest.fixture
def callers(ana: UUID) -> dict[str, Viewer | None]:
    return {
        "stranger": None,
        "customer": Viewer(ana, Role.CUSTOMER),
        "manager": Viewer(uuid4(), Role.MANAGER),
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

    for caller, refusal in REFUSED[WHO_MAY[place]].items():
        before = await pool.fetchrow(ROWS)
        answered = await code(full_client, asked, callers[caller])

        if refusal is None:
            assert answered in OTHERWISE, (caller, asked)
        else:
            assert answered == refusal, (caller, asked)
            assert full_client.statements == []
            assert await pool.fetchrow(ROWS) == before
