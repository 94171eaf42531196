"""The tables, as in docs/operations.md."""

from collections.abc import Iterable, Mapping

from tests.compose.play import Result

HEAD = (
    "service",
    "user",
    "root",
    "killed: longest without a sale, s",
    "healthy after, s",
    "stopped: exit code",
    "after, s",
)


def lines(results: Iterable[Result], images: Mapping[str, str]) -> list[str]:
    shown = ["", "| image | what it was |", "|---|---|"]
    shown += [f"| `{name}` | {kind} |" for name, kind in images.items()]
    for result in results:
        shown += ["", f"{result.file}:", "", _row(HEAD), "|---" * len(HEAD) + "|"]
        shown += [_row(_cells(result, name)) for name in result.outages]
        shown += ["", *(f"{what}: {s:.0f} s" for what, s in result.seconds.items())]
        for what, size in result.sizes.items():
            shown.append(f"{what}: {size / 1e6:.0f} MB")
        shown += [f"WRONG: {complaint}" for complaint in result.complaints]
    return shown


def _cells(result: Result, name: str) -> tuple[str, ...]:
    outage = result.outages[name]
    if name not in result.rights:
        return (name, "", "", f"{outage.without_sale:.1f}", "", "", "")
    rights, stop = result.rights[name], result.stops.get(name)
    return (
        name,
        str(rights.user),
        "read-only" if rights.read_only else "writable",
        f"{outage.without_sale:.1f}",
        f"{outage.healthy_after:.1f}",
        str(stop.exit_code) if stop else "",
        f"{stop.seconds:.0f}" if stop else "",
    )


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"
