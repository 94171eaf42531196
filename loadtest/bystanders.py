"""Bystanders of a storm, in a process of their own: its queues are not theirs."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict

from loadtest.child import Child
from loadtest.figures import Answer, Wave
from loadtest.target import Target


class Bystanders:
    """They hold and cancel at their pace until they are told to leave."""

    def __init__(self, child: Child) -> None:
        self._child = child

    def leave(self) -> list[Answer]:
        return [
            Answer(user, began, ended, status, body.encode())
            for user, began, ended, status, body in self._child.dismiss()
        ]


@contextmanager
def standing_by(
    target: Target, session_id: str, seats: Sequence[str]
) -> Iterator[Bystanders]:
    with Child("loadtest.bystander_process") as child:
        told = {"target": asdict(target), "session_id": session_id, "seats": seats}
        child.ask(told)
        yield Bystanders(child)


def told_apart(
    answers: Sequence[Answer], storm: Sequence[Wave]
) -> tuple[list[Answer], list[Answer]]:
    """Those before the storm, and those that overlap one of its waves."""
    spans = [(wave.began, wave.ended) for wave in storm]
    quiet = [answer for answer in answers if answer.ended < spans[0][0]]
    stormed = [
        answer
        for answer in answers
        if any(answer.began < end and answer.ended > start for start, end in spans)
    ]
    return quiet, stormed
