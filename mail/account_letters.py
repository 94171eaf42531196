"""Mails about an account: codes, and what its owner has to know."""

from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from domain.account import Account
from domain.account_events import (
    AccountEvent,
    EmailChangeAnnounced,
    EmailChangeRequested,
    EmailVerificationRequested,
    PasswordResetRequested,
)
from domain.account_tokens import TOKEN_PERIODS, TokenPurpose
from domain.addresses import AddressChange
from mail.letter import Letter
from mail.recipients import MailBounds, People
from resolvers.texts import localize


class AccountFacts(People, Protocol):
    """What letters need to know, as it is now: an event may be some hours old."""

    async def address_change(self, account_id: UUID) -> AddressChange | None: ...

    async def holder_of(self, email: str) -> Account | None: ...

    async def new_token(
        self, event_id: UUID, account_id: UUID, purpose: TokenPurpose, email: str
    ) -> str | None: ...


@dataclass(frozen=True, slots=True)
class AccountLetters:
    facts: AccountFacts
    bounds: MailBounds
    pages_url: str | None = None  # of the client that has pages for these tokens

    async def write(self, event_id: UUID, event: AccountEvent) -> Letter | None:
        """None if nobody has to be sent anything, or not any more."""
        if event.account_id is None:
            return None
        account = await self.facts.account(event.account_id)
        if account is None:
            return None
        writers = {
            EmailVerificationRequested: self._verification,
            PasswordResetRequested: self._reset,
            EmailChangeRequested: self._new_address,
            EmailChangeAnnounced: self._old_address,
        }
        return await writers[type(event)](event_id, account)

    async def _verification(self, event_id: UUID, account: Account) -> Letter | None:
        if account.email_verified or not await self.bounds.allows(
            event_id, account.email
        ):
            return None
        token = await self.facts.new_token(
            event_id, account.id, TokenPurpose.VERIFY_EMAIL, account.email
        )
        if token is None:
            return None
        intro = localize("mail_verify_intro", account.locale)
        return self._to_verify(account.email, account.locale, intro, token)

    async def _reset(self, event_id: UUID, account: Account) -> Letter | None:
        purpose, locale = TokenPurpose.RESET_PASSWORD, account.locale
        token = await self.facts.new_token(event_id, account.id, purpose, account.email)
        if token is None:
            return None
        minutes = int(TOKEN_PERIODS[purpose].total_seconds() // 60)
        return Letter(
            to=account.email,
            locale=locale,
            subject=localize("mail_reset_subject", locale),
            paragraphs=(
                localize("mail_reset_intro", locale),
                localize("mail_reset_how", locale, minutes=minutes),
            ),
            link=self._link("reset-password", token),
            code=token,
        )

    async def _new_address(self, event_id: UUID, account: Account) -> Letter | None:
        """An address that another account has gets a mail, too, but no code."""
        change = await self.facts.address_change(account.id)
        if change is None or change.new_email == account.email:
            return None
        if not await self.bounds.allows(event_id, change.new_email):
            return None
        token = await self.facts.new_token(
            event_id, account.id, TokenPurpose.VERIFY_EMAIL, change.new_email
        )
        if token is None:
            return None
        holder = await self.facts.holder_of(change.new_email)
        if holder is not None:
            return Letter(
                to=holder.email,
                locale=holder.locale,
                subject=localize("mail_taken_subject", holder.locale),
                paragraphs=(localize("mail_taken_intro", holder.locale),),
            )
        intro = localize("mail_change_intro", account.locale)
        return self._to_verify(change.new_email, account.locale, intro, token)

    async def _old_address(self, _event_id: UUID, account: Account) -> Letter | None:
        """An address that nobody has proved may be a stranger's.

        It is not sent the new one, which may be a message.
        """
        change = await self.facts.address_change(account.id)
        if change is None:
            return None
        locale = account.locale
        return Letter(
            to=change.old_email,
            locale=locale,
            subject=localize("mail_leaving_subject", locale),
            paragraphs=(
                localize("mail_leaving_intro", locale, email=change.new_email)
                if account.email_verified
                else localize("mail_leaving_unproved", locale),
                localize("mail_leaving_how", locale),
            ),
        )

    def _to_verify(self, to: str, locale: str, intro: str, token: str) -> Letter:
        period = TOKEN_PERIODS[TokenPurpose.VERIFY_EMAIL]
        hours = int(period.total_seconds() // 3_600)
        return Letter(
            to=to,
            locale=locale,
            subject=localize("mail_verify_subject", locale),
            paragraphs=(intro, localize("mail_verify_how", locale, hours=hours)),
            link=self._link("verify-email", token),
            code=token,
        )

    def _link(self, page: str, token: str) -> str | None:
        """The token is in the fragment, which browsers send to no server."""
        return f"{self.pages_url}/{page}#token={token}" if self.pages_url else None
