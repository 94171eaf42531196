"""The scenarios that need the whole cluster: several of each server, and NGINX."""

from tests.cluster.faults import freeze, freeze_leader, kill, kill_follower, kill_leader
from tests.cluster.scenario import Scenario

CLUSTER_SCENARIOS = (
    Scenario(cluster=True, name="cluster-calm", expected="everything works", seconds=5),
    Scenario(
        cluster=True,
        name="cluster-api-killed",
        expected="NGINX goes on with the others",
        faults=[kill("api-1")],
    ),
    Scenario(
        cluster=True,
        name="cluster-api-frozen",
        expected="NGINX goes on with the others; what it had runs into a time-out",
        faults=[freeze("api-2")],
        seconds=40,
    ),
    Scenario(
        cluster=True,
        name="cluster-nginx-killed",
        expected="nobody is served until it is back",
        faults=[kill("nginx")],
        seconds=5,
        outage=15,
    ),
    Scenario(
        cluster=True,
        name="cluster-worker-killed",
        expected="the other takes relay and partitions over",
        faults=[kill("worker-1")],
        seconds=20,
    ),
    Scenario(
        cluster=True,
        name="redlock-node-killed",
        expected="two of three are a majority",
        faults=[kill("redlock-1")],
    ),
    Scenario(
        cluster=True,
        name="redlock-nodes-killed",
        expected="no majority: Postgres decides alone",
        faults=[kill("redlock-1"), kill("redlock-2")],
    ),
    Scenario(
        cluster=True,
        name="redis-primary-killed",
        expected="Sentinel promotes a replica, maps resync",
        faults=[kill_leader("redis")],
        seconds=15,
    ),
    Scenario(
        cluster=True,
        name="postgres-primary-killed",
        expected="the standby is promoted; nothing that was acknowledged is lost",
        faults=[kill_leader("postgres")],
        seconds=45,
        outage=60,
        bound=20,
    ),
    Scenario(
        cluster=True,
        name="postgres-primary-frozen",
        expected="it is fenced; what it had not replicated it had not acknowledged",
        faults=[freeze_leader("postgres")],
        seconds=45,
        outage=60,
        bound=20,
    ),
    Scenario(
        cluster=True,
        name="postgres-standby-then-primary",
        expected="no promotion of one that lacks commits; back with the primary",
        faults=[kill_follower("postgres"), kill_leader("postgres")],
        seconds=20,
        outage=90,
        bound=60,
    ),
    *(
        Scenario(
            cluster=True,
            name=f"kafka-{number}-killed",
            expected="the others lead its partitions",
            faults=[kill(f"kafka-{number}")],
            seconds=20,
        )
        for number in (1, 2, 3)
    ),
    Scenario(
        cluster=True,
        name="kafka-all-killed",
        expected="holds go on, maps and payments catch up",
        faults=[kill(f"kafka-{number}") for number in (1, 2, 3)],
        seconds=60,
        bound=60,
    ),
)
