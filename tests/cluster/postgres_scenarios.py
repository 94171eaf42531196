"""The scenarios of the embedded Postgres and of lost requests and answers."""

from tests.cluster.faults import freeze, kill
from tests.cluster.link_faults import black_hole, cut, lose, slow
from tests.cluster.scenario import Scenario

OF_POSTGRES = (
    Scenario(
        name="postgres-killed",
        expected="a clear error, then all that was acknowledged is there",
        faults=[kill("postgres")],
        seconds=3,
        outage=15,
        quick=True,
    ),
    Scenario(
        name="postgres-cut-off",
        expected="a clear error, recovery by itself",
        faults=[cut("postgres")],
        seconds=10,
        outage=22,
    ),
    Scenario(
        name="postgres-black-hole",
        expected="errors within the time-outs, recovery by itself",
        faults=[black_hole("postgres")],
        seconds=15,
        bound=15,
        outage=32,
    ),
    Scenario(
        name="postgres-frozen",
        expected="errors within the time-outs, recovery by itself",
        faults=[freeze("postgres")],
        seconds=40,
        bound=15,
        outage=57,
    ),
    Scenario(
        name="postgres-slow",
        expected="slower, and nothing else",
        faults=[slow("postgres", 0.5)],
        seconds=20,
    ),
    Scenario(
        name="commit-answer-lost",
        expected="what had no answer happened once; keys find it",
        faults=[
            lose("approve", "answered", "api", 15),
            lose("hold", "answered", "api", 30),
        ],
        seconds=15,
        quick=True,
    ),
    Scenario(
        name="commit-never-arrived",
        expected="what had no answer did not happen; a retry does it",
        faults=[lose("approve", "asked", "api", 15), lose("hold", "asked", "api", 30)],
        seconds=15,
    ),
    Scenario(
        name="worker-commits-lost",
        expected="events come again and change nothing",
        faults=[
            lose("update payments", "answered", "worker", 10),
            lose("confirm", "answered", "worker", 5),
            lose("mark sent", "answered", "worker", 5),
        ],
        seconds=15,
    ),
)
