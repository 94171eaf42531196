"""The queue of mails on real tables, without Kafka before it."""

from uuid import UUID

from domain.account import Account
from domain.profiles import ProfileChange
from mail.account_letters import AccountLetters
from mail.letters import Letters
from mail.notices import NoticesHandler
from mail.outlets import Outlet, SmtpOutlet, SmtpServer
from mail.payment_letters import PaymentLetters
from mail.recipients import MailBounds, Recipients
from mail.sale_letters import SaleLetters
from mail.sender import MailSender
from persistence.people.account_facts import AccountFacts
from persistence.people.accounts import PostgresAccounts
from persistence.people.notice_queue import NoticeQueue
from persistence.people.password_changes import PostgresPasswordChanges
from persistence.people.profiles import PostgresProfiles
from persistence.postgres.pool import Pool
from persistence.sales.purchases import Purchases
from realtime.cloud_event import CloudEvent
from tests.support.accounts import email_address
from tests.support.mail_server import MailServer
from tests.support.ticket_codes import TICKET_CODES

SENDER = "Cinema tickets <tickets@cinema.example>"
OUTBOX = """
SELECT id, type, created_at AS time, session_id, data FROM outbox
WHERE 'notices' = ANY(awaiting) ORDER BY position
"""


class Unbounded:
    async def allows(self, event_id: UUID, email: str) -> bool:
        return True


UNBOUNDED = Unbounded()
WAITING = "SELECT event_id FROM notices WHERE due_at IS NOT NULL ORDER BY event_id"
MAKE_DUE = """
UPDATE notices SET due_at = clock_timestamp() WHERE due_at > clock_timestamp()
"""


def smtp_outlet(server: MailServer) -> SmtpOutlet:
    return SmtpOutlet(SmtpServer.parse(server.url))


def mail_sender(
    pool: Pool,
    outlet: Outlet,
    pages_url: str | None = None,
    bounds: MailBounds = UNBOUNDED,
) -> MailSender:
    people, purchases = AccountFacts(pool), Purchases(pool)
    recipients = Recipients(people, bounds)
    letters = Letters(
        AccountLetters(people, bounds, pages_url),
        SaleLetters(recipients, purchases, TICKET_CODES, pages_url),
        PaymentLetters(recipients, purchases),
    )
    return MailSender(NoticeQueue(pool), letters, outlet, SENDER)


async def awaited(pool: Pool) -> list[CloudEvent]:
    """The events that wait for the consumer, as it gets them."""
    return [CloudEvent(**row) for row in await pool.fetch(OUTBOX)]


async def queue_mails(pool: Pool) -> list[CloudEvent]:
    """What the consumer does with the events that wait for it."""
    events = await awaited(pool)
    await NoticesHandler(NoticeQueue(pool), lambda: None).handle(events)
    return events


async def waiting(pool: Pool) -> list[UUID]:
    """The events of the mails that are not over."""
    rows = await pool.fetch(WAITING)
    return [row["event_id"] for row in rows]


async def results(pool: Pool) -> list[str | None]:
    rows = await pool.fetch("SELECT result FROM notices ORDER BY event_id")
    return [row["result"] for row in rows]


async def make_due(pool: Pool) -> None:
    """As if the time had passed, also that of a lease."""
    await pool.execute(MAKE_DUE)


async def send_mails(
    pool: Pool, outlet: Outlet, pages_url: str | None = None
) -> list[CloudEvent]:
    """Those of the events that wait; and of earlier ones, as if they were due."""
    events = await queue_mails(pool)
    await make_due(pool)
    while await mail_sender(pool, outlet, pages_url).send_due():
        pass
    return events


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
