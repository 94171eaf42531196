"""How much of everything: each scenario is bounded in count and in time."""

MOST_TOKENS = 600  # as many load-test customers are seeded
MOST_WATCHERS = 5000

SECONDS = 10.0  # of waves
WAVES = 300  # at the most, also when they are quick
NOOP_SECONDS = 2.0  # before the waves of holds, and again after them
SETTLING_SECONDS = 2.0  # for events and payments of the last holds; keep-alive is 5
WARM_UP_WAVES = 2  # the first opens the connections; neither is counted
WAVE_TIMEOUT = 60.0
SPAWN_RATE = 250  # locust users a second

BYSTANDERS = 10
BYSTANDER_PACE = 0.2  # seconds from one hold of a bystander to the next
QUIET_SECONDS = 5.0  # bystanders alone, before the storm

CHANGES = 40  # of seats, while the watchers look on
CHANGE_PAUSE = 0.25  # seconds for a change to reach everybody ...
CHANGE_PAUSE_EACH = 0.0003  # ... and more for each watcher
DELIVERY_TIMEOUT = 5.0
CONNECTING_AT_ONCE = 50
