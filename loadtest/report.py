"""The report of a scenario: as text for people, as facts for other programs."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.measurements import Row

HEAD = (
    *("", "waves", "requests", "done", "refused", "errors"),
    *("requests/s", "avg ms", "p50", "p90", "p95", "max"),
)
COMPLAINTS_SHOWN = 5


@dataclass(frozen=True)
class Report:
    """A report with a complaint is a failed test."""

    title: str
    rows: Sequence[Row]
    remarks: Sequence[str]
    complaints: Sequence[str]
    more: dict[str, Any] = field(default_factory=dict)

    def text(self) -> str:
        lines = [self.title, ""]
        if self.rows:
            lines += [*table([HEAD, *map(_cells, self.rows)]), ""]
        lines += self.remarks
        lines += [
            f"FAILED  {complaint}" for complaint in self.complaints[:COMPLAINTS_SHOWN]
        ]
        hidden = len(self.complaints) - COMPLAINTS_SHOWN
        if hidden > 0:
            lines.append(f"FAILED  ... and {hidden} more.")
        return "\n".join(lines)

    def facts(self) -> dict[str, Any]:
        return {
            "title": self.title,
            "rows": [dataclasses.asdict(row) for row in self.rows],
            "remarks": list(self.remarks),
            "complaints": list(self.complaints),
            **self.more,
        }


def table(lines: Sequence[Sequence[str]]) -> list[str]:
    """Aligned columns: names to the left, figures to the right."""
    widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
    return [
        "  ".join(
            cell.rjust(width) if column else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        for line in lines
    ]


def _cells(row: Row) -> tuple[str, ...]:
    counts = (row.requests, row.done, row.refused, row.errors)
    times = (row.avg, row.p50, row.p90, row.p95, row.max)
    return (
        row.name,
        str(row.waves or "-"),
        *map(str, counts),
        "-" if row.rate is None else f"{row.rate:.0f}",
        *(f"{time:.1f}" for time in times),
    )
