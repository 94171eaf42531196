"""Asks the services that know vulnerabilities, and Debian for security updates."""

import json
import re
import subprocess
from shutil import which
from typing import Any

from tests.support.run import ROOT

OSV = "https://api.osv.dev/v1/query"
# Packages of Debian that an image would get from its security archive.
UPDATE = re.compile(r"^Inst (\S+ .*Debian-Security.*)$", re.MULTILINE)


class UnreachableError(Exception):
    """Nobody could say whether there are any: that is no finding."""


def of_python(lock: str, osv_url: str = OSV) -> set[str]:
    audited = _run(
        ".venv/audit/bin/pip-audit",
        *("--strict", "--require-hashes", "--disable-pip", "--requirement", lock),
        *("--vulnerability-service", "osv", "--osv-url", osv_url),
        *("--format", "json", "--progress-spinner", "off"),
    )
    return {
        f"{package['name']} {package['version']}: {each['id']}"
        for package in _json(audited)["dependencies"]
        for each in package["vulns"]
    }


def of_npm(lock: str, *options: str) -> set[str]:
    folder = lock.rpartition("/")[0]
    audited = _run(
        *("web/with-node", "npm", "audit", "--json", "--package-lock-only"),
        *("--prefix", f"../{folder}", *options),
    )
    report = _json(audited)
    if "vulnerabilities" not in report:
        raise UnreachableError(report.get("message", audited.stdout))
    return {
        f"{name}: {advisory['url']}"
        for name, package in report["vulnerabilities"].items()
        for advisory in package["via"]
        if isinstance(advisory, dict)  # a text names another package that has one
    }


def of_image(image: str) -> set[str]:
    """Security updates that Debian has, and the image has not."""
    docker = which("docker")
    if not docker or _run(docker, "image", "inspect", image).returncode:
        raise UnreachableError(f"there is no image {image} here")
    simulated = _run(
        *(docker, "run", "--rm", "--user", "root", "--entrypoint", "sh", image, "-c"),
        "apt-get -qq update && apt-get -qq --simulate upgrade",
    )
    if simulated.returncode:
        raise UnreachableError(_last_line(simulated))
    return set(UPDATE.findall(simulated.stdout))


def images() -> list[str]:
    """Those that we build."""
    cluster = (ROOT / "docker-compose.cluster.yml").read_text("utf-8")
    return sorted(set(re.findall(r"image: (cinema-\S+)", cluster)))


def _run(*command: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600
    )


def _json(audited: "subprocess.CompletedProcess[str]") -> Any:
    try:
        return json.loads(audited.stdout)
    except ValueError:
        raise UnreachableError(_last_line(audited)) from None


def _last_line(audited: "subprocess.CompletedProcess[str]") -> str:
    return (audited.stderr.strip() or "it printed nothing").splitlines()[-1]
