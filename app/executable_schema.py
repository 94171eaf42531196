"""The executable schema."""

import strawberry
from graphql import GraphQLError
from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.schema.config import StrawberryConfig
from strawberry.types import ExecutionContext

from app.input_types import look_up_fields
from resolvers.problems import HANDLERS
from resolvers.roots import Mutation, Query, Subscription
from schema.scalars import SCALARS
from transport.documents.validation import RULES
from transport.operation_extension import OperationExtension


class QuietSchema(strawberry.Schema):
    def process_errors(
        self,
        errors: list[GraphQLError],
        execution_context: ExecutionContext | None = None,
    ) -> None:
        """Logs nothing: OperationExtension logs our faults, and only those."""


def build_schema(*, introspection: bool = True) -> strawberry.Schema:
    rules = RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule)
    schema = QuietSchema(
        query=Query,
        mutation=Mutation,
        subscription=Subscription,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=not introspection
        ),
        exception_handlers=HANDLERS,
        extensions=[lambda: OperationExtension(rules)],  # a new one each operation
    )
    look_up_fields(schema)
    return schema
