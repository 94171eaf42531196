"""The scenarios that need the whole cluster: several of each server, and NGINX."""

from functools import partial

from tests.cluster.faults import (
    freeze,
    freeze_leader,
    kill,
    kill_follower,
    kill_leader,
    restart_in_turn,
)
from tests.cluster.scenario import Scenario

APIS = ("api-1", "api-2", "api-3")
WORKERS = ("worker-1", "worker-2")
BROKERS = ("kafka-1", "kafka-2", "kafka-3")
FREEZE_SECONDS = 40.0

on_all = partial(Scenario, cluster=True)
# Longer than all time-outs of ours.
frozen = partial(on_all, seconds=FREEZE_SECONDS)

OF_OUR_PROGRAMS = (
    on_all(
        name="cluster-api-killed",
        expected="NGINX goes on with the others",
        faults=[kill("api-1")],
    ),
    frozen(
        name="cluster-api-frozen",
        expected="NGINX goes on with the others; what it had runs into a time-out",
        faults=[freeze("api-2")],
    ),
    on_all(
        name="cluster-worker-killed",
        expected="the other takes relay and partitions over",
        faults=[kill("worker-1")],
        seconds=20,
    ),
    frozen(
        name="cluster-worker-frozen",
        expected="the other takes relay and partitions over",
        faults=[freeze("worker-1")],
    ),
    on_all(
        name="cluster-rolling-restart",
        expected="nobody notices",
        faults=[restart_in_turn(*APIS, *WORKERS)],
        seconds=0,
    ),
    on_all(
        name="cluster-nginx-killed",
        expected="nobody is served until it is back",
        faults=[kill("nginx")],
        seconds=5,
        outage=15,
    ),
    frozen(
        name="cluster-nginx-frozen",
        expected="nobody is served until it is back; what it had goes on",
        faults=[freeze("nginx")],
        outage=57,
    ),
)

OF_REDIS = (
    on_all(
        name="redlock-node-killed",
        expected="two of three are a majority",
        faults=[kill("redlock-1")],
    ),
    frozen(
        name="redlock-node-frozen",
        expected="two of three are a majority",
        faults=[freeze("redlock-1")],
    ),
    on_all(
        name="redlock-nodes-killed",
        expected="no majority: Postgres decides alone",
        faults=[kill("redlock-1"), kill("redlock-2")],
    ),
    frozen(
        name="redlock-nodes-frozen",
        expected="no majority: Postgres decides alone",
        faults=[freeze("redlock-1", "redlock-2")],
    ),
    on_all(
        name="redis-primary-killed",
        expected="Sentinel promotes a replica, maps resync",
        faults=[kill_leader("redis")],
        seconds=15,
    ),
    frozen(
        name="redis-primary-frozen",
        expected="Sentinel promotes a replica, maps resync; it comes back as one",
        faults=[freeze_leader("redis")],
    ),
)

OF_POSTGRES = (
    on_all(
        name="postgres-primary-killed",
        expected="the standby is promoted; nothing that was acknowledged is lost",
        faults=[kill_leader("postgres")],
        seconds=45,
        outage=60,
        bound=20,
        quick=True,
    ),
    on_all(
        name="postgres-primary-frozen",
        expected="it is fenced; what it had not replicated it had not acknowledged",
        faults=[freeze_leader("postgres")],
        seconds=45,
        outage=60,
        bound=20,
    ),
    on_all(
        name="postgres-standby-then-primary",
        expected="no promotion of one that lacks commits; back with the primary",
        faults=[kill_follower("postgres"), kill_leader("postgres")],
        seconds=20,
        outage=90,
        bound=60,
    ),
)

OF_KAFKA = (
    *(
        on_all(
            name=f"{broker}-killed",
            expected="the others lead its partitions",
            faults=[kill(broker)],
            seconds=20,
        )
        for broker in BROKERS
    ),
    *(
        frozen(
            name=f"{broker}-frozen",
            expected="the others lead its partitions",
            faults=[freeze(broker)],
        )
        for broker in BROKERS
    ),
    on_all(
        name="kafka-all-killed",
        expected="holds go on, maps and payments catch up",
        faults=[kill(broker) for broker in BROKERS],
        seconds=60,
        bound=60,
    ),
)

MIXABLE = (
    kill("api-1"),
    freeze("api-2"),
    kill("worker-1"),
    freeze("worker-2"),
    kill("nginx"),
    kill("redlock-1"),
    freeze("redlock-2"),
    kill_leader("redis"),
    kill_leader("postgres"),
    kill("kafka-1"),
    freeze("kafka-2"),
)
MIXES = tuple(
    on_all(
        name=f"cluster-mix-of-{count}",
        expected="all of it at once",
        faults=MIXABLE,
        mix=count,
        bound=60,
        outage=90,
    )
    for count in (3, 4, 5)
)

# Those that are run against the containers too.
CONTAINERS = (
    "cluster-api-killed",
    "cluster-rolling-restart",
    "cluster-nginx-killed",
    "redis-primary-killed",
    "postgres-primary-killed",
    "kafka-1-killed",
)

CLUSTER_SCENARIOS = (
    on_all(name="cluster-calm", expected="everything works", seconds=5),
    *OF_OUR_PROGRAMS,
    *OF_REDIS,
    *OF_POSTGRES,
    *OF_KAFKA,
    *MIXES,
)
