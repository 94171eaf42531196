"""Tokens of mails: who has one reads the mail of an address."""

from datetime import timedelta
from enum import StrEnum
from typing import Final

from domain.errors import DomainError


class TokenPurpose(StrEnum):
    VERIFY_EMAIL = "VERIFY_EMAIL"
    RESET_PASSWORD = "RESET_PASSWORD"  # noqa: S105 # not a password


TOKEN_PERIODS: Final = {
    TokenPurpose.VERIFY_EMAIL: timedelta(hours=24),
    TokenPurpose.RESET_PASSWORD: timedelta(minutes=30),
}
# Of one account and purpose, not expired and not used. Who has so many in the mailbox
# is sent no more: strangers cannot fill it.
MAX_OPEN_TOKENS: Final = 5


class TokenInvalidError(DomainError):
    """The token of a mail is unknown, used or expired, or another account's."""

    code = "TOKEN_INVALID"
