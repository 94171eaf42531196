"""Somebody who buys, and what they are sent."""

from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from typing import Any
from uuid import UUID

from icalendar import Calendar

from persistence.postgres.pool import Pool
from tests.support.cinema import Cinema, Show
from tests.support.mail_server import MailServer
from tests.support.notices import send_mails, smtp_outlet

SPEAKS = "UPDATE accounts SET locale = $2 WHERE id = $1 RETURNING email"
AT = """
UPDATE sessions SET starts_at = $2::timestamptz,
    ends_at = $2::timestamptz + interval '2 hours'
WHERE id = $1
"""
ZONE = "UPDATE cinemas SET time_zone = 'America/Sao_Paulo', address = 'Rua A, 1'"
EVENING = (datetime.now(UTC) + timedelta(days=7)).replace(
    hour=23, minute=30, second=0, microsecond=0
)


class Buyer:
    """Ana, who buys, and what she is sent."""

    def __init__(self, pool: Pool, server: MailServer) -> None:
        self.pool = pool
        self.cinema = Cinema(pool)
        self._server = server
        self.id: UUID

    async def arrive(self, locale: str = "en") -> Show:
        """With a session in the evening, by the clock of the cinema."""
        [self.id] = await self.cinema.customers(1)
        self._email = await self.pool.fetchval(SPEAKS, self.id, locale)
        await self.pool.execute(ZONE)
        show = await self.cinema.open_session()
        await self.pool.execute(AT, show.session_id, EVENING)
        return show

    async def mails(self) -> list[EmailMessage]:
        """Those that she had not been sent before."""
        seen = len(self._server.mails)
        await send_mails(self.pool, smtp_outlet(self._server), "https://app.example")
        return self.received(seen)

    def received(self, seen: int = 0) -> list[EmailMessage]:
        return [mail for mail in self._server.mails[seen:] if mail["To"] == self._email]


def entry_of(mail: EmailMessage) -> tuple[str, Any]:
    """The method of the calendar file, and its only entry."""
    [part] = [each for each in mail.iter_attachments() if "calendar" in str(each)]
    calendar = Calendar.from_ical(part.get_content())
    assert isinstance(calendar, Calendar)
    [event] = calendar.events
    assert part.get_content_type() == "text/calendar"
    assert part.get_param("method") == calendar["method"]
    return str(calendar["method"]), event
