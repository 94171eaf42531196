"""What a scenario prints, and what it leaves for other programs."""

import dataclasses
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from loadtest.figures import Row

HEAD = (
    *("", "waves", "requests", "done", "refused", "errors"),
    *("requests/s", "avg ms", "p50", "p90", "p95", "max"),
)
COMPLAINTS_SHOWN = 5


@dataclass(frozen=True)
class Report:
    """With a complaint it is a failed test."""

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
        lines += [f"FAILED  {told}" for told in self.complaints[:COMPLAINTS_SHOWN]]
        unsaid = len(self.complaints) - COMPLAINTS_SHOWN
        if unsaid > 0:
            lines.append(f"FAILED  ... and {unsaid} more.")
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
    """Names to the left, figures to the right, each column as wide as it must be."""
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
