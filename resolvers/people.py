"""Who asks, signing up and signing in."""

from typing import Annotated

import strawberry

from resolvers.context import Info
from schema.people import (
    AuthTokens,
    SignInInput,
    SignInResult,
    SignUpInput,
    SignUpResult,
    Viewer,
)


@strawberry.type
class PeopleQueries:
    @strawberry.field(
        description="Who the bearer of this request is; null when nobody."
    )
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        if viewer is None:
            return None
        account = await info.context.services.accounts.find(viewer.id)
        return Viewer.from_domain(account) if account else None


@strawberry.type
class PeopleMutations:
    @strawberry.mutation(description="Open an account as a customer, and sign in.")
    async def sign_up(
        self,
        info: Info,
        input: Annotated[
            SignUpInput, strawberry.argument(description="The new account.")
        ],
    ) -> SignUpResult:
        signed_in = await info.context.services.accounts.sign_up(
            input.email, input.password, input.name
        )
        return AuthTokens.from_domain(signed_in)

    @strawberry.mutation(description="Show who you are, and have tokens for it.")
    async def sign_in(
        self,
        info: Info,
        input: Annotated[SignInInput, strawberry.argument(description="Who wants in.")],
    ) -> SignInResult:
        signed_in = await info.context.services.accounts.sign_in(
            input.email, input.password
        )
        return AuthTokens.from_domain(signed_in)
