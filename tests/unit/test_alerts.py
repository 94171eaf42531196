"""Each alert fires for what it is about, and not before: promtool evaluates the rules.

The series are those that `/metrics` has, as they would be scraped every 15 seconds.
"""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

RULES = Path("deploy/prometheus-alerts.yml")
SCRAPES = 60
EVALUATED_AT = "14m"
LABEL = re.compile(r"\{\{ \$labels\.(\w+) \}\}")

Series = dict[str, str]


def flat(value: float) -> str:
    return f"{value}x{SCRAPES}"


def rising(step: float) -> str:
    return f"0+{step}x{SCRAPES}"


def first(times: int = 1) -> str:
    """A counter that is 0 since the start of its process, and has just grown."""
    return f"0x{SCRAPES - 10} {times}x10"


def late(name: str, seconds: float, labels: str = "") -> Series:
    """A histogram all of whose observations are in the bucket up to `seconds`."""
    bounds = [0.05, 0.25, 0.5, 1, 2.5, 5, 10]
    return {
        f'{name}_bucket{{{labels}le="{bound}"}}': rising(10 * (bound >= seconds))
        for bound in [*bounds, float("inf")]
    }


def behind(relay: float, mails: float) -> Series:
    return {
        'cinema_behind_seconds{who="relay"}': flat(relay),
        'cinema_behind_seconds{who="mails"}': flat(mails),
    }


def calls(capture: float, refund: float) -> Series:
    name = "cinema_payment_calls_seconds"
    return {
        f'{name}{{operation="capture"}}': flat(capture),
        f'{name}{{operation="refund"}}': flat(refund),
    }


def refused_calls(capture: str, refund: str) -> Series:
    name = "cinema_payment_calls_refused_total"
    return {
        f'{name}{{operation="capture"}}': capture,
        f'{name}{{operation="refund"}}': refund,
    }


def webhooks(refused: float, unavailable: float) -> Series:
    return {
        'cinema_webhooks_total{answer="stored"}': rising(100),
        'cinema_webhooks_total{answer="refused"}': rising(refused),
        'cinema_webhooks_total{answer="unavailable"}': rising(unavailable),
    }


def errors(code: str, step: float) -> Series:
    return {f'cinema_graphql_errors_total{{code="{code}"}}': rising(step)}


def in_use(count: int) -> Series:
    labels = 'instance="api-1",pool="api"'
    name = "cinema_db_connections"
    return {
        f'{name}{{{labels},state="in_use"}}': flat(count),
        f'{name}{{{labels},state="most"}}': flat(16),
    }


def mails(failed: str) -> Series:
    return {
        'cinema_mails_total{result="sent"}': rising(5),
        'cinema_mails_total{result="failed"}': failed,
    }


def scans(offline: str, online: str) -> Series:
    name = "cinema_check_ins_total"
    result = 'result="ALREADY_CHECKED_IN"'
    return {
        f'{name}{{scanned="offline",{result}}}': offline,
        f'{name}{{scanned="online",{result}}}': online,
        f'{name}{{scanned="offline",result="CHECKED_IN"}}': rising(10),
    }


HOURS_27, HOURS_25 = -27 * 3600, -25 * 3600  # before the first scrape
EXPIRY, DELIVERY = "cinema_expiry_lateness_seconds", "cinema_delivery_lag_seconds"
LOOP = "cinema_event_loop_lag_seconds"
SWEEPER, API = 'ended_by="sweeper",', 'instance="api-1",'
REFUSED, ZERO = first(), flat(0)
BASE = "cinema_backup_newest_base_timestamp_seconds"
VERIFIED = "cinema_backup_verified_timestamp_seconds"

# For each alert: what fires it, what must not, and its labels.
CASES: dict[str, tuple[Series, Series, dict[str, str]]] = {
    "OutboxIsOld": (behind(11, 0), behind(9, 600), {}),
    "MailsWait": (behind(0, 3601), behind(0, 3599), {}),
    "MailsFail": (mails(REFUSED), mails(ZERO), {}),
    "TicketsUsedTwice": (
        scans(REFUSED, ZERO),
        scans(ZERO, rising(5)),
        {"result": "ALREADY_CHECKED_IN"},
    ),
    "OutboxIsDeep": (
        {"cinema_outbox_events": flat(10_001)},
        {"cinema_outbox_events": flat(10_000)},
        {},
    ),
    "NobodyKnowsTheBacklog": ({}, {"cinema_outbox_oldest_seconds": flat(0)}, {}),
    "ServerAway": (
        {'cinema_up{server="redis"}': flat(0), 'cinema_up{server="kafka"}': flat(1)},
        {'cinema_up{server="redis"}': flat(1)},
        {"server": "redis"},
    ),
    "HoldsEndLate": (late(EXPIRY, 10, SWEEPER), late(EXPIRY, 5, SWEEPER), {}),
    "DeltasAreLate": (late(DELIVERY, 5), late(DELIVERY, 2.5), {}),
    "DeadLetter": (
        {'cinema_dead_letters_total{consumer="payments"}': REFUSED},
        {'cinema_dead_letters_total{consumer="payments"}': ZERO},
        {"consumer": "payments"},
    ),
    "OurFault": (errors("INTERNAL", 2), errors("INTERNAL", 1), {}),
    "ClientsAreToldToWait": (errors("UNAVAILABLE", 16), errors("UNAVAILABLE", 14), {}),
    "SeatsAreNotLocked": (
        {'cinema_unlocked_decisions_total{reason="no_quorum"}': rising(16)},
        {'cinema_unlocked_decisions_total{reason="no_quorum"}': rising(14)},
        {},
    ),
    "PoolIsDry": (in_use(16), in_use(15), {"instance": "api-1", "pool": "api"}),
    "EventLoopIsLate": (
        late(LOOP, 0.5, API),
        late(LOOP, 0.25, API),
        {"instance": "api-1"},
    ),
    "MoneyWaits": (
        {"cinema_unsettled_attempts_seconds": flat(901)},
        {"cinema_unsettled_attempts_seconds": flat(900)},
        {},
    ),
    "CapturesWait": (calls(901, 0), calls(900, 86_400), {}),
    "RefundsWait": (calls(0, 259_201), calls(0, 259_200), {}),
    "CapturesFail": (refused_calls(REFUSED, ZERO), refused_calls(ZERO, REFUSED), {}),
    "RefundsFail": (refused_calls(ZERO, REFUSED), refused_calls(REFUSED, ZERO), {}),
    "WebhooksAreRefused": (webhooks(2, 0), webhooks(1, 2), {}),
    "WebhooksFail": (webhooks(0, 2), webhooks(2, 1), {}),
    "BackupIsTooOld": ({BASE: flat(HOURS_27)}, {BASE: flat(HOURS_25)}, {}),
    "BackupCannotBeRestored": (
        {'cinema_backup_bases{restorable="no"}': flat(1)},
        {
            'cinema_backup_bases{restorable="no"}': flat(0),
            'cinema_backup_bases{restorable="yes"}': flat(3),
        },
        {"restorable": "no"},
    ),
    "BackupIsNotVerified": ({VERIFIED: flat(HOURS_27)}, {VERIFIED: flat(HOURS_25)}, {}),
}


def alerts() -> dict[str, Any]:
    [group] = yaml.safe_load(RULES.read_text("utf-8"))["groups"]
    return {rule["alert"]: rule for rule in group["rules"]}


def installed_promtool() -> str:
    """Skips the test when `make check` could not get it, which it says."""
    found = shutil.which(".venv/promtool") or shutil.which("promtool")
    if found is None:
        pytest.skip("no promtool: `make check` fetches it, or says why it cannot")
    return found


def expected(name: str, series: Series, alarms: list[dict[str, Any]]) -> dict[str, Any]:
    """One test of promtool: the alarms of this alert after some minutes."""
    return {
        "name": name,
        "interval": "15s",
        "input_series": [{"series": s, "values": v} for s, v in series.items()],
        "alert_rule_test": [
            {"alertname": name, "eval_time": EVALUATED_AT, "exp_alerts": alarms}
        ],
    }


def test_every_alert_has_a_case() -> None:
    assert CASES.keys() == alerts().keys()


def test_each_alert_fires_for_what_it_is_about_and_only_then(tmp_path: Path) -> None:
    promtool = installed_promtool()
    tests = []
    for name, (loud, quiet, labels) in CASES.items():
        summary = LABEL.sub(
            lambda found, of=labels: of[found[1]],  # type: ignore[misc] # as re wants it
            alerts()[name]["annotations"]["summary"],
        )
        alarm = {"exp_labels": labels, "exp_annotations": {"summary": summary}}
        tests += [expected(name, loud, [alarm]), expected(name, quiet, [])]
    file = tmp_path / "tests.yml"
    file.write_text(
        json.dumps(
            {
                "rule_files": [str(RULES.resolve())],
                "evaluation_interval": "15s",
                "tests": tests,
            }
        )
    )

    done = subprocess.run(
        [promtool, "test", "rules", str(file)],
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stdout + done.stderr
