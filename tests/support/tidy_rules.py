"""What keeps the house tidy, as data: each rule with its reason.

Patterns are regular expressions. A word is banned alone and as a part of a name.
"""

Rules = tuple[tuple[str, str, str], ...]

LONGEST_FILE = 250  # lines
LONGEST_PROSE_LINE = 120  # characters

# (what is banned, what to write instead, why)
WORDS: Rules = (
    (
        r"(?:un)?told|tells?|telling",
        "event, notify, publish, report, send, show, say",
        "it meant all of them",
    ),
    (r"films?", "movie, or session", "it meant a movie here and its showing there"),
    (r"bells?", "wake-up", "a metaphor for a message that wakes the relay"),
    (r"chairs?", "seat", "one word for one thing"),
    (r"anew", "again", "an old word"),
    (r"lapsed?|lapses|lapsing", "expired, overdue", "one word for one thing"),
    (r"who(?:m)?ever", "the caller, client, customer or holder", "say who it is"),
    (
        r"(?:is_)?(?<!throw-)away",
        "unavailable (a server), remove (a thing), gone (a client)",
        "it meant all of them",
    ),
    (r"let_in", "issue_tokens", "say what it makes"),
    (r"in_time", "with_deadline", "the field's word"),
    (r"crews?", "users", "a metaphor for concurrent users"),
    (r"galler(?:y|ies)", "watchers", "a metaphor for a group of watchers"),
    (r"travell?ers?", "clock", "a metaphor for a clock that a test moves"),
    (r"diary|diaries", "recording", "a metaphor for recorded operations"),
    (r"bystanding", "bystander_process", "modules are nouns"),
    (r"takes? (?:its|their) leave", "drains, stops", "a metaphor"),
    (r"word of (?:a|its|the|that) hold", "the hold's marker", "a riddle"),
    (r"as it says at the door|who wants in", "name the field's meaning", "a riddle"),
)
# Whole names in Python; in a sentence these words are welcome.
NAMES: Rules = (
    (r"aside", "linked", "the field says linked span"),
    (r"let_in|welcome", "sign_in_code_for", "say what comes back"),
    (r"nested|Nested", "loaders, Loaders", "the field says data loader"),
    (r"Asked", "OperationContext", "classes are nouns"),
    (r"BITE", "BATCH", "a metaphor"),
    (r"MOST", "COUNT_LIMIT", "most of what?"),
    (r"Turn", "LocalLease", "the field says lease"),
    (r"Course", "OperationRun", "a metaphor"),
    (r"Feeding", "SubscriptionRunner", "classes are nouns"),
    (r"Group", "SharedMap, or a group of something", "group of what?"),
    (r"Member", "Watcher", "member of what?"),
    (r"Lane", "OperationOutbox", "a metaphor"),
    (r"Crew|Gallery|Stage|Traveller|Diary", "a plain noun", "metaphors"),
    (r"telling_sql", "event_sql", "it writes events"),
)
# (path, what may stand there, why)
EXCEPTIONS: Rules = (
    (r"tests/support/tidy_rules\.py", r".*", "the rules themselves"),
    (r"docs/contract\.graphql", r".*", "published: it does not change"),
    (r"docs/releases/.*\.graphql", r".*", "released: it does not change"),
    (r".*\.py", r"\btest_\w+", "a test's name is its address in reports"),
    (r"realtime/topics\.py", r"relay:bell", "programs of two versions share it"),
    (r".*", r"\bbroker-away\b", "the name of a scenario, in published results"),
    (r".*health\.py", r"\baway \(", "the body of /readyz does not change"),
    (r".*\.py", r"\.tell\(\)", "a method of Python's files"),
    (
        r"seeds/movies\.py",
        r"four who tell of it",
        "a synopsis, in databases that exist",
    ),
    (r".*", r"\b(?:ServerAway|ClientsAreToldToWait)", "operators route alerts by it"),
)
RELEASED = r"## \d"  # from this heading on a changelog is history

# (a Python file that no production module imports, what starts it)
STARTED = (
    (r"(.*/)?__init__\.py", "a package"),
    (
        r"(app|loadtest|sandbox|tests/cluster|tests/compose|tests/screenshots)/__main__\.py",
        "python -m",
    ),
    (r"app/asgi\.py", "uvicorn, by name"),
    (r"stack/run\.py", "make run"),
    (r"stack/cluster/run\.py", "make cluster"),
    (
        r"loadtest/(bystander|plain_socket|reader|watcher|webhook)_process\.py",
        "the load test, by name",
    ),
    (r"app/commands/[a-z_]+\.py", "python -m app, by the name of the command"),
    (r"loadtest/bench\.py", "make bench"),
    (r"tests/cluster/skewed_clock\.py", "a scenario, by name"),
    (r"migrations/env\.py", "Alembic"),
    (r"migrations/versions/\d+_\w+\.py", "Alembic"),
    (r"tests/(.*/)?(conftest|test_\w+)\.py", "pytest"),
)

SUFFIXES = {".py", ".md", ".graphql", ".ts", ".tsx", ".sh", ".yml", ".toml", ".conf"}
NAMES_WITHOUT_SUFFIX = {"Makefile", "Dockerfile", "run"}
