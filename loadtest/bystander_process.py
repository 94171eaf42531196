"""The bystanders' process: a task on stdin, every answer on stdout when it closes."""

import json
import sys

import gevent
from gevent.fileobject import FileObject
from locust import FastHttpUser, constant_pacing, task
from locust.contrib.fasthttp import FastHttpSession

from loadtest import box_office, plan
from loadtest.crew import send, spawned
from loadtest.figures import Answer
from loadtest.target import Target


class Walk:
    """What the bystanders are about, and what they were answered."""

    def __init__(self, target: Target, session_id: str, seats: list[str]) -> None:
        self.answers: list[Answer] = []
        self._path = target.path
        self._headers = [box_office.headers(token) for token in target.tokens]
        self._holds = [box_office.reserve(session_id, seat) for seat in seats]

    def hold_and_cancel(self, user: int, client: FastHttpSession) -> None:
        held = self._send(user, client, self._holds[user])
        if held.outcome == "Reservation" and held.result:
            self._send(user, client, box_office.cancel(held.result["id"]))

    def _send(self, user: int, client: FastHttpSession, body: bytes) -> Answer:
        answer = send(client, user, self._path, self._headers[user], body)
        self.answers.append(answer)
        return answer


def user_class(walk: Walk, users: int) -> type:
    places = iter(range(users))

    class Bystander(FastHttpUser):
        wait_time = constant_pacing(plan.BYSTANDER_PACE)

        def on_start(self) -> None:
            self.place = next(places)
            gevent.sleep(plan.BYSTANDER_PACE * self.place / users)  # not in step

        @task
        def hold_and_cancel(self) -> None:
            walk.hold_and_cancel(self.place, self.client)

    return Bystander


def main() -> None:
    stdin = FileObject(sys.stdin.buffer, "rb")
    asked = json.loads(stdin.readline())
    where = asked["target"]
    target = Target(**{**where, "tokens": tuple(where["tokens"])})
    walk = Walk(target, asked["session_id"], asked["seats"])
    with spawned(target, user_class(walk, len(target.tokens)), len(target.tokens)):
        print('"here"', flush=True)
        stdin.read()
    told = [(a.user, a.began, a.ended, a.status, a.body.decode()) for a in walk.answers]
    print(json.dumps(told))


if __name__ == "__main__":
    main()
