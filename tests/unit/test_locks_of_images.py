"""What the images install is what is tested here."""

import re
import tomllib
from pathlib import Path

import pytest


def locked(file: str) -> dict[str, str]:
    text = Path(file).read_text("utf-8")
    return dict(re.findall(r"^([\w.-]+)==([\w.+!-]+)", text, re.MULTILINE))


@pytest.mark.parametrize(
    "file", ["requirements-image.lock", "requirements-patroni.lock"]
)
def test_versions_agree(file: str) -> None:
    tested = locked("requirements-dev.lock")

    assert {name: tested.get(name) for name in locked(file)} == locked(file)


def test_what_has_no_wheel_is_built() -> None:
    """Of such a package the index has one file, and so the lock one hash."""
    text = Path("requirements-patroni.lock").read_text("utf-8")
    hashes = {
        entry.partition("==")[0]: entry.count("--hash")
        for entry in re.split(r"^(?=[\w.-]+==)", text, flags=re.MULTILINE)[1:]
    }
    [built] = re.findall("--no-binary ([^ ]+)", Path("Dockerfile").read_text("utf-8"))

    assert {hashes[name] for name in built.split(",")} == {1}
    assert locked("requirements-build.lock").keys() == {"setuptools"}


def test_all_that_our_programs_need_is_there() -> None:
    project = tomllib.loads(Path("pyproject.toml").read_text("utf-8"))["project"]
    needed = {re.split(r"[\[=;]", each)[0] for each in project["dependencies"]}

    assert needed <= locked("requirements-image.lock").keys()
