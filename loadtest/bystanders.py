"""Bystanders of a storm, in another process: the storm's queues do not delay them."""

import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, replace

from loadtest import measurements, plan
from loadtest.api_client import SessionOnSale
from loadtest.helper_process import HelperProcess
from loadtest.measurements import Answer, Row, Wave
from loadtest.target import Target


class Bystanders:
    """They hold and cancel seats at a fixed pace until `stop`."""

    def __init__(self, process: HelperProcess) -> None:
        self._process = process

    def stop(self) -> list[Answer]:
        """All answers that they got."""
        return [
            Answer(user, began, ended, status, body.encode())
            for user, began, ended, status, body in self._process.finish()
        ]


@contextmanager
def bystander_process(
    target: Target, session_id: str, seats: Sequence[str]
) -> Iterator[Bystanders]:
    with HelperProcess("loadtest.bystander_process") as process:
        process.request(
            {"target": asdict(target), "session_id": session_id, "seats": seats}
        )
        yield Bystanders(process)


def paced_bystanders(
    target: Target, number: int, session: SessionOnSale, name: str, seconds: float
) -> Row:
    """Theirs is the part of the seats and tokens with that number, from 0."""
    first = number * plan.BYSTANDERS
    seats = session.seats[first : first + plan.BYSTANDERS]
    tokens = target.tokens[::-1][first : first + plan.BYSTANDERS]  # the last ones
    bystanders = bystander_process(replace(target, tokens=tokens), session.id, seats)
    with bystanders as others:
        time.sleep(seconds)
        answers = others.stop()
    return measurements.paced_row(name, answers, ["Reservation"])


def split_by_waves(
    answers: Sequence[Answer], storm: Sequence[Wave]
) -> tuple[list[Answer], list[Answer]]:
    """The answers before the storm, and those that overlap one of its waves."""
    spans = [(wave.began, wave.ended) for wave in storm]
    quiet = [answer for answer in answers if answer.ended < spans[0][0]]
    stormed = [
        answer
        for answer in answers
        if any(answer.began < end and answer.ended > start for start, end in spans)
    ]
    return quiet, stormed
