"""The viewer and tokens; inputs and results of sign-up and sign-in."""

from datetime import datetime
from typing import Annotated, Self
from uuid import UUID

import strawberry

from domain import account as domain
from domain.accounts import REFRESH_PERIOD
from domain.names import MAX_NAME_LENGTH
from domain.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from schema.context import Info
from schema.costs import CINEMAS_OF_STAFF, DEVICES, cost
from schema.enums import Role
from schema.problems import EmailTaken, InvalidCredentials, InvalidInput
from schema.venues import Cinema


@strawberry.type(description="A sign-in that is still good, on some device.")
class Device:
    id: strawberry.ID = strawberry.field(description="For `endDevice`.")
    signed_in_at: datetime = strawberry.field(description="When it signed in.")
    last_used_at: datetime = strawberry.field(
        description="When it last got new tokens: about every 15 minutes of use."
    )
    name: str = strawberry.field(
        description="As its client calls itself (User-Agent), up to 200 characters;"
        " empty if it is not known."
    )
    current: bool = strawberry.field(
        description="Whether the access token of this request is its token."
    )


@strawberry.type(description="The signed-in person.")
class Viewer:
    key: strawberry.Private[UUID]
    family_id: strawberry.Private[UUID | None]
    id: strawberry.ID = strawberry.field(description="Stable identifier.")
    email: str = strawberry.field(description="E-mail address, in lower case.")
    name: str = strawberry.field(description="Display name.")
    role: Role = strawberry.field(description="Role of the account.")
    email_verified: bool = strawberry.field(
        description="Whether a code that was sent to the address came back, or an"
        " identity provider has verified it."
    )
    locale: str = strawberry.field(
        description="Language of the mails, such as pt-BR. At first that of the request"
        " that signed up."
    )

    @strawberry.field(
        description="Where they work, ordered by name: all cinemas for managers of the"
        " whole network, none for customers.",
        metadata=cost(items=CINEMAS_OF_STAFF),
    )
    async def cinemas(self, info: Info) -> list[Cinema]:
        cinemas = await info.context.loaders.workplaces(self.key)
        return [Cinema.from_domain(cinema) for cinema in cinemas]

    @strawberry.field(
        description="Where they are signed in. The one that was used last comes first.",
        metadata=cost(items=DEVICES),
    )
    async def devices(self, info: Info) -> list[Device]:
        devices = await info.context.devices.of_account(self.key)
        return [
            Device(
                id=strawberry.ID(str(each.family_id)),
                signed_in_at=each.signed_in_at,
                last_used_at=each.last_used_at,
                name=each.name,
                current=each.family_id == self.family_id,
            )
            for each in devices
        ]

    @classmethod
    def from_domain(cls, account: domain.Account, family_id: UUID | None) -> Self:
        return cls(
            key=account.id,
            family_id=family_id,
            id=strawberry.ID(str(account.id)),
            email=account.email,
            name=account.name,
            role=Role(account.role),
            email_verified=account.email_verified,
            locale=account.locale,
        )


@strawberry.type(description="Tokens of a signed-in person.")
class AuthTokens:
    access_token: str = strawberry.field(
        description="Send it with every request, as `Authorization: Bearer ...`."
    )
    refresh_token: str = strawberry.field(
        description=f"Exchange it for new tokens within {REFRESH_PERIOD.days}"
        " days. It works once, except for other tabs at that moment. Keep it"
        " secret."
    )
    expires_at: datetime = strawberry.field(
        description="When the access token expires."
    )
    viewer: Viewer = strawberry.field(description="The person who signed in.")

    @classmethod
    def from_domain(cls, signed_in: domain.SignedIn) -> Self:
        return cls(
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            expires_at=signed_in.expires_at,
            viewer=Viewer.from_domain(signed_in.account, signed_in.family_id),
        )


@strawberry.input(description="A new account.")
class SignUpInput:
    email: str = strawberry.field(
        description="E-mail address that no other account has, in any spelling."
        " Upper and lower case, and the two forms of an international domain,"
        " are the same."
    )
    password: str = strawberry.field(
        description=f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters of"
        " any kind. Common passwords, the e-mail address and the name"
        " are refused."
    )
    name: str = strawberry.field(
        description=f"Display name: 1 to {MAX_NAME_LENGTH} characters on one line."
    )


@strawberry.input(description="Credentials.")
class SignInInput:
    email: str = strawberry.field(
        description="E-mail address of the account, in any of its spellings."
    )
    password: str = strawberry.field(description="Password of the account.")


SignUpResult = Annotated[
    AuthTokens | EmailTaken | InvalidInput,
    strawberry.union(
        "SignUpResult",
        description="Tokens for the new account, or the reason why it was not created.",
    ),
]

SignInResult = Annotated[
    AuthTokens | InvalidCredentials,
    strawberry.union(
        "SignInResult",
        description="Tokens, or InvalidCredentials. It does not say whether the"
        " e-mail address or the password is wrong.",
    ),
]

RefreshTokensResult = Annotated[
    AuthTokens | InvalidCredentials,
    strawberry.union(
        "RefreshTokensResult",
        description="New tokens, or InvalidCredentials: then sign in again.",
    ),
]
