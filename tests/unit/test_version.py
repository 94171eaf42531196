"""pyproject.toml has the version. What else names it follows."""

import re
import subprocess
import tomllib
from shutil import which

import pytest

from tests.support.run import ROOT

VERSION = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"][
    "version"
]
# Whatever starts or builds our image; stand-ins of another version are built by tests.
IMAGE = re.compile(r"\bcinema-tickets:(\d[\w.-]*)")


def tracked(*patterns: str) -> list[str]:
    git = which("git")
    assert git
    listed = subprocess.run(
        [git, "ls-files", *patterns],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
    )
    return listed.stdout.splitlines()


@pytest.mark.parametrize("file", tracked("*compose*.yml", "deploy/*.yml", "Dockerfile"))
def test_images(file: str) -> None:
    tags = IMAGE.findall((ROOT / file).read_text("utf-8"))

    assert set(tags) <= {VERSION}


def test_compose_files_name_the_image() -> None:
    for file in ("docker-compose.yml", "docker-compose.cluster.yml"):
        assert IMAGE.search((ROOT / file).read_text("utf-8"))


def test_the_newest_release_is_in_the_changelog() -> None:
    changelog = (ROOT / "CHANGELOG.md").read_text("utf-8")

    newest = re.findall(r"^## (\d[\w.]*) - \d{4}-\d\d-\d\d$", changelog, re.MULTILINE)[
        0
    ]

    assert newest == VERSION


def test_its_schema_is_kept() -> None:
    assert (ROOT / "docs" / "releases" / f"{VERSION}.graphql").is_file()


@pytest.mark.parametrize("file", tracked("resolvers/locales/*.po"))
def test_translations(file: str) -> None:
    text = (ROOT / file).read_text("utf-8")

    assert f'"Project-Id-Version: Cinema tickets {VERSION}\\n"' in text


def test_release_notes_are_those_of_the_version() -> None:
    make = which("make")
    assert make
    notes = subprocess.run(
        [make, "notes"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    assert "### " in notes
    assert "\n## " not in notes
