"""Mails about what was bought: tickets, a session that moved or is cancelled, refunds.

They say how things are now. An event may be some hours old.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Protocol
from uuid import UUID

from domain.account import Account
from domain.events import (
    ReservationConfirmed,
    ReservationEvent,
    ReservationMoved,
    TicketsRefunded,
)
from domain.money import Money
from domain.purchases import Purchase, PurchasedTicket
from domain.reservation import ReservationStatus
from domain.ticket_codes import TicketCodes
from mail.calendar_file import CalendarEntry
from mail.formats import amount_text
from mail.letter import Letter, TicketLine
from mail.pacing import paced
from mail.qr_codes import qr_png
from mail.recipients import Recipients
from mail.sale_facts import money_back, session_facts
from resolvers.texts import localize


class Purchases(Protocol):
    async def purchase(self, reservation_id: UUID) -> Purchase | None: ...


@dataclass(frozen=True, slots=True)
class SaleLetters:
    recipients: Recipients
    purchases: Purchases
    codes: TicketCodes
    pages_url: str | None = None  # of the client that has a page for tickets

    async def other_holders(self, event: ReservationEvent) -> list[UUID]:
        """Those of all its tickets. Some may have nothing to do with the event."""
        if isinstance(event, ReservationConfirmed):
            return []
        purchase = await self.purchases.purchase(event.reservation_id)
        tickets = purchase.tickets if purchase else ()
        return sorted({ticket.holder_id for ticket in tickets if ticket.holder_id})

    async def write(
        self, event_id: UUID, event: ReservationEvent, holder_id: UUID | None = None
    ) -> Letter | None:
        """None if nobody has to be sent anything, or not any more."""
        purchase = await self.purchases.purchase(event.reservation_id)
        if purchase is None:
            return None
        to = holder_id or event.reservation.customer_id
        account = await self.recipients.find(event_id, to)
        if account is None:
            return None
        tickets = [
            ticket
            for ticket in purchase.tickets
            if ticket.is_open and ticket.holder_id == holder_id
        ]
        is_on = tickets and not purchase.screening.is_over
        match event:
            case ReservationConfirmed() if is_on:
                return await self._tickets(account, purchase, tickets)
            case ReservationMoved() if is_on and _was_sold(event):
                return self._moved(account, purchase, tickets)
            case TicketsRefunded():
                return self._refund(
                    account, purchase, event, holder_id, is_all=not tickets
                )
        return None

    async def _tickets(
        self, to: Account, purchase: Purchase, tickets: Sequence[PurchasedTicket]
    ) -> Letter:
        movie, locale = purchase.screening.movie, to.locale
        total = sum(ticket.price.amount_minor for ticket in tickets)
        currency = tickets[0].price.currency
        return Letter(
            to=to.email,
            locale=locale,
            subject=localize("mail_tickets_subject", locale, movie=movie),
            paragraphs=(localize("mail_door", locale),),
            facts=(
                *session_facts(purchase.screening, locale),
                (
                    localize("mail_total", locale),
                    amount_text(Money(total, currency), locale),
                ),
            ),
            tickets=await self._with_codes(tickets, locale),
            link=self._link(),
            is_of_sale=True,
            calendar=_entry(purchase, tickets),
        )

    async def _with_codes(
        self, tickets: Sequence[PurchasedTicket], locale: str
    ) -> tuple[TicketLine, ...]:
        lines = []
        for ticket in tickets:
            async with paced():
                code = self.codes.code(ticket.id, ticket.generation)
                lines.append(replace(_line(ticket, locale), qr_png=qr_png(code)))
        return tuple(lines)

    def _moved(
        self, to: Account, purchase: Purchase, tickets: Sequence[PurchasedTicket]
    ) -> Letter:
        movie, locale = purchase.screening.movie, to.locale
        return Letter(
            to=to.email,
            locale=locale,
            subject=localize("mail_moved_subject", locale, movie=movie),
            paragraphs=(localize("mail_moved_intro", locale),),
            facts=session_facts(purchase.screening, locale),
            tickets=_lines(tickets, locale),
            # After a transfer only managers give tickets back.
            more=(localize("mail_moved_refund", locale),)
            if tickets[0].holder_id is None
            else (),
            link=self._link(),
            is_of_sale=True,
            calendar=_entry(purchase, tickets),
        )

    def _refund(
        self,
        to: Account,
        purchase: Purchase,
        event: TicketsRefunded,
        holder_id: UUID | None,
        *,
        is_all: bool,
    ) -> Letter | None:
        """The money goes to who bought the tickets, also those that others have."""
        seats = {seat.id for seat in event.reservation.seats}
        given_back = [
            ticket
            for ticket in purchase.tickets
            if ticket.refund_id
            and ticket.session_seat_id in seats
            and holder_id in {None, ticket.holder_id}
        ]
        if not given_back:
            return None
        [refund] = [
            refund
            for refund in purchase.refunds
            if refund.id == given_back[0].refund_id
        ]
        screening, locale = purchase.screening, to.locale
        subject = localize("mail_refund_subject", locale, movie=screening.movie)
        why = [localize("mail_refund_intro", locale)]
        if screening.cancelled_at and refund.reason == screening.cancel_reason:
            subject = localize("mail_cancelled_subject", locale, movie=screening.movie)
            why = [localize("mail_cancelled_intro", locale)]
            why.append(localize("mail_cancelled_reason", locale, reason=refund.reason))
        return Letter(
            to=to.email,
            locale=locale,
            subject=subject,
            paragraphs=tuple(why),
            facts=session_facts(screening, locale),
            tickets=_lines(given_back, locale),
            more=() if holder_id else money_back(refund, locale),
            is_of_sale=True,
            calendar=_entry(purchase, given_back, is_over=True) if is_all else None,
        )

    def _link(self) -> str | None:
        return f"{self.pages_url}/tickets" if self.pages_url else None


def _was_sold(event: ReservationMoved) -> bool:
    """Who bought it later has seen the new start."""
    return event.reservation.status is ReservationStatus.CONFIRMED


def _line(ticket: PurchasedTicket, locale: str) -> TicketLine:
    return TicketLine(
        seat=localize("mail_seat", locale, seat=ticket.seat),
        type_name=ticket.type_name,
        price=amount_text(ticket.price, locale),
    )


def _lines(tickets: Sequence[PurchasedTicket], locale: str) -> tuple[TicketLine, ...]:
    return tuple(_line(ticket, locale) for ticket in tickets)


def _entry(
    purchase: Purchase, tickets: Sequence[PurchasedTicket], *, is_over: bool = False
) -> CalendarEntry:
    return CalendarEntry(
        reservation_id=purchase.reservation_id,
        screening=purchase.screening,
        seats=[ticket.seat for ticket in tickets],
        is_over=is_over,
    )
