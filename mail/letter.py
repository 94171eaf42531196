"""A letter, and the mail that it becomes: HTML and text, from two templates."""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, parseaddr
from uuid import UUID

import idna
from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from mail.calendar_file import CalendarEntry
from resolvers.texts import localize

TEMPLATES = Environment(
    loader=PackageLoader("mail"),
    autoescape=select_autoescape(enabled_extensions=("html.j2",), default=False),
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TicketLine:
    seat: str
    type_name: str
    price: str
    qr_png: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """What one person is sent, in their language.

    It never has the name of an account: anybody may enter a stranger's address and
    write a message to them into the name.
    """

    to: str
    locale: str
    subject: str
    paragraphs: tuple[str, ...]
    facts: tuple[tuple[str, str], ...] = ()  # names and values
    tickets: tuple[TicketLine, ...] = ()
    more: tuple[str, ...] = ()
    code: str | None = None  # the token, to be copied
    link: str | None = None
    is_of_sale: bool = False
    calendar: CalendarEntry | None = None

    def message(self, event_id: UUID, sender: str) -> EmailMessage:
        """Equal for each attempt: its Message-ID is that of the event."""
        local, _, host = self.to.rpartition("@")
        policy = SMTP if local.isascii() else SMTPUTF8
        message = EmailMessage(policy=policy)
        message["From"] = sender
        message["To"] = Address(username=local, domain=_ascii(host))
        message["Subject"] = " ".join(self.subject.split())
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = f"<{event_id}@{_ascii(_host_of(sender))}>"
        message["Auto-Submitted"] = "auto-generated"
        message.set_content(self._rendered("letter.txt.j2"))
        message.add_alternative(self._rendered("letter.html.j2"), subtype="html")
        self._add_codes(message)
        if self.calendar:
            message.add_attachment(
                self.calendar.file(parseaddr(sender)[1]),
                maintype="text",
                subtype="calendar",
                filename="session.ics",
                params={"method": self.calendar.method, "charset": "utf-8"},
            )
        # At the end: a header about the content moves on into a part that is added.
        message["Content-Language"] = self.locale
        return message

    def _add_codes(self, message: EmailMessage) -> None:
        html = message.get_body(("html",))
        for number, ticket in enumerate(self.tickets, start=1):
            if html and ticket.qr_png:
                html.add_related(
                    ticket.qr_png,
                    maintype="image",
                    subtype="png",
                    cid=f"<ticket{number}>",
                    disposition="inline",
                    filename=f"ticket{number}.png",
                )

    def _rendered(self, template: str) -> str:
        facts = {
            "letter": self,
            "before_link": localize("mail_tickets_link", self.locale)
            if self.is_of_sale
            else localize("mail_link", self.locale),
            "footer": localize("mail_bought", self.locale)
            if self.is_of_sale
            else localize("mail_ignore", self.locale),
        }
        return TEMPLATES.get_template(template).render(facts)


def _host_of(sender: str) -> str:
    return parseaddr(sender)[1].rpartition("@")[2] or "localhost"


def _ascii(host: str) -> str:
    """As name servers know it. Older addresses may have a host that is not valid."""
    try:
        return idna.encode(host, uts46=True).decode()
    except idna.IDNAError:
        return host
