"""Which tests of one run of pytest-xdist go to the same process, one after the other.

Its own marks for this do nothing with pytest 9.2.
"""

from xdist.scheduler import LoadScopeScheduling

# Tests that share a run of the whole program, by the name of that fixture.
SHARED_RUNS = {
    "live_run": (
        "test_account_states",
        "test_answer_headers",
        "test_api_examples",
        "test_best_seats_page",
        "test_catalog",
        "test_expired_holds",
        "test_explorer",
        "test_mails",
        "test_hold_warnings",
        "test_map_memory",
        "test_http_audits",
        "test_interrupted_purchase",
        "test_languages",
        "test_metrics",
        "test_readme",
        "test_reservation_states",
        "test_sale",
        "test_seat_map_page",
        "test_shares",
        "test_shop",
        "test_shop_accessibility",
        "test_shop_circumstances",
        "test_shop_mails",
        "test_shop_phone",
        "test_shop_preferences",
        "test_shop_questions",
        "test_shop_screen_reader",
        "test_shop_states",
    ),
    "paid_run": ("test_checkout", "test_provider_page"),
    "running": (
        "test_loadtest",
        "test_logs",
        "test_refused_runs",
        "test_run",
        "test_traces",
    ),
}
RUN_OF = {
    f"tests/e2e/{name}.py": run for run, names in SHARED_RUNS.items() for name in names
}
# Their files share servers, or have many quick tests.
TOGETHER = (
    "tests/integration/sign_in/",
    "tests/integration/test_replica.py",
    "tests/integration/test_seeds.py",
    "tests/stack/",
    "tests/unit/",
)


def scope_of(test: str) -> str:
    """Tests with an equal scope run in one process."""
    file = test.partition("::")[0]
    if file in RUN_OF:
        return RUN_OF[file]
    return file if file.startswith(TOGETHER) else test


class Scheduling(LoadScopeScheduling):  # type: ignore[misc] # it ships no types
    """Scopes with the most tests begin first."""

    def _split_scope(self, nodeid: str) -> str:
        return scope_of(nodeid)
