"""Accounts: sign-up, sign-in, refresh and sign-out."""

import logging
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from uuid import UUID, uuid4

from domain.account import (
    ENGLISH,
    AccessTokenIssuer,
    Account,
    Accounts,
    Doubt,
    Login,
    PasswordHasher,
    SignedIn,
    Successor,
)
from domain.client_secrets import may_be_secret, new_secret, secret_hash
from domain.email_addresses import (
    MAX_EMAIL_LENGTH,
    EmailAddress,
    known_address,
    new_address,
)
from domain.errors import (
    EmailTakenError,
    InvalidCredentialsError,
    InvalidInputError,
    SignInAgainError,
    TooManyAtOnceError,
    raise_if_any,
)
from domain.names import MAX_NAME_LENGTH, is_name, name_as_stored
from domain.passwords import opaque_string, password_spellings, wrong_password
from domain.people import Viewer
from domain.sealed_successors import seal, unseal

logger = logging.getLogger(__name__)

NO_ADDRESS = EmailAddress("", None)
REFRESH_PERIOD = timedelta(days=30)
RACE_PERIOD = timedelta(seconds=10)


class AccountService:
    def __init__(
        self,
        accounts: Accounts,
        passwords: PasswordHasher,
        tokens: AccessTokenIssuer,
        race_period: timedelta = RACE_PERIOD,
    ) -> None:
        self._accounts = accounts
        self._passwords = passwords
        self._tokens = tokens
        self._race_period = race_period

    async def sign_up(
        self,
        email: str,
        password: str,
        name: str,
        network: str | None = None,
        *,
        locale: str = ENGLISH,
    ) -> SignedIn:
        """Raises InvalidInputError for all wrong fields, and EmailTakenError."""
        address, name = new_address(email) or NO_ADDRESS, name_as_stored(name)
        password = opaque_string(password)
        raise_if_any([*_wrong(address, password, name)])
        # Looked up first only because a hash is expensive; `add` decides.
        if await self._accounts.login(address):
            raise EmailTakenError
        password_hash = await self._passwords.hash(password)
        account = await self._accounts.add(address, name, password_hash, locale)
        if account is None:
            raise EmailTakenError
        try:
            return await self.issue_tokens(account, password_hash, network)
        except (
            InvalidCredentialsError
        ):  # its owner has linked it to a provider meanwhile
            raise EmailTakenError from None

    async def sign_in(
        self,
        email: str,
        password: str,
        network: str | None = None,
        *,
        doubt: Doubt = Doubt.NONE,
    ) -> SignedIn:
        """Raises InvalidCredentialsError. The time does not show what was wrong."""
        address = known_address(email)
        login = await self._accounts.login(address) if address else None
        spellings = password_spellings(password)
        fitting = await self._passwords.verify(
            spellings or ("",),
            login.password_hash if login else None,
            doubt=doubt,
        )
        if login is None or not fitting:
            raise InvalidCredentialsError
        try:
            signed_in = await self.issue_tokens(
                login.account, login.password_hash, network
            )
        except InvalidCredentialsError:
            if fitting == spellings[0]:
                raise
            return await self.sign_in(
                email, password, network
            )  # another sign-in has hashed it again
        if fitting != spellings[0]:
            await self._hash_again(login, spellings[0])
        return signed_in

    async def _hash_again(self, login: Login, password: str) -> None:
        """Replaces a hash of an older spelling by one of the spelling used now.

        Another sign-in may use the older hash at this moment. So the tokens are issued
        first, and the hash changes only if it is still the one that was compared.
        """
        with suppress(TooManyAtOnceError):  # the next sign-in does it
            new_hash = await self._passwords.hash(password)
            await self._accounts.replace_hash(
                login.account.id, login.password_hash, new_hash
            )

    async def knows_network(self, email: EmailAddress, network: str) -> bool:
        return await self._accounts.knows_network(email, network)

    async def holder_of(self, refresh_token: str) -> UUID | None:
        """The account of the token, also of a used one. None for an unknown token."""
        if not may_be_secret(refresh_token):
            return None
        return await self._accounts.holder_of(secret_hash(refresh_token))

    async def refresh(self, refresh_token: str, network: str | None = None) -> SignedIn:
        """Raises SignInAgainError for a token that is unknown, expired or used.

        If one network sends a token twice at once, these are two tabs: both get the
        same successor. Otherwise two clients have the token, and one of them may be a
        thief: the whole family ends.
        """
        if not may_be_secret(refresh_token):
            raise SignInAgainError
        token_hash = secret_hash(refresh_token)
        token = new_secret()
        sealed = seal(refresh_token, network, token) if network else None
        exchange = await self._accounts.exchange_refresh_token(
            token_hash, Successor(secret_hash(token), sealed, network), REFRESH_PERIOD
        )
        if exchange is not None:
            return self._signed_in(exchange.account, token, exchange.family_id)
        signed_in = await self._lost_race(refresh_token, network) if network else None
        if signed_in is None:
            family = await self._accounts.end_family(token_hash, only_if_used=True)
            if family is not None:
                logger.warning(
                    "a refresh token of account %s came twice: family %s has ended",
                    family.account_id,
                    family.id,
                )
            raise SignInAgainError
        return signed_in

    async def _lost_race(self, token: str, network: str) -> SignedIn | None:
        """The newest successor of a token that the same network used just now."""
        newest: SignedIn | None = None
        while use := await self._accounts.recent_use(
            secret_hash(token), self._race_period
        ):
            successor = unseal(token, network, use.sealed) if use.sealed else None
            if successor is None:
                return None
            newest = self._signed_in(use.account, successor, use.family_id)
            token = successor
        return newest

    async def sign_out(self, refresh_token: str) -> bool:
        """False if there was no such token."""
        return (
            may_be_secret(refresh_token)
            and await self._accounts.end_family(secret_hash(refresh_token)) is not None
        )

    async def find(self, account_id: UUID) -> Account | None:
        return await self._accounts.find(account_id)

    async def issue_tokens(
        self,
        account: Account,
        password_hash: str | None = None,
        network: str | None = None,
    ) -> SignedIn:
        """For a client whose identity was proved.

        `password_hash` is what a password proved: raises InvalidCredentialsError if the
        account has lost it in the meantime.
        """
        refresh_token, family_id = new_secret(), uuid4()
        if not await self._accounts.add_refresh_token(
            secret_hash(refresh_token),
            family_id,
            account.id,
            REFRESH_PERIOD,
            password_hash,
            network=network,
        ):
            raise InvalidCredentialsError
        return self._signed_in(account, refresh_token, family_id)

    def _signed_in(
        self, account: Account, refresh_token: str, family_id: UUID
    ) -> SignedIn:
        viewer = Viewer(account.id, account.role, family_id)
        access_token = self._tokens.issue(viewer)
        return SignedIn(
            access_token=access_token.text,
            refresh_token=refresh_token,
            expires_at=access_token.expires_at,
            account=account,
            family_id=family_id,
        )


def _wrong(
    address: EmailAddress, password: str, name: str
) -> Iterator[InvalidInputError]:
    if address is NO_ADDRESS:
        yield InvalidInputError("email", rule="email_syntax", longest=MAX_EMAIL_LENGTH)
    yield from wrong_password(password, address.text, name)
    if not is_name(name):
        yield InvalidInputError("name", rule="name_length", longest=MAX_NAME_LENGTH)
