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
IMAGE = re.compile(r"\bcinema-tickets(?::|, newTag: )(\d[\w.-]*)")


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


def test_images() -> None:
    tags = {
        file: set(IMAGE.findall((ROOT / file).read_text("utf-8")))
        for file in tracked("*.yml", "*.yaml", "Dockerfile", "README.md", "docs/*.md")
    }
    naming = {file: found for file, found in tags.items() if found}

    assert set(naming) >= {
        "docker-compose.yml",
        "docker-compose.cluster.yml",
        "deploy/kubernetes/programs/api.yaml",
        "deploy/kubernetes/production/kustomization.yaml",
        "docs/kubernetes.md",
    }
    assert {file: found for file, found in naming.items() if found != {VERSION}} == {}


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
