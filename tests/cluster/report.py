"""The table of results, as in docs/reliability.md."""

from collections.abc import Iterable

from tests.cluster.campaign import Result

HEAD = (
    "scenario",
    "seed",
    "slowness",
    "operations",
    "unknown",
    "longest without a hold, s",
    "hold after healing, s",
    "watcher notified after healing, s",
    "verdict",
)


def table(results: Iterable[Result]) -> list[str]:
    lines = [HEAD, *(_line(result) for result in results)]
    rows = [f"| {' | '.join(socket)} |" for socket in lines]
    return [rows[0], "|---" * len(HEAD) + "|", *rows[1:]]


def _line(result: Result) -> tuple[str, ...]:
    return (
        result.scenario,
        str(result.seed),
        f"{result.slowness:.1f}",
        str(result.operations),
        str(result.unknowns),
        _seconds(result.outage),
        _seconds(result.accepted_after),
        _seconds(result.notified_after),
        result.verdict,
    )


def _seconds(figure: float | None) -> str:
    return "" if figure is None else f"{figure:.1f}"
