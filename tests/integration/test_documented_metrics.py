"""Metrics, their documentation and the alerts agree."""

import re
from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families

import mail.metrics  # noqa: F401 # the mails of the worker
import realtime.consumer  # noqa: F401 # declares the worker's metrics
from app.settings import Settings
from tests.support.http_client import client_of
from tests.support.metrics_scrape import api_of

ROOT = Path(__file__).parents[2]
LIBRARY = ("python_", "process_")
# The parser's names lack `_total`, which the documentation has.
KINDS = {"counter": "_total"}
NAME = re.compile(r"\bcinema_[a-z_]+")


async def test_every_metric_is_documented_and_every_alert_has_its_metric(
    settings: Settings,
) -> None:
    async with api_of(settings) as app, client_of(app.app) as http:
        text = (await http.get("/metrics")).text
    families = [
        family
        for family in text_string_to_metric_families(text)
        if not family.name.startswith(LIBRARY)
    ]
    measured = {each.name + KINDS.get(each.type, "") for each in families}
    backup = (ROOT / "deploy/backup.sh").read_text()
    measured |= set(re.findall(r"# TYPE (cinema_backup_[a-z_]+) gauge", backup))
    page = (ROOT / "docs/operations.md").read_text()
    rows = [line for line in page.splitlines() if line.startswith("| `cinema_")]
    documented = {name for row in rows for name in re.findall(NAME, row.split("|")[1])}
    alarms = (ROOT / "deploy/prometheus-alerts.yml").read_text()
    asked = {
        re.sub(r"_(bucket|count|sum)$", "", name)
        for line in alarms.splitlines()
        if "expr:" in line
        for name in re.findall(NAME, line)
    }

    assert documented == measured
    assert asked <= measured
    assert len(asked) >= 9
    assert {"cinema_outbox_events", "cinema_outbox_oldest_seconds"} <= asked
    for name in measured:
        assert name.endswith(("_total", "_seconds", "_info")) or all(
            family.type == "gauge" for family in families if family.name == name
        )
