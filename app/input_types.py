"""Input types whose fields are looked up once, not at every call as Strawberry does.

That lookup was a tenth of the time of a refused hold.
"""

from collections.abc import Mapping
from typing import Any

from strawberry import Schema
from strawberry.types.arguments import InputContext
from strawberry.types.base import StrawberryObjectDefinition


def look_up_fields(schema: Schema) -> None:
    """Do it once, when the schema is complete."""
    for each in schema.schema_converter.type_map.values():
        definition = each.definition
        if isinstance(definition, StrawberryObjectDefinition) and definition.is_input:
            definition.from_input = _InputBuilder(definition, schema)


class _InputBuilder:
    """Makes an input of a value that graphql-core has checked and completed.

    An absent field has the default of its class.
    """

    def __init__(self, definition: StrawberryObjectDefinition, schema: Schema) -> None:
        name_of = schema.config.name_converter.from_field
        self._fields = {
            name_of(field): (
                field.python_name,
                field.resolve_type(type_definition=definition),
            )
            for field in definition.fields
        }

    def __call__(
        self, kind: type, value: Mapping[str, Any], context: InputContext
    ) -> object:
        facts = {}
        for field, given in value.items():
            name, type_ = self._fields[field]
            facts[name] = (
                None if given is None else context.convert(given, type_, field)
            )
        return kind(**facts)
