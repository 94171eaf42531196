"""The shortest operation with one root field and its required arguments."""

from graphql import (
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    GraphQLSchema,
    get_named_type,
    is_leaf_type,
    is_required_argument,
    is_required_input_field,
)

# Enough for all required arguments of today's schema.
SCALARS = {
    "ID": '"9b2f4b0e-0000-4000-8000-000000000000"',
    "String": '"x"',
    "Int": "1",
    "Date": '"2040-01-01"',
    "DateTime": '"2040-01-01T20:00:00Z"',
}


def root_fields(schema: GraphQLSchema) -> dict[str, GraphQLField]:
    """By names such as `Query.movie`."""
    roots = (schema.query_type, schema.mutation_type, schema.subscription_type)
    return {
        f"{root.name}.{name}": field
        for root in roots
        if root is not None
        for name, field in root.fields.items()
    }


def operation(place: str, field: GraphQLField) -> str:
    root, name = place.split(".")
    arguments = ", ".join(
        f"{key}: {_literal(argument.type)}"
        for key, argument in field.args.items()
        if is_required_argument(argument)
    )
    call = f"{name}({arguments})" if arguments else name
    selection = "" if is_leaf_type(get_named_type(field.type)) else " { __typename }"
    return f"{root.lower()} {{ {call}{selection} }}"


def _literal(kind: GraphQLInputType) -> str:
    if isinstance(kind, GraphQLNonNull):
        return _literal(kind.of_type)
    if isinstance(kind, GraphQLList):
        return f"[{_literal(kind.of_type)}]"
    if isinstance(kind, GraphQLInputObjectType):
        fields = ", ".join(
            f"{key}: {_literal(field.type)}"
            for key, field in kind.fields.items()
            if is_required_input_field(field)
        )
        return f"{{{fields}}}"
    return SCALARS[kind.name]
