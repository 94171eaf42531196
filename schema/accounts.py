"""Inputs and results of what people do with their own account."""

from typing import Annotated

import strawberry

from schema.people import Viewer
from schema.problems import TokenInvalid


@strawberry.type(description="It is done, or will be done soon.")
class Done:
    ok: bool = strawberry.field(default=True, description="Always true.")


@strawberry.input(description="The code of a mail.")
class VerifyEmailInput:
    token: str = strawberry.field(description="The code, as the mail has it.")


VerifyEmailResult = Annotated[
    Viewer | TokenInvalid,
    strawberry.union(
        "VerifyEmailResult",
        description="The viewer with the verified address, or TokenInvalid.",
    ),
]
