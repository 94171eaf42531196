"""What an access token may still do when its sign-in has ended."""

from typing import Any
from uuid import uuid4

import pytest

from auth.signing_keys import KeyRing
from auth.tokens import Authenticator
from domain.client_secrets import secret_hash
from domain.people import Viewer
from domain.profiles import ProfileChange
from loadtest.documents import SIGN_IN
from persistence.people.account_facts import AccountFacts
from persistence.people.addresses import PostgresAddresses
from persistence.people.identities import PostgresIdentities
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from tests.support.account_client import PASSWORD, Post, signed_up
from tests.support.accounts import email_address
from tests.support.api_examples import example
from tests.support.mail_server import MailServer, code_in
from tests.support.notices import send_mails, sign_up, smtp_outlet
from tests.support.schema_client import SchemaClient

REQUEST_RESET = """
mutation { requestPasswordReset(input: {email: "ana@cinema.example"}) { ok } }
"""
CHANGE_PASSWORD = """
mutation {
  changePassword(input: {current: "correct-horse", password: "battery-staple"}) {
    __typename
  }
}
"""
CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "updateViewer": (example("UpdateViewer"), {"input": {"email": "eva@b.example"}}),
    "verifyEmail": (example("VerifyEmail"), {"token": "x"}),
    "requestEmailVerification": ("mutation { requestEmailVerification { ok } }", {}),
    "eraseAccount": (example("EraseAccount"), {"password": PASSWORD}),
    "exportViewer": ("{ exportViewer }", {}),
    "endDevice": ('mutation { endDevice(input: {id: "x"}) { ok } }', {}),
    "changePassword": (CHANGE_PASSWORD, {}),
    # The ticket would be theirs for good.
    "transferTicket": (example("PassOn"), {"ticket": "x"}),
}


async def sign_in(client: SchemaClient, key_ring: KeyRing) -> Viewer:
    answer = await client.mutate(
        SIGN_IN, None, email="ana@cinema.example", password=PASSWORD
    )
    token = f"Bearer {answer['accessToken']}"
    viewer = Authenticator(key_ring).viewer(token)
    assert viewer
    return viewer


async def reset_password(client: SchemaClient, post: Post) -> None:
    await client.data(REQUEST_RESET)
    answer = await client.data(
        example("ResetPassword"), token=await post.code(), password="battery-staple"
    )
    assert answer["resetPassword"]["__typename"] == "AuthTokens"


async def codes(client: SchemaClient, who: Viewer, call: str) -> list[Any]:
    document, variables = CALLS[call]
    answer = await client.ask(document, who, **variables)
    return [(each.extensions or {}).get("code") for each in answer.errors or ()]


@pytest.mark.parametrize("call", sorted(CALLS))
async def test_a_thief_does_nothing_to_an_account_after_a_new_password(
    account_client: SchemaClient, post: Post, key_ring: KeyRing, call: str
) -> None:
    """Their access token is valid for some minutes, enough to take the account."""
    await signed_up(account_client)
    thief = await sign_in(account_client, key_ring)
    assert await codes(account_client, thief, "requestEmailVerification") == []
    await reset_password(account_client, post)

    assert await codes(account_client, thief, call) == ["UNAUTHENTICATED"]


async def test_a_device_that_has_ended_ends_no_other(
    account_client: SchemaClient, key_ring: KeyRing
) -> None:
    await signed_up(account_client)
    thief = await sign_in(account_client, key_ring)
    owner = await sign_in(account_client, key_ring)
    end = "mutation ($id: ID!) { endDevice(input: {id: $id}) { ok } }"
    await account_client.ask(end, owner, id=str(thief.family_id))

    refused = await account_client.ask(end, thief, id=str(owner.family_id))

    assert refused.errors
    assert await codes(account_client, owner, "exportViewer") == []


async def test_changes_of_a_stranger_end_when_the_owner_takes_the_account_over(
    scratch_pool: Pool, mail_server: MailServer
) -> None:
    """Else the stranger's address becomes that of the owner's account."""
    account = await sign_up(scratch_pool)
    evil = ProfileChange(email=email_address("evil@b.example"))
    await PostgresProfiles(scratch_pool).change(account.id, evil)
    await send_mails(scratch_pool, smtp_outlet(mail_server))
    [mail] = [each for each in mail_server.mails if each["To"] == "evil@b.example"]

    identities = PostgresIdentities(scratch_pool)
    ana = await identities.link(
        "https://id.example", uuid4().hex, email_address(account.email), "Ana"
    )

    assert ana.id == account.id
    addresses = PostgresAddresses(scratch_pool)
    assert await addresses.verify(ana.id, secret_hash(code_in(mail))) is None
    assert await AccountFacts(scratch_pool).address_change(ana.id) is None
