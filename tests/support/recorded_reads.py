"""A reader that finds nothing, and keeps the statements that it was asked."""

from sqlalchemy import RowMapping, TextClause
from sqlalchemy.dialects import postgresql

from persistence.queries.reading import Reader, Rows

DIALECT = postgresql.dialect()  # type: ignore[no-untyped-call]


class RecordedReads(Reader):
    def __init__(self) -> None:
        self.statements: list[str] = []  # with their values
        self.texts: list[str] = []  # without

    async def fetch(
        self, rows: Rows | TextClause, since: int | None = None
    ) -> list[RowMapping]:
        self.texts.append(str(rows.compile(dialect=DIALECT)))
        with_values = rows.compile(
            dialect=DIALECT, compile_kwargs={"literal_binds": True}
        )
        self.statements.append(str(with_values))
        return []
