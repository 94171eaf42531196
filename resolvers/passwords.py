"""Forgotten passwords, and changed ones."""

from typing import Annotated

import strawberry

from domain.email_addresses import known_address
from resolvers.context import Info
from resolvers.permissions import require_sign_in
from resolvers.rate_limits import check_rate
from schema.accounts import (
    ChangePasswordInput,
    ChangePasswordResult,
    Done,
    RequestPasswordResetInput,
    ResetPasswordInput,
    ResetPasswordResult,
)
from schema.people import AuthTokens


@strawberry.type
class PasswordMutations:
    @strawberry.mutation(
        description="Send a mail with a code for `resetPassword`, if an account has the"
        " address. The answer and its time are the same for every address."
    )
    async def request_password_reset(
        self,
        info: Info,
        input: Annotated[
            RequestPasswordResetInput, strawberry.argument(description="The address.")
        ],
    ) -> Done:
        email = known_address(input.email)
        await check_rate(info, (email.key or email.text) if email else None)
        await info.context.services.passwords.request_reset(input.email)
        return Done()

    @strawberry.mutation(
        description="Set a new password with the code of a mail, and sign in. The code"
        " works once, for 30 minutes. All earlier sign-ins of the account end, and its"
        " address is verified."
    )
    async def reset_password(
        self,
        info: Info,
        input: Annotated[
            ResetPasswordInput,
            strawberry.argument(description="The code and the password."),
        ],
    ) -> ResetPasswordResult:
        await check_rate(info, None)
        signed_in = await info.context.services.passwords.reset(
            input.token, input.password, info.context.network
        )
        return AuthTokens.from_domain(signed_in)

    @strawberry.mutation(
        description="Change the viewer's password. All earlier sign-ins of the account"
        " end, this one too: go on with the tokens of the answer."
    )
    async def change_password(
        self,
        info: Info,
        input: Annotated[
            ChangePasswordInput, strawberry.argument(description="Both passwords.")
        ],
    ) -> ChangePasswordResult:
        viewer = await require_sign_in(info)
        await check_rate(info, str(viewer.id))
        signed_in = await info.context.services.passwords.change(
            viewer.id, input.current, input.password, info.context.network
        )
        return AuthTokens.from_domain(signed_in)
