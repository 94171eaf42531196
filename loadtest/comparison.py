"""Medians with their spread, and whether two versions differ by more than it."""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from loadtest import plan
from loadtest.report import table

UNITS = {
    "rate": "requests/s",
    "cpu": "API's CPU ms a request",
    "cpu_of_all": "all processes' CPU ms a request",
    "idle": "% of a core",
    "api_us": "API's CPU us",
    "plain_us": "CPU us of plain sockets",
    "kib": "KiB of the API",
    "thread": "ms of the main thread",
    "worst": "ms of the main thread, worst",
    "of_plain": "API's of plain sockets' CPU",
}
SLOWER = f"CPU {plan.SLOWER} times slower"
UPDATE = f"update of {plan.UPDATED_SEATS} seats"
HUNDRED = 100  # smaller figures are shown with decimals
TWO = 2  # the fewest values that have a spread


@dataclass(frozen=True)
class Figure:
    """`field` of the row `row` in a scenario's report; CPU is measured by the bench."""

    row: str
    field: str

    @property
    def name(self) -> str:
        return f"{self.row}: {UNITS.get(self.field, f'{self.field} ms')}"


_NOOP = tuple(Figure("no-op mutation", f) for f in ("rate", "p95", "cpu"))
_HOLDS = tuple(Figure("reserveSeats", f) for f in ("rate", "p95", "cpu"))
FIGURES = {
    **dict.fromkeys(("plain", "stock", "noop"), _NOOP),
    "storm": _HOLDS,
    "crowd": (*_HOLDS, Figure("reserveSeats", "cpu_of_all")),
    "best": (
        *(Figure("reserveBestSeats", f) for f in ("rate", "p95")),
        Figure("reserveSeats", "rate"),
    ),
    "map": tuple(Figure("seatMap", f) for f in ("rate", "p95", "cpu")),
    "bystanders": tuple(
        Figure(f"bystanders, {when}", f)
        for when in ("quiet", "storm")
        for f in ("p50", "p95")
    ),
    "readers": tuple(
        Figure(row, f)
        for row in ("alone", *(f"beside {name}" for name in plan.READERS.values()))
        for f in ("p50", "p95")
    ),
    "watchers": (
        *(
            Figure(f"since the {moment}", f)
            for moment in ("answer", "request")
            for f in ("p50", "p99")
        ),
        Figure("a watcher", "kib"),
        *(Figure("a delivery", f) for f in ("api_us", "plain_us", "of_plain")),
    ),
    "expiries": tuple(Figure("since the deadline", f) for f in ("p50", "p99")),
    "page": (
        *(
            Figure(f"{page}, {SLOWER}", f)
            for page in ("movies", "map")
            for f in ("first paint", "usable", "latest")
        ),
        *(
            Figure(update, f)
            for update in (UPDATE, f"{UPDATE}, {SLOWER}")
            for f in ("thread", "worst", "script", "style", "layout")
        ),
    ),
    "idle": (Figure("CPU of all processes", "idle"),),
}


@dataclass(frozen=True)
class Comparison:
    """One figure: what each round measured, of the base (none without one) and new."""

    name: str
    base: Sequence[float]
    new: Sequence[float]
    higher_is_better: bool

    @property
    def ratio(self) -> float | None:
        both = self.base and self.new
        return median(self.new) / median(self.base) if both else None

    @property
    def beyond_spread(self) -> float:
        """The gap between the two ranges as a part of the base; below 0: worse."""
        gap = max(min(self.new) - max(self.base), min(self.base) - max(self.new), 0.0)
        grew = median(self.new) > median(self.base)
        sign = 1 if grew == self.higher_is_better else -1
        return sign * gap / median(self.base)

    def verdict(self) -> str:
        if not (self.base and self.new):
            return ""
        if min(len(self.base), len(self.new)) < TWO:
            return "one round has no spread"
        beyond = self.beyond_spread
        if not beyond:
            return "within the spread"
        word = "BETTER" if beyond > 0 else "WORSE"
        return f"{word}, {abs(beyond):.1%} beyond the spread"

    def cells(self) -> tuple[str, ...]:
        ratio = "" if self.ratio is None else f"{self.ratio:.2f}"
        return self.name, spread(self.base), spread(self.new), ratio, self.verdict()


def spread(values: Sequence[float]) -> str:
    """`median (min - max)`, in as many digits as they are worth."""
    if not values:
        return ""
    shown = (
        f"{value:,.0f}" if value >= HUNDRED else f"{value:.2f}"
        for value in (median(values), min(values), max(values))
    )
    return "{} ({} - {})".format(*shown)


def report(names: Sequence[str], comparisons: Sequence[Comparison]) -> list[str]:
    """A column for each version: one, or the base and the new one."""
    head = ("median (min - max)", *names)
    if len(names) < TWO:
        cells = [comparison.cells() for comparison in comparisons]
        return table([head, *((name, new) for name, _, new, *_ in cells)])
    lines = [comparison.cells() for comparison in comparisons]
    return table([(*head, "new/base", ""), *lines])
