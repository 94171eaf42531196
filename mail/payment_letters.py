"""The mail about money that bought nothing, and goes back."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.events import PaymentSettled
from domain.purchases import UnsoldPayment
from mail.letter import Letter
from mail.recipients import Recipients
from mail.sale_facts import money_back, session_facts
from resolvers.texts import localize


class UnsoldPayments(Protocol):
    async def unsold(self, attempt_id: UUID) -> UnsoldPayment | None: ...


@dataclass(frozen=True, slots=True)
class PaymentLetters:
    recipients: Recipients
    payments: UnsoldPayments

    async def write(self, attempt_id: UUID, event: PaymentSettled) -> Letter | None:
        """None if nobody has to be sent anything, or not any more."""
        unsold = await self.payments.unsold(attempt_id)
        if unsold is None:
            return None
        to = await self.recipients.find(attempt_id, event.customer_id)
        if to is None:
            return None
        screening, locale = unsold.screening, to.locale
        return Letter(
            to=to.email,
            locale=locale,
            subject=localize("mail_refund_subject", locale, movie=screening.movie),
            paragraphs=(localize("mail_unsold_intro", locale),),
            facts=session_facts(screening, locale),
            more=money_back(unsold.refund, locale)
            if unsold.refund
            else (localize("mail_released", locale),),
            is_of_sale=True,
        )
