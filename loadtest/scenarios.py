"""The scenarios over HTTP: noop, map, storm, crowd, best, readers, webhooks ..."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import cycle, repeat

from loadtest import api_client, measurements, plan, readers, webhooks
from loadtest.api_client import ApiClient, SessionOnSale
from loadtest.bystanders import bystander_process, split_by_waves
from loadtest.measurements import Row, Wave
from loadtest.plan import Seconds
from loadtest.report import Report
from loadtest.target import find
from loadtest.user_group import UserGroup, user_group

NOOP_RESULT = "NotFound"


@dataclass
class Waves:
    """The waves of a run, by mutation.

    The first holds on a server that has just started open what the later ones use:
    they are checked like the others, and their times do not count.
    """

    first_hold: list[Wave] = field(default_factory=list)
    noop: list[Wave] = field(default_factory=list)
    hold: list[Wave] = field(default_factory=list)
    cancel: list[Wave] = field(default_factory=list)

    def noop_row(self) -> Row:
        return measurements.row("no-op mutation", self.noop, refused=[NOOP_RESULT])

    def hold_row(self) -> Row:
        kinds = ["Reservation"], ["SeatsUnavailable"]
        return measurements.row("reserveSeats", self.hold, *kinds)

    def cancel_row(self) -> Row:
        return measurements.row("cancelReservation", self.cancel, done=["Reservation"])

    def complaints(self, users: int, winners: int) -> list[str]:
        expected = {"Reservation": winners, "SeatsUnavailable": users - winners}
        return [
            *measurements.complaints([*self.first_hold, *self.hold], expected),
            *measurements.complaints(self.cancel, {"Reservation": winners}),
            *measurements.complaints(self.noop, {NOOP_RESULT: users}),
        ]


def noop(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    target, waves = find(environ, users), Waves()
    ApiClient(target).send(api_client.NOOP)  # raises a clear error if nothing answers
    with user_group(target) as group:
        for _ in _wave_numbers(seconds.waves):
            waves.noop.append(group.noop())
    title = f"No-op: {users} users"
    complaints = measurements.complaints(waves.noop, {NOOP_RESULT: users})
    return Report(
        title, [waves.noop_row()], [], complaints, {"requests": group.requests}
    )


def seat_map(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """All users ask for the map of the largest room, in which nothing happens."""
    target = find(environ, users)
    session = ApiClient(target).find_session(1)
    with user_group(target) as group:
        bodies = dict.fromkeys(group.users, api_client.seat_map(session.id))
        waves = [group.wave(bodies) for _ in _wave_numbers(seconds.waves)]
    row = measurements.row("seatMap", waves, done=["SeatMap"])
    return Report(
        f"Map: {users} users ask for that of {session.name}",
        [row],
        [],
        measurements.complaints(waves, {"SeatMap": users}),
        {"requests": group.requests},
    )


def storm(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """All users on one seat, wave after wave; no-ops before and after to compare."""
    target = find(environ, users)
    session = ApiClient(target).find_session(1)
    with user_group(target) as group:
        before = _noops(group, seconds)
        waves = _storm(group, session, seconds.waves)
        waves.noop += [*before, *_noops(group, seconds)]
    return _compared("Storm", session, waves, group, winners=1)


def crowd(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """Each user on another seat; a wave of cancels gives all the seats back."""
    target, waves = find(environ, users), Waves()
    session = ApiClient(target).find_session(users)
    seats = session.seats[:users]
    bodies = [api_client.reserve(session.id, seat) for seat in seats]
    with user_group(target) as group:
        waves.noop += _noops(group, seconds)
        _hold_and_cancel(group, waves, repeat(bodies), seconds.waves)
        waves.noop += _noops(group, seconds)
    return _compared("Crowd", session, waves, group, winners=users)


def best(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """Each user asks for the best two seats; before, each takes a seat of a crowd."""
    target, waves, pairs = find(environ, users), Waves(), Waves()
    client = ApiClient(target)
    session = client.find_session(2 * users)
    singles = [api_client.reserve(session.id, s) for s in session.seats[:users]]
    pair = api_client.reserve_pair(session.id, client.default_ticket_type())
    with user_group(target) as group:
        _hold_and_cancel(group, waves, repeat(singles), seconds.waves)
        _hold_and_cancel(group, pairs, repeat([pair] * users), seconds.waves)
    kinds = ["Reservation"], ["NotEnoughSeats"]
    best_seats = measurements.row("reserveBestSeats", pairs.hold, *kinds)
    ratio = measurements.ratio(best_seats.rate, waves.hold_row().rate)
    complaints = waves.complaints(users, winners=users)
    if best_seats.errors:
        complaints.append(f"{best_seats.errors} calls of reserveBestSeats went wrong.")
    return Report(
        f"Best seats: {users} users want two side by side ({session.name})",
        [best_seats, waves.hold_row(), pairs.cancel_row()],
        [f"reserveBestSeats goes at {ratio:.2f} of the crowd's rate in this run."],
        complaints,
        {"requests": group.requests},
    )


def bystanders(environ: Mapping[str, str], users: int, seconds: Seconds) -> Report:
    """A few users on other seats of the same session, before and during a storm."""
    target = find(environ, users + plan.BYSTANDERS)
    session = ApiClient(target).find_session(plan.BYSTANDERS + 1)
    storm_target = replace(target, tokens=target.tokens[:users])
    bystander_target = replace(target, tokens=target.tokens[users:])
    bystander_seats = session.seats[: plan.BYSTANDERS]
    storm_session = replace(session, seats=session.seats[plan.BYSTANDERS :])
    with (
        user_group(storm_target) as group,
        bystander_process(bystander_target, session.id, bystander_seats) as others,
    ):
        time.sleep(plan.QUIET_SECONDS)
        waves = _storm(group, storm_session, seconds.waves)
        answers = others.stop()
    quiet, stormed = split_by_waves(answers, [*waves.first_hold, *waves.hold])
    title = (
        f"Bystanders: {plan.BYSTANDERS} on other seats while {users} users storm one "
        f"({session.name})"
    )
    rows = [
        measurements.paced_row("bystanders, quiet", quiet, ["Reservation"]),
        measurements.paced_row("bystanders, storm", stormed, ["Reservation"]),
        waves.hold_row(),
    ]
    remarks = ["Bystanders: what overlaps a wave counts as storm; holds and cancels."]
    complaints = waves.complaints(users, winners=1)
    wrong = sum(row.errors for row in rows[:2])
    if wrong:
        kinds = {answer.outcome for answer in answers} - {"Reservation"}
        complaints.append(f"{wrong} requests of bystanders went wrong: {kinds}.")
    return Report(title, rows, remarks, complaints)


def _storm(group: UserGroup, session: SessionOnSale, seconds: float) -> Waves:
    waves = Waves()
    bodies = (api_client.reserve(session.id, seat) for seat in cycle(session.seats))
    waves_of_bodies = ([body] * len(group.users) for body in bodies)
    _hold_and_cancel(group, waves, waves_of_bodies, seconds)
    return waves


def _hold_and_cancel(
    group: UserGroup, waves: Waves, bodies: Iterator[Sequence[bytes]], seconds: float
) -> None:
    """Sends a wave of holds, one body a user, then cancels them, until time is up."""

    def send(holds: list[Wave]) -> None:
        holds.append(group.wave(dict(enumerate(next(bodies)))))
        waves.cancel.append(_cancel_holds(group, holds[-1]))

    send(waves.first_hold)
    for _ in _wave_numbers(seconds):
        send(waves.hold)


def _cancel_holds(group: UserGroup, holds: Wave) -> Wave:
    return group.wave(
        {
            answer.user: api_client.cancel(answer.result["id"])
            for answer in holds.answers
            if answer.outcome == "Reservation" and answer.result
        }
    )


def _noops(group: UserGroup, seconds: Seconds) -> list[Wave]:
    """The most that the server can do: it has finished the work of all holds."""
    time.sleep(plan.SETTLING_SECONDS)
    return [group.noop() for _ in _wave_numbers(seconds.noops)]


def _wave_numbers(seconds: float) -> Iterator[int]:
    ends = time.monotonic() + seconds
    for number in range(plan.WAVES):
        if time.monotonic() >= ends:
            return
        yield number


def _compared(
    name: str, session: SessionOnSale, waves: Waves, group: UserGroup, *, winners: int
) -> Report:
    holds, cancels = waves.hold_row(), waves.cancel_row()
    rows, remarks = [holds, cancels], []
    if waves.noop:
        noops = waves.noop_row()
        rows = [holds, noops, cancels]
        ratio = measurements.ratio(holds.rate, noops.rate)
        remarks = [f"reserveSeats goes at {ratio:.2f} of the no-op's rate in this run."]
    users = len(group.users)
    complaints = waves.complaints(users, winners)
    if not complaints:
        remarks.append(f"{winners} of {users} won in each of {holds.waves + 1} waves.")
    seats = "one seat" if winners == 1 else f"{winners} seats"
    title = f"{name}: {users} users on {seats} ({session.name})"
    return Report(title, rows, remarks, complaints, {"requests": group.requests})


SCENARIOS: dict[str, Callable[[Mapping[str, str], int, Seconds], Report]] = {
    "noop": noop,
    "map": seat_map,
    "storm": storm,
    "crowd": crowd,
    "best": best,
    "bystanders": bystanders,
    "readers": readers.run,
    "webhooks": webhooks.run,
}
