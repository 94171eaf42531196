"""The consumer of mails on real tables, without Kafka between."""

from domain.account import Account
from domain.profiles import ProfileChange
from mail.letters import Letters
from mail.notices import NoticesHandler
from mail.outlets import Outlet, SmtpOutlet, SmtpServer
from persistence.people.accounts import PostgresAccounts
from persistence.people.notices import PostgresNotices
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from realtime.cloud_event import CloudEvent
from tests.support.accounts import email_address
from tests.support.mail_server import MailServer

SENDER = "Cinema tickets <tickets@cinema.example>"
OUTBOX = """
SELECT id, type, created_at AS time, session_id, data FROM outbox
WHERE 'notices' = ANY(awaiting) ORDER BY position
"""


def smtp_outlet(server: MailServer) -> SmtpOutlet:
    return SmtpOutlet(SmtpServer.parse(server.url))


def notices_handler(
    pool: Pool, outlet: Outlet | None, pages_url: str | None = None
) -> NoticesHandler:
    notices = PostgresNotices(pool)
    return NoticesHandler(notices, Letters(notices, pages_url), outlet, SENDER)


async def awaited(pool: Pool) -> list[CloudEvent]:
    """The events that wait for the consumer, as it gets them."""
    return [CloudEvent(**row) for row in await pool.fetch(OUTBOX)]


async def sign_up(
    pool: Pool, email: str = "ana@cinema.example", *, locale: str = "en"
) -> Account:
    """Commits the event of its first mail, too."""
    account = await PostgresAccounts(pool).add(
        email_address(email), "Ana", "hash", locale
    )
    assert account
    return account


async def cause_account_events(pool: Pool) -> None:
    """One of each type."""
    ana = await sign_up(pool)
    await PostgresPasswordChanges(pool).request_reset(email_address(ana.email))
    moved = ProfileChange(email=email_address("moved@cinema.example"))
    await PostgresProfiles(pool).change(ana.id, moved)
