"""The viewer; sign-up, sign-in, sign-out and refreshed tokens."""

from typing import Annotated

import strawberry

from domain.email_addresses import known_address, new_address
from resolvers.context import Info
from resolvers.rate_limits import check_attempt, check_rate
from schema.people import (
    AuthTokens,
    RefreshTokensResult,
    SignInInput,
    SignInResult,
    SignUpInput,
    SignUpResult,
    Viewer,
)

RefreshToken = Annotated[
    str, strawberry.argument(description="The latest refresh token.")
]


@strawberry.type
class PeopleQueries:
    @strawberry.field(description="The signed-in person. Null if nobody is signed in.")
    async def viewer(self, info: Info) -> Viewer | None:
        viewer = info.context.viewer
        if viewer is None:
            return None
        account = await info.context.services.accounts.find(viewer.id)
        return Viewer.from_domain(account, viewer.family_id) if account else None


@strawberry.type
class PeopleMutations:
    @strawberry.mutation(description="Create a customer account and sign in.")
    async def sign_up(
        self,
        info: Info,
        input: Annotated[
            SignUpInput, strawberry.argument(description="The new account.")
        ],
    ) -> SignUpResult:
        await check_attempt(info, new_address(input.email))
        signed_in = await info.context.services.accounts.sign_up(
            input.email,
            input.password,
            input.name,
            info.context.network,
            locale=info.context.locale,
        )
        return AuthTokens.from_domain(signed_in)

    @strawberry.mutation(description="Sign in with e-mail and password.")
    async def sign_in(
        self,
        info: Info,
        input: Annotated[SignInInput, strawberry.argument(description="Credentials.")],
    ) -> SignInResult:
        doubt = await check_attempt(info, known_address(input.email))
        signed_in = await info.context.services.accounts.sign_in(
            input.email, input.password, info.context.network, doubt=doubt
        )
        return AuthTokens.from_domain(signed_in)

    @strawberry.mutation(
        description="Exchange a refresh token for new tokens. A refresh token works"
        " once. Sent again within seconds from the same network, as by two"
        " tabs, it gets the same new refresh token. Otherwise sending it"
        " again ends its sign-in and revokes all later refresh tokens."
    )
    async def refresh_tokens(
        self, info: Info, refresh_token: RefreshToken
    ) -> RefreshTokensResult:
        accounts = info.context.services.accounts
        holder = await accounts.holder_of(refresh_token)
        await check_rate(info, str(holder) if holder else None)
        signed_in = await accounts.refresh(refresh_token, info.context.network)
        return AuthTokens.from_domain(signed_in)

    @strawberry.mutation(
        description="Sign out: revoke all refresh tokens of this sign-in. Takes its"
        " current refresh token or an earlier one. False if it was"
        " already over. The access token works until it expires."
    )
    async def sign_out(self, info: Info, refresh_token: RefreshToken) -> bool:
        return await info.context.services.accounts.sign_out(refresh_token)
