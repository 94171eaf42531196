"""What a resolver may ask about its call; most ask for the context alone."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    OperationDefinitionNode,
)
from graphql.execution.collect_fields import FieldDetailsList
from graphql.pyutils import Path
from strawberry.execution import optimized_is_awaitable

from transport.plans.run import PlanRun


@dataclass(frozen=True, slots=True)
class PlannedField:
    """A field of the schema where an operation selects it."""

    definition: GraphQLField
    parent: GraphQLObjectType
    details: FieldDetailsList

    @property
    def nodes(self) -> list[FieldNode]:
        return [each.node for each in self.details]

    @property
    def name(self) -> str:
        return self.details[0].node.name.value


@dataclass(slots=True, eq=False)
class ResolveInfo:
    """In the place of graphql-core's GraphQLResolveInfo, with the same attributes."""

    context: Any
    path: Path
    field: PlannedField
    run: PlanRun
    operation_extensions: None = None
    abort_signal: None = None

    @property
    def field_name(self) -> str:
        return self.field.name

    @property
    def field_nodes(self) -> list[FieldNode]:
        return self.field.nodes

    @property
    def return_type(self) -> GraphQLOutputType:
        return self.field.definition.type

    @property
    def parent_type(self) -> GraphQLObjectType:
        return self.field.parent

    @property
    def schema(self) -> GraphQLSchema:
        return self.run.operation.schema

    @property
    def fragments(self) -> dict[str, FragmentDefinitionNode]:
        return self.run.operation.fragments

    @property
    def root_value(self) -> Any:
        return self.run.root

    @property
    def operation(self) -> OperationDefinitionNode:
        return self.run.operation.node

    @property
    def variable_values(self) -> dict[str, Any]:
        return self.run.variables

    @property
    def is_awaitable(self) -> Callable[[Any], bool]:
        return optimized_is_awaitable
