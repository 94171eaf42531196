"""Locust users who send a request each at the same moment."""

import gc
import logging
import resource
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

import gevent
from gevent.queue import SimpleQueue
from locust import FastHttpUser, task
from locust.env import Environment

from loadtest import api_client, plan
from loadtest.measurements import Answer, Wave
from loadtest.target import Target
from runtime.errors import CommandError

# Locust warns of quick spawning, which is what we want.
logging.getLogger("locust.runners").setLevel(logging.ERROR)


class UserGroup:
    """One locust user for each token; bodies and answers go through queues."""

    def __init__(self, target: Target) -> None:
        self.path = target.path
        self.headers = [api_client.headers(token) for token in target.tokens]
        self.bodies: list[SimpleQueue] = [SimpleQueue() for _ in target.tokens]
        self.answers = SimpleQueue()
        self.users = range(len(target.tokens))
        self.requests = 0  # all that were sent since the server is warm

    def wave(self, bodies: Mapping[int, bytes]) -> Wave:
        """Sends the body of each user; returns when all of them have an answer."""
        self.requests += len(bodies)
        for user, body in bodies.items():
            self.bodies[user].put(body)
        with gevent.Timeout(plan.WAVE_TIMEOUT, CommandError("A wave never ended.")):
            return Wave(tuple(self.answers.get() for _ in bodies))

    def noop(self) -> Wave:
        return self.wave(dict.fromkeys(self.users, api_client.NOOP))

    def user_class(self) -> type:
        group, numbers = self, iter(self.users)

        class WaveUser(FastHttpUser):
            network_timeout = connection_timeout = plan.WAVE_TIMEOUT / 2

            @task
            def send_bodies(self) -> None:
                user = next(numbers)
                bodies, headers = group.bodies[user], group.headers[user]
                while True:
                    body = bodies.get()
                    answer = send(self.client, user, group.path, headers, body)
                    group.answers.put(answer)

        return WaveUser


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
def user_group(target: Target) -> Iterator[UserGroup]:
    """With its connections open and the server warm."""
    _, files = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (files, files))
    group = UserGroup(target)
    with locust_users(target, group.user_class(), len(target.tokens)):
        for _ in range(plan.WARM_UP_WAVES):
            group.noop()
        group.requests = 0
        print(plan.WARM, flush=True)
        gc.disable()  # a pause of ours would look like one of the server's
        yield group


@contextmanager
def locust_users(target: Target, user_class: type, users: int) -> Iterator[None]:
    """Runs locust users without locust's command line or web page."""
    environment = Environment(user_classes=[user_class], host=target.origin)
    runner: Any = environment.create_local_runner()
    runner.start(users, spawn_rate=plan.SPAWN_RATE)
    try:
        runner.spawning_greenlet.join()
        yield
    finally:
        runner.quit()
