"""A run that was recorded on real servers; the tests falsify it."""

from pathlib import Path

import pytest

from tests.cluster import evidence as evidence_module
from tests.cluster.evidence import AS_JSON, Evidence

RECORDED = Path(evidence_module.__file__).with_name("recorded.json").read_bytes()


@pytest.fixture
def evidence() -> Evidence:
    return AS_JSON.validate_json(RECORDED)
