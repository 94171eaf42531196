"""People as clients see them, how they sign up and in, and the answers."""

from datetime import datetime
from typing import Annotated, Self

import strawberry

from domain import accounts as domain
from domain.names import MAX_NAME_LENGTH
from domain.passwords import MAX_PASSWORD_LENGTH, MIN_PASSWORD_LENGTH
from schema.enums import Role
from schema.problems import EmailTaken, InvalidCredentials, InvalidInput


@strawberry.type(description="The person who asks.")
class Viewer:
    id: strawberry.ID = strawberry.field(description="Never changes.")
    email: str = strawberry.field(description="In lower case, whatever was entered.")
    name: str = strawberry.field(description="As they want to be called.")
    role: Role = strawberry.field(description="What they may do.")

    @classmethod
    def from_domain(cls, account: domain.Account) -> Self:
        return cls(
            id=strawberry.ID(str(account.id)),
            email=account.email,
            name=account.name,
            role=Role(account.role),
        )


@strawberry.type(description="What shows, in later requests, who asks.")
class AuthTokens:
    access_token: str = strawberry.field(
        description="Goes into every request, as `Authorization: Bearer ...`."
    )
    refresh_token: str = strawberry.field(
        description="Exchange it for new tokens, once, within"
        f" {domain.REFRESH_PERIOD.days} days. Keep it secret."
    )
    expires_at: datetime = strawberry.field(
        description="From when on the access token is refused."
    )
    viewer: Viewer = strawberry.field(description="Who it stands for.")

    @classmethod
    def from_domain(cls, signed_in: domain.SignedIn) -> Self:
        return cls(
            access_token=signed_in.access_token,
            refresh_token=signed_in.refresh_token,
            expires_at=signed_in.expires_at,
            viewer=Viewer.from_domain(signed_in.account),
        )


@strawberry.input(description="A new account.")
class SignUpInput:
    email: str = strawberry.field(
        description="Nobody else's; upper and lower case are the same."
    )
    password: str = strawberry.field(
        description=f"{MIN_PASSWORD_LENGTH} to {MAX_PASSWORD_LENGTH} characters, any"
        " of them; not what everybody uses, nor the address or the name."
    )
    name: str = strawberry.field(
        description=f"1 to {MAX_NAME_LENGTH} characters on one line."
    )


@strawberry.input(description="Who wants in.")
class SignInInput:
    email: str = strawberry.field(description="The account's, cased as you like.")
    password: str = strawberry.field(description="The account's.")


SignUpResult = Annotated[
    AuthTokens | EmailTaken | InvalidInput,
    strawberry.union(
        "SignUpResult", description="Signed in at once; or why there is no account."
    ),
]

SignInResult = Annotated[
    AuthTokens | InvalidCredentials,
    strawberry.union(
        "SignInResult",
        description="Signed in; or not, without a word on which of the two is wrong.",
    ),
]

RefreshTokensResult = Annotated[
    AuthTokens | InvalidCredentials,
    strawberry.union(
        "RefreshTokensResult",
        description="Still signed in; or not, and then sign in again.",
    ),
]
