"""What our tables and the mail server say at the end of a run, as plain values."""

from dataclasses import dataclass, field

from pydantic import TypeAdapter

from persistence.postgres.pool import Pool
from tests.support.mail_server import MailServer

WAITING = """
SELECT id::text FROM outbox WHERE 'notices' = ANY(awaiting)
UNION ALL SELECT event_id::text FROM notices WHERE due_at IS NOT NULL
"""
SENT = "SELECT event_id::text FROM notices WHERE sent_at IS NOT NULL"
ADDRESSES = "SELECT email FROM accounts"


@dataclass(slots=True, kw_only=True)
class MailCopy:
    """A mail that the server has taken."""

    event: str  # of its Message-ID
    to: str


@dataclass(slots=True, kw_only=True)
class MailEvidence:
    signed_up: list[str]  # addresses of people who had an answer
    mails: list[MailCopy]
    accounts: list[str] = field(default_factory=list)  # addresses
    waiting: list[str] = field(default_factory=list)  # events without a mail
    sent: list[str] = field(default_factory=list)  # events with one


AS_JSON = TypeAdapter(MailEvidence)


async def collect(pool: Pool, server: MailServer, signed_up: list[str]) -> MailEvidence:
    async def texts(query: str) -> list[str]:
        return [row[0] for row in await pool.fetch(query)]

    return MailEvidence(
        signed_up=signed_up,
        mails=[
            MailCopy(
                event=mail["Message-ID"].strip("<>").partition("@")[0], to=mail["To"]
            )
            for mail in server.mails
        ],
        accounts=await texts(ADDRESSES),
        waiting=await texts(WAITING),
        sent=await texts(SENT),
    )
