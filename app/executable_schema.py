"""The executable schema."""

import strawberry
from graphql import GraphQLError
from graphql.validation import NoSchemaIntrospectionCustomRule
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
from transport.documents.validation import RULES
from transport.operation_extension import OperationExtension


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
        """Logs nothing: OperationExtension logs our faults, and only those."""


def build_schema(*, introspection: bool = True) -> strawberry.Schema:
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    return QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=not introspection
        ),
        exception_handlers=HANDLERS,
        extensions=[lambda: OperationExtension(rules)],  # a new one each operation
    )
