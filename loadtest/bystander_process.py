"""The process of the bystanders: one line of JSON on stdin starts it.

At the end of stdin it stops and prints all answers.
"""

import json
import sys

import gevent
from gevent.fileobject import FileObject
from locust import FastHttpUser, constant_pacing, task
from locust.contrib.fasthttp import FastHttpSession

from loadtest import api_client, plan
from loadtest.measurements import Answer
from loadtest.target import Target
from loadtest.user_group import locust_users, send


class BystanderRequests:
    """The requests of all bystanders and their answers."""

    def __init__(self, target: Target, session_id: str, seats: list[str]) -> None:
        self.answers: list[Answer] = []
        self._path = target.path
        self._headers = [api_client.headers(token) for token in target.tokens]
        self._holds = [api_client.reserve(session_id, seat) for seat in seats]

    def hold_and_cancel(self, user: int, client: FastHttpSession) -> None:
        held = self._send(user, client, self._holds[user])
        if held.outcome == "Reservation" and held.result:
            self._send(user, client, api_client.cancel(held.result["id"]))

    def _send(self, user: int, client: FastHttpSession, body: bytes) -> Answer:
        answer = send(client, user, self._path, self._headers[user], body)
        self.answers.append(answer)
        return answer


def user_class(requests: BystanderRequests, users: int) -> type:
    numbers = iter(range(users))

    class Bystander(FastHttpUser):
        wait_time = constant_pacing(plan.BYSTANDER_PACE)

        def on_start(self) -> None:
            self.number = next(numbers)
            gevent.sleep(plan.BYSTANDER_PACE * self.number / users)  # not all at once

        @task
        def hold_and_cancel(self) -> None:
            requests.hold_and_cancel(self.number, self.client)

    return Bystander


def main() -> None:
    stdin = FileObject(sys.stdin.buffer, "rb")
    order = json.loads(stdin.readline())
    target = Target.from_json(order["target"])
    requests = BystanderRequests(target, order["session_id"], order["seats"])
    with locust_users(
        target, user_class(requests, len(target.tokens)), len(target.tokens)
    ):
        print('"ready"', flush=True)
        stdin.read()
    print(
        json.dumps(
            [
                (
                    answer.user,
                    answer.began,
                    answer.ended,
                    answer.status,
                    answer.body.decode(),
                )
                for answer in requests.answers
            ]
        )
    )


if __name__ == "__main__":
    main()
