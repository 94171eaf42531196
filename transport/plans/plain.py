"""Values that only have to be written: attributes, and no resolver among them.

A seat map has a thousand objects of this kind. They are written without their paths,
and without a look at what could go wrong. If a value is not what its type says, a
writer raises anything, and the caller completes the value with care, from the start.
"""

from typing import Any

from graphql import Undefined
from strawberry.types.cast import get_strawberry_type_cast

from schema.converted_list import ConvertedList
from transport.plans.fragments import Fragments, Write
from transport.plans.run import Place, PlanRun

FRAGMENTS = Fragments()
# A name in the answer, the attribute that is written there, and how.
Attribute = tuple[str, str, Write]


class UnusualValueError(Exception):
    """It has to be completed with care."""


def first_plainly(write: Write, complete: Place) -> Place:
    def complete_value(value: Any, path: Any, run: PlanRun) -> Any:
        try:
            return write(value)
        except Exception:  # noqa: BLE001 # whatever it was happens again, with care
            return complete(value, path, run)

    return complete_value


def nullable(write: Write) -> Write:
    return lambda value: None if value is None else write(value)


def scalar(serialize: Write) -> Write:
    def write(value: Any) -> Any:
        if value is None or value is Undefined or isinstance(value, Exception):
            raise UnusualValueError
        return serialize(value)

    return write


def list_of(write: Write) -> Write:
    def write_list(value: Any) -> Any:
        if type(value) is ConvertedList:
            return FRAGMENTS.of(value, write)
        if type(value) is not list and type(value) is not tuple:
            raise UnusualValueError
        return [write(item) for item in value]

    return write_list


def object_of(attributes: list[Attribute], origin: type, *, may_be_cast: bool) -> Write:
    """`origin` is the class of the object."""

    def write_object(value: Any) -> Any:
        if type(value) is not origin:
            raise UnusualValueError
        return {key: write(getattr(value, name)) for key, name, write in attributes}

    def write_uncast(value: Any) -> Any:
        if get_strawberry_type_cast(value) is not None:
            raise UnusualValueError
        return write_object(value)

    return write_uncast if may_be_cast else write_object


def abstract(by_class: dict[type, Write]) -> Write:
    def write(value: Any) -> Any:
        if get_strawberry_type_cast(value) is not None:
            raise UnusualValueError
        return by_class[type(value)](value)

    return write
