"""What several letters say of a session, and of money that goes back."""

from domain.attempts import RefundStatus
from domain.purchases import PurchaseRefund, Screening
from mail.formats import amount_text, moment_text
from resolvers.texts import localize


def session_facts(screening: Screening, locale: str) -> tuple[tuple[str, str], ...]:
    """Names and values of it."""
    cinema = ", ".join(filter(None, (screening.cinema, screening.address)))
    return (
        (localize("mail_start", locale), moment_text(screening.starts_at, locale)),
        (localize("mail_cinema", locale), cinema),
        (localize("mail_room", locale), screening.room),
    )


def money_back(refund: PurchaseRefund, locale: str) -> tuple[str, ...]:
    """How much of it goes back, and when; or nothing at all."""
    if not refund.amount.amount_minor:
        return ()
    amount = amount_text(refund.amount, locale)
    if refund.status is RefundStatus.FAILED:
        return (localize("mail_refund_failed", locale, amount=amount),)
    if refund.of_provider:
        return (localize("mail_refund_of_bank", locale, amount=amount),)
    return (localize("mail_refund_amount", locale, amount=amount),)
