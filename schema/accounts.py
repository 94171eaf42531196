"""Inputs and results of what people do with their own account."""

from typing import Annotated

import strawberry

from schema.people import AuthTokens, Viewer
from schema.problems import InvalidCredentials, InvalidInput, TokenInvalid


@strawberry.type(description="It is done, or will be done soon.")
class Done:
    ok: bool = strawberry.field(default=True, description="Always true.")


@strawberry.input(description="The code of a mail.")
class VerifyEmailInput:
    token: str = strawberry.field(description="The code, as the mail has it.")


@strawberry.input(description="Whose password is forgotten.")
class RequestPasswordResetInput:
    email: str = strawberry.field(
        description="E-mail address of the account, in any of its spellings."
    )


@strawberry.input(description="The code of a mail, and a new password.")
class ResetPasswordInput:
    token: str = strawberry.field(description="The code, as the mail has it.")
    password: str = strawberry.field(
        description="The new password, by the rules of `signUp`."
    )


@strawberry.input(description="The present password, and a new one.")
class ChangePasswordInput:
    current: str = strawberry.field(description="The present password.")
    password: str = strawberry.field(
        description="The new password, by the rules of `signUp`."
    )


ResetPasswordResult = Annotated[
    AuthTokens | TokenInvalid | InvalidInput,
    strawberry.union(
        "ResetPasswordResult",
        description="Tokens of a new sign-in, or the reason why nothing was changed."
        " InvalidInput leaves the code valid.",
    ),
]

ChangePasswordResult = Annotated[
    AuthTokens | InvalidCredentials | InvalidInput,
    strawberry.union(
        "ChangePasswordResult",
        description="Tokens of a new sign-in, or the reason why nothing was changed.",
    ),
]

VerifyEmailResult = Annotated[
    Viewer | TokenInvalid,
    strawberry.union(
        "VerifyEmailResult",
        description="The viewer with the verified address, or TokenInvalid.",
    ),
]
