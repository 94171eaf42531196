"""Metrics of sales. A repeat that changes no row is not counted."""

from prometheus_client import Counter, Histogram

HOLDS = Counter("cinema_holds", "Reservations made.")
SALES = Counter("cinema_sales", "Payments approved.")
EXTENSIONS = Counter("cinema_hold_extensions", "Holds that were extended.")
CANCELS = Counter("cinema_cancels", "Reservations cancelled by their customers.")
REFUNDED_TICKETS = Counter("cinema_refunded_tickets", "Tickets given back.")

# By the database's clock. A buyer who wants the seat may end a hold first.
_LATENESS = Histogram(
    "cinema_expiry_lateness_seconds",
    "From the deadline of a hold until it was ended; its count is the expiries.",
    ["ended_by"],
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
SWEPT_LATENESS = _LATENESS.labels("sweeper")
BOUGHT_LATENESS = _LATENESS.labels("buyer")
MANAGED_LATENESS = _LATENESS.labels("manager")

_SEAT_REFUSALS = Counter(
    "cinema_seat_refusals",
    "Holds refused because of a taken seat, by who knew it: this process, Redis or"
    " Postgres. Repeats with the same key are included.",
    ["known_by"],
)
REFUSED_BY_PROCESS = _SEAT_REFUSALS.labels("process")
REFUSED_BY_MARKER = _SEAT_REFUSALS.labels("redis")
REFUSED_BY_POSTGRES = _SEAT_REFUSALS.labels("postgres")

_UNLOCKED = Counter(
    "cinema_unlocked_decisions",
    "Holds that Postgres decided without a lock: no majority of the lock nodes was"
    " reached, or others had the lock for too long.",
    ["reason"],
)
UNLOCKED_WITHOUT_QUORUM = _UNLOCKED.labels("no_quorum")
UNLOCKED_OUT_OF_PATIENCE = _UNLOCKED.labels("out_of_patience")

RATE_LIMITED = Counter(
    "cinema_rate_limited",
    "Requests refused by a rate limit, by what was limited.",
    ["what"],
)

_CATALOG_READS = Counter(
    "cinema_catalog_reads",
    "Reads of catalog entries, by where they were found.",
    ["found_in"],
)
READ_FROM_REDIS = _CATALOG_READS.labels("redis")
READ_FROM_POSTGRES = _CATALOG_READS.labels("postgres")

_READS = Counter(
    "cinema_reads", "Statements that read catalog and lists, by server.", ["server"]
)
READ_FROM_PRIMARY = _READS.labels("primary")
READ_FROM_REPLICA = _READS.labels("replica")
