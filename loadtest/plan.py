"""Counts and durations of the scenarios: each has a bound in both."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Seconds:
    """How long waves go on."""

    waves: float = 10.0
    noops: float = 2.0  # before the waves of holds, and again after them


MAX_TOKENS = 600  # as many load-test customers are seeded
MAX_STORM = 5000  # they share the customers
MAX_WATCHERS = 10_000  # likewise; the same process opens the plain sockets, too
MAX_PLAIN_SOCKETS = 5000

WAVES = 300  # at most
SETTLING_SECONDS = 2.0  # for events and payments of the last holds; keep-alive is 5
WARM_UP_WAVES = 2  # the first opens the connections; neither is counted
WARM = "All connections are open."  # a line on stdout, from then on all counts
WAVE_TIMEOUT = 60.0
SPAWN_RATE = 250  # locust users a second

BYSTANDERS = 10
BYSTANDER_PACE = 0.2  # seconds from one hold of a bystander to the next
QUIET_SECONDS = 5.0  # bystanders alone, before the storm

READER_FIELDS = 20  # at the root of a query, each of them cheap
FIELD_QUERIES = 3  # that each account keeps under way
MAP_QUERIES = 30  # that one anonymous client keeps under way
READER_SOCKETS = 100  # of one address, with a map under way on each
READERS = {
    "fields": f"queries of {READER_FIELDS} fields",
    "maps": f"{MAP_QUERIES} maps over HTTP",
    "socket": f"{MAP_QUERIES} maps on a socket",
    "sockets": f"{READER_SOCKETS} sockets",
}

MAX_EVENTS = 5_000  # of the payment provider, a second

MAX_GATES = 500  # on each of two sides

CHANGES = 40  # of seats in the watchers scenario
UNWATCHED_CHANGES = 20  # before: what a change costs without a delivery ...
WARM_UP_CHANGES = 20  # ... when the server is no longer new
WARM_UP_PAUSE = 0.05
CHANGE_PAUSE = 0.2  # seconds for a change to reach all watchers ...
CHANGE_PAUSE_EACH = 0.0002  # ... and more for each watcher
DELIVERY_TIMEOUT = 5.0
EXPIRIES = 40  # holds in the scenario of expiries ...
EXPIRY_PAUSE = 0.1  # ... and the seconds between them
MAX_CONNECTING = 50

MAX_VISITS = 50  # of each page
BROWSER_MS = 60_000  # until whatever it does is given up
SLOWER = 4  # a CPU like that of a cheap phone
UPDATED_SEATS = 100  # in each of ...
UPDATES = 13  # odd: the last one is no return to how it was
UPDATE_SECONDS = 0.3  # until the page has shown an update, and as long without one
PAGE_SETTLING_SECONDS = 2.0  # from a live map until it has nothing else to do

IDLE_SETTLING_SECONDS = 10.0  # from a server's start until it is called idle
