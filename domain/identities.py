"""Sign-in through an identity provider, and the codes that end it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol
from uuid import UUID

from domain.account import ENGLISH, Account, SignedIn
from domain.accounts import AccountService
from domain.client_secrets import may_be_secret, new_secret, secret_hash
from domain.email_addresses import EmailAddress, known_address, new_address
from domain.errors import SignInAgainError
from domain.names import MAX_NAME_LENGTH, is_name, name_as_stored
from domain.text import without_invisible

CODE_PERIOD = timedelta(seconds=60)


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """A person as a provider knows them: issuer and subject together are unique."""

    issuer: str
    subject: str
    verified_email: str | None  # only if the provider has verified it
    name: str | None


class UnverifiedEmailError(Exception):
    """The address of a new identity is not verified; nothing was changed."""


class Identities(Protocol):
    async def account(self, issuer: str, subject: str) -> Account | None:
        """The account that the identity is linked to."""

    async def link(
        self,
        issuer: str,
        subject: str,
        email: EmailAddress,
        name: str,
        *,
        locale: str = ENGLISH,
    ) -> Account:
        """Link the identity to the account with this address, or to a new account.

        The address must be verified. If the account's address was not verified before,
        its password and tokens are removed: a stranger may have opened it. The locale
        is for such an account, and for a new one.
        """


class SignInCodes(Protocol):
    async def keep(
        self, code_hash: bytes, account_id: UUID, period: timedelta
    ) -> None: ...

    async def take(self, code_hash: bytes) -> UUID | None:
        """The code's account, once; None if the code is expired or was taken."""


class IdentityService:
    def __init__(
        self, identities: Identities, codes: SignInCodes, accounts: AccountService
    ) -> None:
        self._identities = identities
        self._codes = codes
        self._accounts = accounts

    async def sign_in_code_for(self, identity: Identity, locale: str = ENGLISH) -> str:
        """A code for `exchange`; raises UnverifiedEmailError.

        A new account has mails in this locale, that of the browser.
        A known identity signs in to its account, even if its address has changed.
        """
        account = await self._identities.account(identity.issuer, identity.subject)
        if account is None:
            email = identity.verified_email or ""
            # A provider may verify an address of an intranet, where nobody can sign up.
            address = new_address(email) or known_address(email)
            if address is None:
                raise UnverifiedEmailError
            account = await self._identities.link(
                identity.issuer,
                identity.subject,
                address,
                _name(identity, address.text),
                locale=locale,
            )
        code = new_secret()
        await self._codes.keep(secret_hash(code), account.id, CODE_PERIOD)
        return code

    async def exchange(self, code: str, network: str | None = None) -> SignedIn:
        """Raises SignInAgainError for a code that is unknown, expired or used."""
        if not may_be_secret(code):
            raise SignInAgainError
        account_id = await self._codes.take(secret_hash(code))
        account = await self._accounts.find(account_id) if account_id else None
        if account is None:
            raise SignInAgainError
        return await self._accounts.issue_tokens(account, network=network)


def _name(identity: Identity, address: str) -> str:
    """The name of the provider if it is valid, else a part of the address.

    An address always has a visible character. It may have more marks than a name may.
    """
    given = name_as_stored((identity.name or "").strip()[: 2 * MAX_NAME_LENGTH])
    names = (given, address.partition("@")[0], address, without_invisible(address))
    shortened = (name[:MAX_NAME_LENGTH].strip() for name in names)
    return next(filter(is_name, shortened))
