"""deploy/kubernetes as data: as it is written, and as kustomize builds it."""

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.cluster.compose import interpolated

Manifest = dict[str, Any]

FOLDER = Path("deploy/kubernetes")
SCHEMAS = FOLDER / "schemas"
OVERLAYS = ("try-out", "production", "restore")
# Kinds that Kubernetes itself has; the others are an operator's.
CORE = re.compile(r"(v1|(apps|batch|autoscaling|policy|networking\.k8s\.io)/v\d)")
UNITS = {
    "Ki": 1024,
    "Mi": 1024**2,
    "Gi": 1024**3,
    "K": 1024,
    "M": 1024**2,
    "G": 1024**3,
}


def is_core(manifest: Manifest) -> bool:
    return CORE.fullmatch(manifest["apiVersion"]) is not None


def written() -> list[Manifest]:
    """What stands in the files, without patches and generated ConfigMaps."""
    return [
        manifest
        for file in sorted(FOLDER.glob("*/*.yaml"))
        if file.name != "kustomization.yaml" and file.parent != SCHEMAS
        for manifest in yaml.safe_load_all(file.read_text("utf-8"))
    ]


def built(overlay: str) -> list[Manifest]:
    kustomize = installed_kustomize()
    done = subprocess.run(
        [kustomize, "build", FOLDER / overlay],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert not done.stderr  # a warning
    return list(yaml.safe_load_all(done.stdout))


def compose() -> dict[str, Any]:
    """The services of the cluster's compose file."""
    text = Path("docker-compose.cluster.yml").read_text("utf-8")
    services: dict[str, Any] = interpolated(yaml.safe_load(text), {})["services"]
    return services


def settings_file() -> dict[str, str]:
    lines = (FOLDER / "programs" / "settings.env").read_text("utf-8").splitlines()
    return dict(line.split("=", 1) for line in lines if line[0] != "#")


def installed_kustomize() -> Path:
    """Skips the test when `make check` could not get it, which it says."""
    for kustomize in Path(".venv").glob("kustomize-v*"):
        return kustomize
    missing = "no kustomize: `make check` installs it, or says why it cannot"
    if os.environ.get("REQUIRE_KUBERNETES"):
        pytest.fail(missing)
    pytest.skip(missing)


def named(manifests: list[Manifest], kind: str, name: str) -> Manifest:
    [found] = [
        manifest
        for manifest in manifests
        if (manifest["kind"], manifest["metadata"]["name"]) == (kind, name)
    ]
    return found


def pods(manifests: list[Manifest]) -> Iterator[tuple[str, dict[str, Any]]]:
    """Name and pod template of each Deployment, StatefulSet and Job."""
    for manifest in manifests:
        if manifest["kind"] in {"Deployment", "StatefulSet", "Job"}:
            yield manifest["metadata"]["name"], manifest["spec"]["template"]


def container(template: dict[str, Any]) -> dict[str, Any]:
    [only] = template["spec"]["containers"]
    found: dict[str, Any] = only
    return found


def bytes_of(quantity: str) -> int:
    number, unit = re.fullmatch(
        r"(\d+)([KMG]i?)", quantity.upper().replace("I", "i")
    ).groups()  # type: ignore[union-attr] # else it is wrong
    return int(number) * UNITS[unit]


def cores(quantity: str) -> float:
    number = quantity.removesuffix("m")
    return float(number) / (1000 if number != quantity else 1)
