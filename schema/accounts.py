"""Inputs and results of what people do with their own account."""

from typing import Annotated

import strawberry
from strawberry import UNSET

from domain.account import LOCALES
from domain.names import MAX_NAME_LENGTH
from schema.people import AuthTokens, Viewer
from schema.problems import InUse, InvalidCredentials, InvalidInput, TokenInvalid


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


@strawberry.input(description="A device of the viewer.")
class EndDeviceInput:
    id: strawberry.ID = strawberry.field(description="Its id in `viewer.devices`.")


@strawberry.input(description="What to change of the account. The rest stays.")
class UpdateViewerInput:
    name: str | None = strawberry.field(
        default=UNSET,
        description=f"New name: 1 to {MAX_NAME_LENGTH} characters on one line. Null is"
        " refused.",
    )
    email: str | None = strawberry.field(
        default=UNSET,
        description="New address. It counts once `verifyEmail` has the code that is"
        " sent to it. Null is refused.",
    )
    locale: str | None = strawberry.field(
        default=UNSET,
        description=f"New language of the mails: {', '.join(LOCALES)}. Null is"
        " refused.",
    )


@strawberry.input(description="What it takes to erase the account.")
class EraseAccountInput:
    password: str | None = strawberry.field(
        default=None,
        description="The password. An account without one needs none.",
    )
    give_up_tickets: bool = strawberry.field(
        default=False, description="Although tickets are still to be used."
    )


UpdateViewerResult = Annotated[
    Viewer | InvalidInput,
    strawberry.union(
        "UpdateViewerResult",
        description="The viewer, with the address that counts now, or InvalidInput."
        " It does not say whether another account has the new address.",
    ),
]

EraseAccountResult = Annotated[
    Done | InvalidCredentials | InUse,
    strawberry.union(
        "EraseAccountResult",
        description="Done, or the reason why nothing was changed. InUse: tickets are"
        " still to be used, or seats are held.",
    ),
]

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
