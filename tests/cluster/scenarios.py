"""The named scenarios of the embedded servers."""

from tests.cluster.faults import (
    empty,
    fill_disk,
    freeze,
    kill,
    restart_in_turn,
    stop_reading,
    wrong_clocks,
)
from tests.cluster.link_faults import (
    black_hole,
    freeze_at,
    kill_at,
    slow,
)
from tests.cluster.mixes import MIXES
from tests.cluster.postgres_scenarios import OF_POSTGRES
from tests.cluster.scenario import Scenario

# Without NGINX each customer soon asks the frozen API and waits 8 s for it.
ALL_WAIT_SECONDS = 16.0

SCENARIOS = (
    Scenario(name="calm", expected="everything works", seconds=5),
    Scenario(
        name="api-killed-before-hold",
        expected="the hold never happened, the others go on",
        faults=[kill_at("hold", "asked", "api")],
    ),
    Scenario(
        name="api-killed-after-hold",
        expected="the hold is there; its key finds it, or it expires",
        faults=[kill_at("hold", "answered", "api")],
        quick=True,
    ),
    Scenario(
        name="api-killed-after-extension",
        expected="the hold lasts longer; its key does not extend it again",
        faults=[kill_at("extend", "answered", "api")],
    ),
    Scenario(
        name="api-killed-after-block",
        expected="the seats are blocked, and every map shows it",
        faults=[kill_at("block", "answered", "api")],
    ),
    Scenario(
        name="api-killed-in-approval",
        expected="nothing is sold; a retry sells",
        faults=[kill_at("approve", "asked", "api")],
    ),
    Scenario(
        name="api-killed-after-approval",
        expected="it is sold; a retry is answered the same",
        faults=[kill_at("approve", "answered", "api")],
    ),
    Scenario(
        name="api-killed-in-check-in",
        expected="nobody is in; the gate scans again, and one is",
        faults=[kill_at("check in", "asked", "api", skips=1)],
    ),
    Scenario(
        name="api-killed-after-check-in",
        expected="one is in; the key of the gate finds it",
        faults=[kill_at("check in", "answered", "api", skips=1)],
    ),
    Scenario(
        name="api-killed-in-transfer",
        expected="the buyer still has the ticket; asking again passes it on",
        faults=[kill_at("transfer", "asked", "api", skips=1)],
    ),
    Scenario(
        name="api-killed-after-transfer",
        expected="the ticket is somebody else's; asking again shows it",
        faults=[kill_at("transfer", "answered", "api", skips=1)],
    ),
    Scenario(
        name="api-frozen-mid-hold",
        expected="its holds expire, the others go on",
        faults=[freeze_at("hold", "asked", "api")],
        seconds=40,
        outage=ALL_WAIT_SECONDS,
    ),
    Scenario(
        name="api-frozen-after-approval",
        expected="it is sold; another API answers the same",
        faults=[freeze_at("approve", "answered", "api")],
        seconds=40,
        outage=ALL_WAIT_SECONDS,
    ),
    Scenario(
        name="relay-killed-before-mark",
        expected="events are sent twice, handled once; the other relay takes over",
        faults=[kill_at("mark sent", "asked", "worker")],
        quick=True,
    ),
    Scenario(
        name="relay-frozen-and-resumed",
        expected="the other relay takes over; what the first still sends is a repeat",
        faults=[freeze_at("mark sent", "asked", "worker")],
        seconds=40,
    ),
    Scenario(
        name="consumer-killed-before-commit",
        expected="no effect; another consumer has it again",
        faults=[kill_at("update payments", "asked", "worker")],
    ),
    Scenario(
        name="consumer-killed-after-commit",
        expected="the event comes again and changes nothing",
        faults=[kill_at("update payments", "answered", "worker")],
    ),
    Scenario(
        name="consumer-frozen-before-commit",
        expected="Postgres goes on with its statement, no lock stays behind",
        faults=[freeze_at("update payments", "asked", "worker")],
        seconds=40,
    ),
    Scenario(
        name="consumer-frozen-after-commit",
        expected="another consumer has the event again, and changes nothing",
        faults=[freeze_at("update payments", "answered", "worker")],
        seconds=40,
    ),
    Scenario(
        name="workers-frozen",
        expected="holds go on, maps and payments catch up",
        faults=[freeze("worker-1", "worker-2")],
        seconds=40,
    ),
    Scenario(
        name="redis-empty",
        expected="Postgres refuses what Redis has forgotten; maps resync",
        faults=[empty("redis")],
    ),
    Scenario(
        name="redis-black-hole",
        expected="Postgres decides alone, maps resync afterwards",
        faults=[black_hole("redis")],
        seconds=20,
    ),
    Scenario(
        name="redis-slow",
        expected="slower, and nothing else",
        faults=[slow("redis", 0.5)],
        seconds=15,
    ),
    Scenario(
        name="broker-empty",
        expected="what was not confirmed is sent again, maps catch up",
        faults=[empty("kafka")],
    ),
    Scenario(
        name="broker-empty-relay-frozen",
        expected="what the resumed relay still sends does no harm",
        faults=[freeze_at("mark sent", "asked", "worker"), empty("kafka")],
    ),
    Scenario(
        name="broker-away",
        expected="holds go on, maps and payments catch up",
        faults=[kill("kafka")],
        seconds=60,
        bound=15,
    ),
    Scenario(
        name="broker-black-hole",
        expected="holds go on, maps and payments catch up",
        faults=[black_hole("kafka")],
        seconds=20,
        bound=20,
    ),
    *OF_POSTGRES,
    Scenario(
        name="watcher-stops-reading",
        expected="the others notice nothing; it gets a whole map when it reads again",
        faults=[stop_reading()],
        seconds=45,
    ),
    Scenario(
        name="wrong-clocks",
        expected="only the database's clock counts",
        faults=[wrong_clocks(45)],
        seconds=40,
    ),
    Scenario(
        name="disk-full",
        expected="errors or a restart of Postgres; all that was acknowledged is there",
        faults=[fill_disk()],
        seconds=15,
        bound=30,
        outage=60,
        small_disk=True,
    ),
    Scenario(
        name="rolling-restart",
        expected="the others go on, nothing that was begun is lost",
        faults=[restart_in_turn("api-1", "api-2", "api-3", "worker-1", "worker-2")],
        seconds=0,
    ),
    Scenario(
        name="all-killed",
        expected="what was acknowledged is there, everything comes back by itself",
        faults=[
            kill(name)
            for name in (
                *("api-1", "api-2", "api-3", "worker-1", "worker-2"),
                *("postgres", "redis", "kafka"),
            )
        ],
        seconds=3,
        bound=30,
        outage=40,
    ),
    *MIXES,
    Scenario(
        name="guard-off",
        expected="the checker goes red: seats are held and sold twice",
        seconds=5,
        wrapper="tests.cluster.unguarded",
        quick=True,
    ),
)
