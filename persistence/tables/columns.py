"""What the tables share: names of constraints and types of columns."""

from collections.abc import Iterable
from enum import StrEnum

from sqlalchemy import CheckConstraint, DateTime, MetaData, Text, text
from sqlmodel import SQLModel

metadata: MetaData = SQLModel.metadata
metadata.naming_convention = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}

GROWING_ID = {"server_default": text("uuidv7()")}  # new ids are neighbours in the index
NOW = {"server_default": text("clock_timestamp()")}
NO_TURNAROUND = {"server_default": "0"}
NO_AMOUNT = {"server_default": "0"}
FIRST_VERSION = {"server_default": "1"}
Moment = DateTime(timezone=True)

# The keys of domain.text are compared by code points, so every database has the same
# order. The programs of the last release write rows without keys. A trigger gives such
# a row a simple key, in lower case. persistence/revisions replaces it: the row shows
# from which text its keys were made.
KEY = Text(collation="C")
NO_KEY = {"server_default": ""}


def one_of(column: str, states: Iterable[StrEnum]) -> CheckConstraint:
    """Text with a check, not an enum type: a new state is one small migration."""
    names = ", ".join(f"'{state}'" for state in states)
    return CheckConstraint(f"{column} IN ({names})", name=f"{column}_known")
