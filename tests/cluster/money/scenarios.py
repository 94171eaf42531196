"""The named scenarios about money."""

import asyncio
from dataclasses import replace
from typing import cast

import httpx2

from tests.cluster.faults import Fault, FaultContext, kill, kill_leader, start_victims
from tests.cluster.link_faults import kill_at
from tests.cluster.money.crowd import Crowd
from tests.cluster.money.environment import MoneyEnvironment
from tests.cluster.proxy import Trap
from tests.cluster.scenario import Scenario

POLL_SECONDS, PATIENCE_SECONDS = 0.05, 30.0
CLUSTER = "cluster-money"


def provider(name: str, **facts: object) -> Fault:
    """A fault of the sandbox, until it is healed."""

    def strike(context: FaultContext) -> None:
        _post(context, "/faults", {"name": name, **facts})

    def heal(context: FaultContext) -> None:
        _post(context, "/faults/remove", {"name": name})

    where = " ".join(f"{fact}={value}" for fact, value in facts.items())
    return Fault(f"provider: {name} {where}".strip(), strike, heal)


def cancel_session() -> Fault:
    def strike(context: FaultContext) -> None:
        cast("Crowd", context.clients).cancel_session()

    return Fault("a manager cancels a session", strike)


def kill_workers_at(call: str) -> Fault:
    """All workers, as one of them makes this call, which is never answered."""

    def strike(context: FaultContext) -> None:
        _post(context, "/faults", {"name": "black_hole", "call": call, "times": 1})
        trap = Trap(label=call, moment="asked")
        context.traps.append(trap)
        context.restarting.append(asyncio.create_task(_kill_workers(context, trap)))

    def heal(context: FaultContext) -> None:
        for waiting in context.restarting:
            waiting.cancel()
        _post(context, "/faults/remove", {"name": "black_hole"})
        start_victims(context)

    return Fault(f"SIGKILL all workers at {call}", strike, heal)


async def _kill_workers(context: FaultContext, trap: Trap) -> None:
    url = _sandbox_url(context)
    async with httpx2.AsyncClient(
        base_url=url, timeout=PATIENCE_SECONDS, trust_env=False
    ) as http:
        while (await http.get("/faults")).json():  # noqa: ASYNC110 # until a call meets it
            await asyncio.sleep(POLL_SECONDS)
    for worker in context.environment.names("worker"):
        context.environment.kill(worker)
        context.victims.append(worker)
    trap.triggered += 1


def _sandbox_url(context: FaultContext) -> str:
    return cast("MoneyEnvironment", context.environment).sandbox_url


def _post(context: FaultContext, path: str, data: dict[str, object]) -> None:
    url = f"{_sandbox_url(context)}{path}"
    sent = httpx2.post(url, data=data, timeout=PATIENCE_SECONDS, trust_env=False)
    sent.raise_for_status()


def _scenario(
    name: str,
    expected: str,
    *faults: Fault,
    seconds: float,
    on: str = "money",
    quick: bool = False,
) -> Scenario:
    return Scenario(
        name=f"{on}-{name}",
        expected=expected,
        faults=faults,
        seconds=seconds,
        money=True,
        cluster=on == CLUSTER,
        quick=quick,
    )


def _twin(scenario: Scenario) -> Scenario:
    """The same on all of the cluster."""
    return replace(scenario, name=f"cluster-{scenario.name}", cluster=True)


MONEY = (
    _scenario("calm", "everything is sold, captured and refunded once", seconds=15),
    _scenario(
        "webhooks-twice",
        "an event that comes again changes nothing",
        provider("webhooks_twice"),
        seconds=15,
    ),
    _scenario(
        "webhooks-never",
        "the sweeper finds what was paid, a minute later",
        provider("webhooks_never"),
        seconds=20,
    ),
    _scenario(
        "webhooks-late",
        "the sweeper or the event, the first of them; holds may have ended",
        provider("webhooks_late", delay=30),
        seconds=20,
    ),
    _scenario(
        "webhooks-out-of-order",
        "the provider is asked, so the order does not matter",
        provider("webhooks_out_of_order", delay=10),
        provider("webhooks_twice"),
        seconds=20,
    ),
    _scenario(
        "provider-down",
        "checkouts are refused for a minute; what was decided is done afterwards",
        kill("sandbox"),
        seconds=60,
    ),
    _scenario(
        "provider-black-hole",
        "calls end after their time, and are made again",
        provider("black_hole"),
        seconds=30,
    ),
    _scenario("provider-slow", "slower", provider("slow", delay=3), seconds=20),
    _scenario(
        "provider-fails-after-the-deed",
        "what was done is not done again",
        provider("failed_answer"),
        seconds=20,
    ),
    _scenario(
        "answers-lost",
        "what was done is not done again",
        provider("lost_answer"),
        seconds=20,
    ),
    _scenario(
        "api-killed-before-the-page-is-known",
        "the page is the same when it is asked for again",
        kill_at("page", "asked", "api"),
        seconds=20,
    ),
    _scenario(
        "api-killed-between-authorisation-and-sale",
        "the event comes again, to another API",
        kill_at("authorised", "asked", "api"),
        seconds=20,
    ),
    _scenario(
        "worker-killed-before-the-sale",
        "the other worker sells",
        kill_at("sell", "asked", "worker"),
        seconds=20,
    ),
    _scenario(
        "worker-killed-before-the-capture",
        "the other worker captures, once",
        kill_at("effects", "answered", "worker"),
        seconds=20,
    ),
    _scenario(
        "worker-killed-after-the-capture",
        "it is not captured again",
        kill_at("effect done", "asked", "worker"),
        seconds=20,
    ),
    _scenario(
        "session-cancelled",
        "all that was sold is refunded once, and money that comes later, too",
        cancel_session(),
        seconds=15,
    ),
    _scenario(
        "api-killed-while-a-session-is-cancelled",
        "it is cancelled whole, by one of the calls",
        kill_at("cancel session", "answered", "api", skips=0),
        cancel_session(),
        seconds=15,
    ),
    _scenario(
        "api-killed-after-the-refund",
        "the money goes back once",
        kill_at("refund", "answered", "api"),
        seconds=20,
    ),
)

# On all of `make cluster`: buyers and events come through NGINX.
CLUSTER_MONEY = (
    *(_twin(scenario) for scenario in MONEY),
    _scenario(
        "api-killed",
        "NGINX sends buyers and events to the others",
        kill("api-1"),
        seconds=20,
        on=CLUSTER,
    ),
    _scenario(
        "workers-killed-before-the-sale",
        "what was authorised is sold by the next worker",
        kill_workers_at("checkout.sessions.retrieve"),
        seconds=20,
        on=CLUSTER,
    ),
    _scenario(
        "workers-killed-before-the-capture",
        "what was sold is captured by the next worker, once",
        kill_workers_at("payment_intents.capture"),
        seconds=20,
        on=CLUSTER,
        quick=True,
    ),
    _scenario(
        "postgres-primary-killed",
        "the standby goes on with every payment that was acknowledged",
        kill_leader("postgres"),
        seconds=45,
        on=CLUSTER,
    ),
)
