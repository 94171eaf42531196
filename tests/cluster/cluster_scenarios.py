"""The scenarios that need the whole cluster: several of each server, and NGINX."""

from functools import partial

from tests.cluster.faults import freeze, freeze_leader, kill, kill_follower, kill_leader
from tests.cluster.scenario import Scenario

on_all = partial(Scenario, cluster=True)

CLUSTER_SCENARIOS = (
    on_all(name="cluster-calm", expected="everything works", seconds=5),
    on_all(
        name="cluster-api-killed",
        expected="NGINX goes on with the others",
        faults=[kill("api-1")],
    ),
    on_all(
        name="cluster-api-frozen",
        expected="NGINX goes on with the others; what it had runs into a time-out",
        faults=[freeze("api-2")],
        seconds=40,
    ),
    on_all(
        name="cluster-nginx-killed",
        expected="nobody is served until it is back",
        faults=[kill("nginx")],
        seconds=5,
        outage=15,
    ),
    on_all(
        name="cluster-worker-killed",
        expected="the other takes relay and partitions over",
        faults=[kill("worker-1")],
        seconds=20,
    ),
    on_all(
        name="redlock-node-killed",
        expected="two of three are a majority",
        faults=[kill("redlock-1")],
    ),
    on_all(
        name="redlock-nodes-killed",
        expected="no majority: Postgres decides alone",
        faults=[kill("redlock-1"), kill("redlock-2")],
    ),
    on_all(
        name="redis-primary-killed",
        expected="Sentinel promotes a replica, maps resync",
        faults=[kill_leader("redis")],
        seconds=15,
    ),
    on_all(
        name="postgres-primary-killed",
        expected="the standby is promoted; nothing that was acknowledged is lost",
        faults=[kill_leader("postgres")],
        seconds=45,
        outage=60,
        bound=20,
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
    *(
        on_all(
            name=f"kafka-{number}-killed",
            expected="the others lead its partitions",
            faults=[kill(f"kafka-{number}")],
            seconds=20,
        )
        for number in (1, 2, 3)
    ),
    on_all(
        name="kafka-all-killed",
        expected="holds go on, maps and payments catch up",
        faults=[kill(f"kafka-{number}") for number in (1, 2, 3)],
        seconds=60,
        bound=60,
    ),
)
