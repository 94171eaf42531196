"""GraphQL over HTTP, checked by the audits of the package graphql-http."""

import json
import subprocess

import pytest

from tests.support.run import ROOT
from tests.support.running_service import RunningService

pytestmark = pytest.mark.both_engines
NODE = (ROOT / "web/with-node", "node", "explorer/audits.mjs")


def test_every_audit_of_graphql_http_passes(service: RunningService) -> None:
    """Uses Node and the packages of the explorer, which `make test` installs."""
    audited = subprocess.run(
        [*NODE, service.url], capture_output=True, text=True, timeout=300, check=False
    )
    assert audited.returncode == 0, f"install them: make explorer\n{audited.stderr}"
    audits = [json.loads(line) for line in audited.stdout.splitlines()]

    failed = {
        audit["name"]: audit.get("reason")
        for audit in audits
        if audit["status"] != "ok"
    }
    assert failed == {}
    assert len(audits) == 61
