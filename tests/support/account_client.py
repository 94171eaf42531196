"""A client of the services of accounts, and the mails that they cause."""

from dataclasses import replace
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from app.executable_schema import build_schema
from auth.tokens import TokenIssuer
from domain.accounts import AccountService
from domain.addresses import AddressService
from domain.password_changes import PasswordService
from domain.people import Role, Viewer
from domain.profiles import ProfileService
from loadtest.documents import SIGN_UP
from persistence.people.accounts import PostgresAccounts
from persistence.people.addresses import PostgresAddresses
from persistence.people.devices import PostgresDevices
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from tests.support.accounts import FakePasswords
from tests.support.engine import PLANS
from tests.support.mail_server import MailServer, code_in
from tests.support.notices import send_mails, smtp_outlet
from tests.support.schema_client import SchemaClient

PASSWORD = "correct-horse"


class Post:
    """The mails that the events of one database are."""

    def __init__(self, pool: Pool, server: MailServer) -> None:
        self._pool = pool
        self.server = server

    async def mails(self) -> int:
        await send_mails(self._pool, smtp_outlet(self.server))
        return len(self.server.mails)

    async def code(self) -> str:
        """Of the newest mail."""
        await self.mails()
        return code_in(self.server.mails[-1])


def client_of_accounts(
    engine: AsyncEngine, pool: Pool, tokens: TokenIssuer
) -> SchemaClient:
    client = SchemaClient(build_schema(plans=PLANS), engine, pool)
    passwords = FakePasswords()
    accounts = AccountService(PostgresAccounts(pool), passwords, tokens)
    changes = PostgresPasswordChanges(pool)
    client.services = replace(
        client.services,
        accounts=accounts,
        addresses=AddressService(PostgresAddresses(pool)),
        profiles=ProfileService(PostgresProfiles(pool), passwords),
        devices=PostgresDevices(pool),
        passwords=PasswordService(changes, passwords, accounts),
    )
    return client


async def signed_up(client: SchemaClient, name: str = "ana") -> Viewer:
    return (await sign_up(client, name))[0]


async def sign_up(client: SchemaClient, name: str = "ana") -> tuple[Viewer, str]:
    """With the refresh token."""
    email = f"{name}@cinema.example"
    answer = await client.mutate(
        SIGN_UP, None, email=email, password=PASSWORD, name="Ana"
    )
    viewer = Viewer(UUID(answer["viewer"]["id"]), Role.CUSTOMER)
    return viewer, answer["refreshToken"]
