"""Costs of fields, declared where a field is defined. The unit is one plain field."""

from collections.abc import Iterator
from dataclasses import dataclass

from strawberry.types.base import StrawberryContainer, get_object_definition
from strawberry.types.field import StrawberryField
from strawberry.types.union import StrawberryUnion
from strawberry.utils.str_converters import to_camel_case

METADATA_KEY = "cost"

SEATS_IN_A_ROOM = 100  # about; a larger room is bounded by Context.count_seats
SEATS_OF_A_HOLD = 8
ROOMS_IN_A_CINEMA = 20  # about
CINEMAS_OF_STAFF = 20  # about
DEVICES = 10  # about
TICKET_TYPES = 10  # about
ZONES_OF_A_CINEMA = 5  # about
TICKETS_OF_A_RESERVATION = 8  # at most
PRICE_CARDS = 10  # of a cinema, about
PRICES_OF_A_CARD = 10  # about
WRONG_FIELDS = 3
# All seats are read, whatever is selected of them: that takes as long as 50 fields.
READING_SEATS = 50
COUNTING_SEATS = 5
SIGNING_A_CODE = 5
# Some twenty queries by keys.
EXPORTING = 200


@dataclass(frozen=True, slots=True)
class FieldCost:
    """`extra` counts once, the selected fields once for every one of `items`."""

    items: int = 1
    extra: int = 0
    is_paged: bool = False  # then `first` or `last` says how many items there are


def cost(*, items: int = 1, extra: int = 0) -> dict[str, FieldCost]:
    """Metadata for strawberry.field."""
    return {METADATA_KEY: FieldCost(items, extra)}


def declared_costs(*roots: type) -> dict[str, FieldCost]:
    """By name, of all fields that clients can reach from the root types.

    A document is measured before its types are known. So fields with the same name
    cost the same: as much as the most expensive of them.
    """
    costs: dict[str, FieldCost] = {}
    for field in _fields_from(*roots):
        name = to_camel_case(field.python_name)
        own = field.metadata.get(METADATA_KEY, FieldCost())
        other = costs.get(name, FieldCost())
        takes_size = any(each.python_name == "first" for each in field.arguments)
        costs[name] = FieldCost(
            items=max(own.items, other.items),
            extra=max(own.extra, other.extra),
            is_paged=takes_size or other.is_paged,
        )
    return costs


def _fields_from(*roots: type) -> Iterator[StrawberryField]:
    known: set[object] = set()
    to_visit: list[object] = list(roots)
    while to_visit:
        kind = to_visit.pop()
        if isinstance(kind, StrawberryContainer):  # a list, or what may be null
            to_visit.append(kind.of_type)
        elif isinstance(kind, StrawberryUnion):
            to_visit += kind.types
        elif kind not in known and (definition := get_object_definition(kind)):
            known.add(kind)
            for field in definition.fields:
                yield field
                to_visit.append(field.type)
