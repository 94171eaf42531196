"""Every dependency has a licence that tests/audit/licences.toml allows."""

import sys
from email.message import Message

import pytest

from tests.support.licences import (
    POLICY,
    declared,
    is_allowed,
    of_npm,
    of_python,
    refusals,
)
from tests.support.locks import NPM_LOCKS, PYTHON_LOCKS, locked

# In environments of their own. `make audit` looks at that of its tools; the oracle is
# localstripe, GPL-3.0-or-later: a process of tests, which nothing of ours imports.
APART = {"requirements-audit.lock", "requirements-oracle.lock"}


@pytest.mark.parametrize("lock", [x for x in PYTHON_LOCKS if x not in APART])
def test_python_packages(lock: str) -> None:
    licences = of_python(lock, sys.path)

    assert licences
    assert refusals(licences) == {}


@pytest.mark.parametrize("lock", NPM_LOCKS)
def test_npm_packages(lock: str) -> None:
    licences = of_npm(lock)

    assert licences
    assert refusals(licences) == {}


def test_no_exception_outlives_its_package() -> None:
    names = {name for lock in PYTHON_LOCKS for name, _ in locked(lock)}

    of_npm_locks = {
        path.rpartition("node_modules/")[2]
        for lock in NPM_LOCKS
        for path in of_npm(lock)
    }

    assert POLICY["elsewhere"].keys() <= names
    assert POLICY["exceptions"].keys() <= names | of_npm_locks


@pytest.mark.parametrize(
    ("licence", "allowed"),
    [
        ("MIT", True),
        ("GPL-3.0-only OR Apache-2.0", True),
        ("MPL-2.0 AND (Apache-2.0 OR GPL-2.0-only)", True),
        ("MIT AND GPL-3.0-only", False),
        ("AGPL-3.0-or-later", False),
    ],
)
def test_one_alternative_has_to_be_allowed(licence: str, *, allowed: bool) -> None:
    assert is_allowed(licence) is allowed


@pytest.mark.parametrize("licence", ["", "Proprietary", "SEE LICENSE IN x"])
def test_what_is_unclear_is_refused(licence: str) -> None:
    assert refusals({"left-pad": licence}).keys() == {"left-pad"}


def test_several_classifiers_all_count() -> None:
    metadata = Message()
    metadata["Classifier"] = "License :: OSI Approved :: MIT License"
    metadata["Classifier"] = "License :: OSI Approved :: Apache Software License"

    assert declared(metadata) == "MIT AND Apache-2.0"
