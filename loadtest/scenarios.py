"""The scenarios over HTTP: noop, storm, crowd, and bystanders of a storm."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle, repeat

from loadtest import box_office, figures, plan
from loadtest.box_office import BoxOffice, Stage
from loadtest.bystanders import standing_by, told_apart
from loadtest.crew import Crew, assembled
from loadtest.figures import Row, Wave
from loadtest.report import Report
from loadtest.target import Target, find

NOTHING_DONE = "NotFound"  # what a no-op is answered


@dataclass
class Blown:
    """The waves of a run, by what was asked.

    The first holds on a server that has just started open what the later ones use:
    they are checked like the others, and their times do not count.
    """

    first_hold: list[Wave] = field(default_factory=list)
    noop: list[Wave] = field(default_factory=list)
    hold: list[Wave] = field(default_factory=list)
    cancel: list[Wave] = field(default_factory=list)

    def noop_row(self) -> Row:
        return figures.row("no-op mutation", self.noop, refused=[NOTHING_DONE])

    def hold_row(self) -> Row:
        kinds = ["Reservation"], ["SeatsUnavailable"]
        return figures.row("reserveSeats", self.hold, *kinds)

    def cancel_row(self) -> Row:
        return figures.row("cancelReservation", self.cancel, done=["Reservation"])

    def complaints(self, users: int, winners: int) -> list[str]:
        expected = {"Reservation": winners, "SeatsUnavailable": users - winners}
        return [
            *figures.complaints([*self.first_hold, *self.hold], expected),
            *figures.complaints(self.cancel, {"Reservation": winners}),
            *figures.complaints(self.noop, {NOTHING_DONE: users}),
        ]


def noop(environ: Mapping[str, str], users: int, seconds: float) -> Report:
    target, blown = find(environ, users), Blown()
    BoxOffice(target).send(box_office.NOOP)  # a clear word when nobody is there
    with assembled(target) as crew:
        for _ in _waves(seconds):
            blown.noop.append(crew.noop())
    title = f"No-op: {users} users"
    complaints = figures.complaints(blown.noop, {NOTHING_DONE: users})
    sent = {"requests": crew.requests}
    return Report(title, [blown.noop_row()], [], complaints, sent)


def storm(environ: Mapping[str, str], users: int, seconds: float) -> Report:
    """All on one seat, again and again; no-ops before and after to compare."""
    target = find(environ, users)
    stage = BoxOffice(target).choose(1)
    with assembled(target) as crew:
        before = _noops(crew)
        blown = _blow(crew, stage, seconds)
        blown.noop += [*before, *_noops(crew)]
    return _compared("Storm", stage, blown, crew, winners=1)


def crowd(environ: Mapping[str, str], users: int, seconds: float) -> Report:
    """Each on a seat of his own; afterwards all the seats come back."""
    target, blown = find(environ, users), Blown()
    stage = BoxOffice(target).choose(users)
    seats = stage.seats[:users]
    bodies = [box_office.reserve(stage.session_id, seat) for seat in seats]
    with assembled(target) as crew:
        blown.noop += _noops(crew)
        _hold_and_cancel(crew, blown, repeat(bodies), seconds)
        blown.noop += _noops(crew)
    return _compared("Crowd", stage, blown, crew, winners=users)


def bystanders(environ: Mapping[str, str], users: int, seconds: float) -> Report:
    """A few on other seats of the same session, before and during a storm."""
    target = find(environ, users + plan.BYSTANDERS)
    stage = BoxOffice(target).choose(plan.BYSTANDERS + 1)
    stormy, apart = _parted(target, users)
    watched, theirs = stage.seats[plan.BYSTANDERS :], stage.seats[: plan.BYSTANDERS]
    with (
        assembled(stormy) as crew,
        standing_by(apart, stage.session_id, theirs) as others,
    ):
        time.sleep(plan.QUIET_SECONDS)
        calm = Stage(stage.session_id, stage.name, watched)
        blown = _blow(crew, calm, seconds)
        answers = others.leave()
    quiet, stormed = told_apart(answers, [*blown.first_hold, *blown.hold])
    title = (
        f"Bystanders: {plan.BYSTANDERS} on other seats while {users} users storm one "
        f"({stage.name})"
    )
    rows = [
        figures.paced_row("bystanders, quiet", quiet, ["Reservation"]),
        figures.paced_row("bystanders, storm", stormed, ["Reservation"]),
        blown.hold_row(),
    ]
    remarks = ["Bystanders: what overlaps a wave counts as storm; holds and cancels."]
    complaints = blown.complaints(users, winners=1)
    wrong = sum(row.errors for row in rows[:2])
    if wrong:
        kinds = {answer.outcome for answer in answers} - {"Reservation"}
        complaints.append(f"{wrong} requests of bystanders went wrong: {kinds}.")
    return Report(title, rows, remarks, complaints)


def _blow(crew: Crew, stage: Stage, seconds: float) -> Blown:
    blown = Blown()
    bodies = (box_office.reserve(stage.session_id, seat) for seat in cycle(stage.seats))
    waves = ([body] * len(crew.everybody) for body in bodies)
    _hold_and_cancel(crew, blown, waves, seconds)
    return blown


def _hold_and_cancel(
    crew: Crew, blown: Blown, waves: Iterator[Sequence[bytes]], seconds: float
) -> None:
    """Each wave has one body a user; another wave gives back what it holds."""

    def send(kept: list[Wave]) -> None:
        kept.append(crew.wave(dict(enumerate(next(waves)))))
        blown.cancel.append(_give_back(crew, kept[-1]))

    send(blown.first_hold)
    for _ in _waves(seconds):
        send(blown.hold)


def _give_back(crew: Crew, wave: Wave) -> Wave:
    """Whoever holds something cancels it."""
    return crew.wave(
        {
            answer.user: box_office.cancel(answer.result["id"])
            for answer in wave.answers
            if answer.outcome == "Reservation" and answer.result
        }
    )


def _noops(crew: Crew) -> list[Wave]:
    """The ceiling: when nothing of a hold is under way any more."""
    time.sleep(plan.SETTLING_SECONDS)
    return [crew.noop() for _ in _waves(plan.NOOP_SECONDS)]


def _waves(seconds: float) -> Iterator[int]:
    ends = time.monotonic() + seconds
    for number in range(plan.WAVES):
        if time.monotonic() > ends:
            return
        yield number


def _parted(target: Target, users: int) -> tuple[Target, Target]:
    first, rest = target.tokens[:users], target.tokens[users:]
    where = target.host, target.port, target.path
    return Target(*where, first), Target(*where, rest)


def _compared(
    name: str, at: Stage, blown: Blown, crew: Crew, *, winners: int
) -> Report:
    holds, noops = blown.hold_row(), blown.noop_row()
    ratio = figures.ratio(holds.rate, noops.rate)
    remarks = [f"reserveSeats goes at {ratio:.2f} of the no-op's rate in this run."]
    users = holds.requests // holds.waves
    complaints = blown.complaints(users, winners)
    if not complaints:
        remarks.append(f"{winners} of {users} won in each of {holds.waves + 1} waves.")
    rows = [holds, noops, blown.cancel_row()]
    seats = "one seat" if winners == 1 else f"{winners} seats"
    title = f"{name}: {users} users on {seats} ({at.name})"
    more = {"ratio_to_noop": ratio, "requests": crew.requests}
    return Report(title, rows, remarks, complaints, more)


PLAYS: dict[str, Callable[[Mapping[str, str], int, float], Report]] = {
    "noop": noop,
    "storm": storm,
    "crowd": crowd,
    "bystanders": bystanders,
}
