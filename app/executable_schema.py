"""The executable schema."""

from graphql.validation import NoSchemaIntrospectionCustomRule
from strawberry.schema.config import StrawberryConfig

from resolvers.problems import HANDLERS
from resolvers.roots import Mutation, Query, Subscription
from schema.scalars import SCALARS
from transport.documents.validation import RULES
from transport.plans.schema import PlannedSchema


def build_schema(*, introspection: bool = True, plans: bool = True) -> PlannedSchema:
    return PlannedSchema(
        Query,
        Mutation,
        Subscription,
        rules=RULES if introspection else (*RULES, NoSchemaIntrospectionCustomRule),
        plans=plans,
        config=StrawberryConfig(
            scalar_map=SCALARS, disable_field_suggestions=not introspection
        ),
        exception_handlers=HANDLERS,
    )
