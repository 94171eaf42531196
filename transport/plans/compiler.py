"""Compiles an operation into a plan: each field into a function that writes it."""

from graphql import GraphQLError, GraphQLNonNull, GraphQLObjectType, OperationType
from graphql.execution.collect_fields import (
    FieldDetailsList,
    FragmentDetails,
    GroupedFieldSet,
    collect_fields,
    collect_subfields,
)
from graphql.execution.values import VariableValues
from graphql.pyutils import Path
from strawberry import Schema
from strawberry.types.field import StrawberryField

from schema.known_values import METADATA_KEY
from transport.plans import fields
from transport.plans.arguments import ReadArguments, argument_reader
from transport.plans.completions import Completion, Completions, SelectedFields
from transport.plans.concurrency import concurrently, serially
from transport.plans.definitions import definition_of
from transport.plans.plain import Attribute
from transport.plans.plan import EventStream, Plan
from transport.plans.resolve_info import PlannedField
from transport.plans.resolving import Resolvers
from transport.plans.run import ErrorHandler, NotPlannedError, OperationParts, Place


class Compiler:
    """Of one operation, for one set of answers to its @skip and @include."""

    def __init__(
        self,
        schema: Schema,
        resolvers: Resolvers,
        operation: OperationParts,
        conditions: VariableValues,
        max_fields: int,
    ) -> None:
        self._operation = operation
        self._resolvers = resolvers
        self._conditions = conditions
        self._fragments = {
            name: FragmentDetails(node) for name, node in operation.fragments.items()
        }
        self._completions = Completions(operation.schema, self._select)
        self._readers: list[ReadArguments] = []
        self._max_fields = max_fields
        self.count = 0  # of the fields that were compiled

    def compile(self) -> Plan:
        """Raises NotPlannedError."""
        node = self._operation.node
        root = self._operation.schema.get_root_type(node.operation)
        if root is None:
            raise NotPlannedError("types")
        grouped = self._collected(root)
        if node.operation is OperationType.SUBSCRIPTION:
            return self._subscription(root, grouped)
        selected = self._fields(root, grouped).fields
        in_order = node.operation is OperationType.MUTATION
        execute = serially(selected) if in_order else concurrently(selected)
        return Plan(self._operation, self._readers, execute)

    def _collected(self, root: GraphQLObjectType) -> GroupedFieldSet:
        try:
            return collect_fields(
                self._operation.schema,
                self._fragments,
                self._conditions,
                root,
                self._operation.node,
            ).grouped_field_set
        except GraphQLError as error:  # of a condition that is null
            raise NotPlannedError("variables") from error

    def _subscription(self, root: GraphQLObjectType, grouped: GroupedFieldSet) -> Plan:
        """Validation has seen to it that there is one field."""
        [(key, details)] = grouped.items()
        field = self._planned(root, details)
        declared = _declared(field)
        place = fields.event(key, root.name, self._completion(field), _errors(field))
        stream = self._resolvers.stream(field, declared, self._arguments(field))
        return Plan(
            self._operation,
            self._readers,
            concurrently([(key, place)]),
            EventStream(stream, field, Path(None, key, root.name)),
        )

    def _select(self, kind: GraphQLObjectType, field: PlannedField) -> SelectedFields:
        try:
            collected = collect_subfields(
                self._operation.schema,
                self._fragments,
                self._conditions,
                self._operation.node,
                kind,
                field.details,
            )
        except GraphQLError as error:  # of a condition that is null
            raise NotPlannedError("variables") from error
        return self._fields(kind, collected.grouped_field_set)

    def _fields(
        self, parent: GraphQLObjectType, grouped: GroupedFieldSet
    ) -> SelectedFields:
        self.count += len(grouped)
        if self.count > self._max_fields:
            raise NotPlannedError("size")
        places: list[tuple[str, Place]] = []
        attributes: list[Attribute] | None = []
        attribute: Attribute | None
        for key, details in grouped.items():
            if details[0].node.name.value == "__typename":
                place, attribute = fields.typename(key, parent.name)
            else:
                place, attribute = self._field(key, self._planned(parent, details))
            places.append((key, place))
            if attributes is None or attribute is None:
                attributes = None
            else:
                attributes.append(attribute)
        return SelectedFields(places, attributes)

    def _planned(
        self, parent: GraphQLObjectType, details: FieldDetailsList
    ) -> PlannedField:
        name = details[0].node.name.value
        definition = parent.fields.get(name)
        if definition is None:  # __schema and __type
            raise NotPlannedError("introspection")
        return PlannedField(definition, parent, details)

    def _field(self, key: str, field: PlannedField) -> tuple[Place, Attribute | None]:
        declared = _declared(field)
        completion, errors = self._completion(field), _errors(field)
        parent = field.parent.name
        name = self._resolvers.attribute_of(declared)
        if name is None:
            resolve = self._resolvers.resolve(field, declared, self._arguments(field))
            place = fields.resolved(resolve, key, parent, completion, errors)
            # None is no value of it: then the object is completed with care.
            known: str | None = declared.metadata.get(METADATA_KEY)
            if known is None or completion.write is None:
                return place, None
            return place, (key, known, completion.write)
        place = fields.attribute(name, key, parent, completion, errors)
        return place, completion.write and (key, name, completion.write)

    def _completion(self, field: PlannedField) -> Completion:
        return self._completions.of(field.definition.type, field)

    def _arguments(self, field: PlannedField) -> int | None:
        """The index of its arguments in a run."""
        if not field.definition.args:
            return None
        self._readers.append(argument_reader(field.definition, field.nodes[0]))
        return len(self._readers) - 1


def _declared(field: PlannedField) -> StrawberryField:
    declared = definition_of(field.definition)
    if not isinstance(declared, StrawberryField):
        raise NotPlannedError("resolvers")
    return declared


def _errors(field: PlannedField) -> ErrorHandler:
    is_required = isinstance(field.definition.type, GraphQLNonNull)
    return ErrorHandler(field.nodes, is_required)
