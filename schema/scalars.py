"""The scalars DateTime and Date."""

import re
from datetime import UTC, date, datetime

import strawberry
from graphql import GraphQLError
from strawberry.types.scalar import ScalarDefinition

RFC_3339 = re.compile(
    r"\d{4}-\d{2}-\d{2}[Tt]\d{2}:\d{2}:\d{2}(\.\d{1,9})?([Zz]|[+-]\d{2}:\d{2})",
    re.ASCII,
)

DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def serialize_moment(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat().removesuffix("+00:00") + "Z"


def parse_moment(value: object) -> datetime:
    """Raises GraphQLError for anything but RFC 3339 with an offset."""
    if isinstance(value, str) and RFC_3339.fullmatch(value):
        try:
            return datetime.fromisoformat(value.upper()).astimezone(UTC)
        except (ValueError, OverflowError):  # a 30th of February, the year 0
            pass
    raise GraphQLError(
        "DateTime has to be an RFC 3339 timestamp with its offset,"
        " such as 2026-11-24T20:30:00Z."
    )


DATE_TIME: ScalarDefinition = strawberry.scalar(
    name="DateTime",
    description="RFC 3339 timestamp, always UTC.",
    specified_by_url="https://www.rfc-editor.org/rfc/rfc3339",
    serialize=serialize_moment,
    parse_value=parse_moment,
)


def parse_day(value: object) -> date:
    """Raises GraphQLError for anything but a day such as 2026-11-29.

    The first and the last year are refused: an offset could lead out of them.
    """
    if isinstance(value, str) and DAY.fullmatch(value):
        try:
            day = date.fromisoformat(value)
        except ValueError:  # a 30th of February, the year 0
            pass
        else:
            if date.min.year < day.year < date.max.year:
                return day
    raise GraphQLError("Date has to be a day such as 2026-11-29.")


DATE: ScalarDefinition = strawberry.scalar(
    name="Date",
    description="A calendar day as the cinema's own clock has it, e.g. 2026-11-29.",
    serialize=date.isoformat,
    parse_value=parse_day,
)

SCALARS: dict[object, ScalarDefinition] = {datetime: DATE_TIME, date: DATE}
