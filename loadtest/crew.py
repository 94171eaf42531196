"""Locust users who all send at the same moment, when they are told to."""

import gc
import logging
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gevent
from gevent.queue import SimpleQueue
from locust import FastHttpUser, task
from locust.env import Environment

from loadtest import box_office, plan
from loadtest.figures import Answer, Wave
from loadtest.target import Target
from runtime.errors import CommandError

# It warns of quick spawning, which is what a crowd does.
logging.getLogger("locust.runners").setLevel(logging.ERROR)


class Crew:
    """One locust user for each token; requests and answers go through queues."""

    def __init__(self, target: Target) -> None:
        self.path = target.path
        self.headers = [box_office.headers(token) for token in target.tokens]
        self.orders: list[SimpleQueue] = [SimpleQueue() for _ in target.tokens]
        self.answers = SimpleQueue()
        self.everybody = range(len(target.tokens))
        self.requests = 0  # all that were sent, those that warm up too

    def wave(self, orders: Mapping[int, bytes]) -> Wave:
        """Each of the users sends one body; returns when all have their answer."""
        self.requests += len(orders)
        for user, body in orders.items():
            self.orders[user].put(body)
        with gevent.Timeout(plan.WAVE_TIMEOUT, CommandError("A wave never ended.")):
            return Wave(tuple(self.answers.get() for _ in orders))

    def noop(self) -> Wave:
        return self.wave(dict.fromkeys(self.everybody, box_office.NOOP))

    def user_class(self) -> type:
        crew, places = self, iter(self.everybody)

        class Customer(FastHttpUser):
            network_timeout = connection_timeout = plan.WAVE_TIMEOUT / 2

            @task
            def obey(self) -> None:
                user = next(places)
                orders, headers = crew.orders[user], crew.headers[user]
                while True:
                    body = orders.get()
                    answer = send(self.client, user, crew.path, headers, body)
                    crew.answers.put(answer)

        return Customer


def send(
    client: Any, user: int, path: str, headers: dict[str, str], body: bytes
) -> Answer:
    """One request of a locust user; a failure is an answer, too."""
    began = time.monotonic()
    response = client.post(path, data=body, headers=headers)
    ended = time.monotonic()
    content = response.content or str(response.error).encode()
    return Answer(user, began, ended, response.status_code, content)


@contextmanager
def assembled(target: Target) -> Iterator[Crew]:
    """The crew with its connections open and the server warm."""
    crew = Crew(target)
    with spawned(target, crew.user_class(), len(target.tokens)):
        for _ in range(plan.WARM_UP_WAVES):
            crew.noop()
        gc.disable()  # a pause of ours would look like one of the server's
        yield crew


@contextmanager
def spawned(target: Target, user_class: type, users: int) -> Iterator[None]:
    """So many locust users at work, without locust's command line or web page."""
    environment = Environment(user_classes=[user_class], host=target.origin)
    runner: Any = environment.create_local_runner()
    runner.start(users, spawn_rate=plan.SPAWN_RATE)
    try:
        runner.spawning_greenlet.join()
        yield
    finally:
        runner.quit()
