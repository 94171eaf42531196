"""The watchers: how soon a change of a seat is on every open seat map, and the cost."""

import statistics
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from loadtest import api_process, box_office, plan
from loadtest.box_office import BoxOffice, Stage
from loadtest.figures import percentile
from loadtest.gallery import Gallery, Look, opened
from loadtest.report import Report, table
from loadtest.target import find
from runtime import run_file
from runtime.errors import CommandError

HEAD = ("commit-to-watcher, ms", "deliveries", "p50", "p90", "p99", "max")
KIB_A_MIB = 1024


@dataclass(frozen=True)
class Change:
    """One seat held or given back; times on the machine's monotonic clock."""

    asked: float
    answered: float
    look: Look


def play(environ: Mapping[str, str], users: int) -> Report:
    target = find(environ, users)
    office = BoxOffice(target)
    stage = office.choose(1)
    api = api_process.find_api(run_file.data_dir(environ))
    if environ.get("LOADTEST_URL"):
        api = None  # whatever runs in DATA_DIR is another
    idle = api_process.resident_kib(api)
    with opened(target, stage.session_id) as gallery:
        time.sleep(1)
        watched = api_process.resident_kib(api)
        changes = _change_seats(office, stage, gallery, users)
        afterwards = api_process.resident_kib(api)
    title = f"Watchers: {users} on one session ({stage.name})"
    resident = {"idle": idle, "watched": watched, "afterwards": afterwards}
    return _report(title, users, changes, resident)


def _change_seats(
    office: BoxOffice, stage: Stage, gallery: Gallery, users: int
) -> list[Change]:
    """Holds and cancels in turn, each once everybody has seen the one before."""
    changes: list[Change] = []
    held = ""
    for number in range(plan.CHANGES):
        seat = stage.seats[number // 2 % len(stage.seats)]
        body = box_office.cancel(held)
        if not held:
            body = box_office.reserve(stage.session_id, seat)
        asked = time.monotonic()
        result = next(iter(office.send(body).values()))
        answered = time.monotonic()
        if result["__typename"] != "Reservation":
            raise CommandError(f"Somebody else is in the way: {result['__typename']}.")
        version = next(s["version"] for s in result["seats"] if s["id"] == seat)
        held = "" if held else result["id"]
        time.sleep(plan.CHANGE_PAUSE + users * plan.CHANGE_PAUSE_EACH)
        changes.append(Change(asked, answered, gallery.look(seat, version)))
        if not all(changes[-1].look.seen):  # it failed; more waiting tells no more
            break
    return changes


def _report(
    title: str,
    users: int,
    changes: Sequence[Change],
    resident: Mapping[str, int | None],
) -> Report:
    seen = [(change, at) for change in changes for at in change.look.seen if at]
    measured = {
        "since the answer": sorted((at - c.answered) * 1000 for c, at in seen),
        "since the request": sorted((at - c.asked) * 1000 for c, at in seen),
    }
    figures = {name: _figures(times) for name, times in measured.items() if times}
    lines = [
        (name, str(len(seen)), *(f"{figure:.1f}" for figure in told))
        for name, told in figures.items()
    ]
    lost = users * len(changes) - len(seen)
    closed = max(change.look.closed for change in changes)
    resyncs = sum(change.look.maps for change in changes)
    complaints = []
    if lost or closed:
        complaints = [f"{lost} deliveries missing, {closed} sockets closed."]
    took = statistics.median((c.answered - c.asked) * 1000 for c in changes)
    remarks = [
        *table([HEAD, *lines]),
        "",
        f"{len(changes)} changes, one at a time, each of {took:.1f} ms (median).",
        f"Whole maps sent meanwhile: {resyncs}.",
        "Before the answer a watcher may already know: its time is then below zero.",
        _told_of_memory(users, resident),
    ]
    more = {
        "latency_ms": {
            name: dict(zip(HEAD[2:], told, strict=True))
            for name, told in figures.items()
        },
        "deliveries": len(seen),
        "resident_kib": dict(resident),
    }
    return Report(title, [], remarks, complaints, more)


def _figures(times: Sequence[float]) -> tuple[float, ...]:
    return (*(percentile(times, percent) for percent in (50, 90, 99)), times[-1])


def _told_of_memory(users: int, resident: Mapping[str, int | None]) -> str:
    idle, watched, after = (resident[n] for n in ("idle", "watched", "afterwards"))
    if idle is None or watched is None or after is None:
        return "Memory: unknown, the API process is not a child of the run in DATA_DIR."
    return (
        f"API process, resident: {idle / KIB_A_MIB:.0f} MiB before, "
        f"{watched / KIB_A_MIB:.0f} MiB with {users} watchers "
        f"({(watched - idle) / users:.0f} KiB each), "
        f"{after / KIB_A_MIB:.0f} MiB after the changes."
    )
