"""The executable schema."""

from typing import Any

import strawberry
from graphql import GraphQLError
from graphql.validation.rules import overlapping_fields_can_be_merged
from strawberry.extensions import DisableIntrospection
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from resolvers.catalog import CatalogMutations
from resolvers.movies import MovieQueries
from resolvers.payments import PaymentMutations, PaymentQueries
from resolvers.people import PeopleMutations, PeopleQueries
from resolvers.problems import HANDLERS
from resolvers.reservations import (
    ReservationMutations,
    ReservationQueries,
    ReservationSubscriptions,
)
from resolvers.rooms import RoomQueries
from resolvers.sessions import SeatSubscriptions, SessionQueries
from resolvers.sign_in_codes import SignInCodeMutations
from schema.scalars import SCALARS
from transport.faults import KnownDocuments, OperationCare
from transport.limits import MAX_COMPARISONS

overlapping_fields_can_be_merged.MAX_COMPLEXITY_BUDGET = MAX_COMPARISONS


@strawberry.type(description="What can be read.")
class Query(
    PeopleQueries,
    MovieQueries,
    RoomQueries,
    SessionQueries,
    ReservationQueries,
    PaymentQueries,
): ...


@strawberry.type(description="What can be changed; each of them alone, in order.")
class Mutation(
    PeopleMutations,
    SignInCodeMutations,
    CatalogMutations,
    ReservationMutations,
    PaymentMutations,
): ...


@strawberry.type(description="What can be watched, over a WebSocket.")
class Subscription(SeatSubscriptions, ReservationSubscriptions): ...


class QuietSchema(strawberry.Schema):
    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """OperationCare logs faults; what clients do wrong is worth no traceback."""


def build_schema(*, introspection: bool = True) -> strawberry.Schema:
    known = KnownDocuments()
    # Made for each operation anew. The mask comes first: it sees the result last.
    extensions: list[Any] = [lambda: OperationCare(known)]
    if not introspection:
        extensions.append(DisableIntrospection)
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=not introspection
        ),
        exception_handlers=HANDLERS,
        extensions=extensions,
    )
