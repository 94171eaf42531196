"""Pods have the rights, the Secrets and the ways to others that they need."""

import re
from collections.abc import Iterator
from typing import Any

import pytest

from tests.support import manifests
from tests.support.manifests import FOLDER, Manifest, container, named

# (pods, port) that a policy lets through, from whom; what the programs need.
WAYS = {
    ("redis", 6379): {"api", "worker", "redis", "sentinel"},
    ("redlock", 6379): {"api", "worker"},
    ("sentinel", 26379): {"api", "worker", "sentinel"},
}
# Secrets that operators, or the people who deploy, make.
OTHERS_SECRETS = {
    "postgres-app",
    "postgres-ca",
    "backup",
    "tickets-tls",
    "mail",
    "stripe",
}


def test_pods_have_the_least_rights() -> None:
    for name, template in manifests.pods(manifests.written()):
        pod, program = template["spec"], container(template)
        assert pod["automountServiceAccountToken"] is False
        assert pod["serviceAccountName"] == name
        assert pod["securityContext"]["runAsNonRoot"] is True
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        assert program["securityContext"] == {
            "allowPrivilegeEscalation": False,
            "readOnlyRootFilesystem": True,
            "capabilities": {"drop": ["ALL"]},
        }
        assert program["resources"].keys() == {"requests", "limits"}


def test_pods_of_strimzi_have_the_rights_of_the_restricted_level() -> None:
    found = manifests.written()
    pool = named(found, "KafkaNodePool", "node")["spec"]["template"]
    operator = named(found, "Kafka", "kafka")["spec"]["entityOperator"]["template"]

    for pod in (pool["pod"], operator["pod"]):
        assert pod["securityContext"]["runAsNonRoot"] is True
    for part in (pool["kafkaContainer"], operator["topicOperatorContainer"]):
        assert part["securityContext"]["allowPrivilegeEscalation"] is False
        assert part["securityContext"]["capabilities"] == {"drop": ["ALL"]}
        assert part["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    level = named(found, "Namespace", "cinema")["metadata"]["labels"]
    assert level["pod-security.kubernetes.io/enforce"] == "restricted"


def secrets_in(node: Any) -> Iterator[str]:
    match node:
        case {"secretKeyRef": {"name": name}} | {"secret": {"secretName": name}}:
            yield name
        case {"passwordSecret": {"name": name}}:
            yield name
        case dict():
            for each in node.values():
                yield from secrets_in(each)
        case list():
            for each in node:
                yield from secrets_in(each)


def test_every_secret_is_made_by_somebody() -> None:
    script = (FOLDER / "secrets.sh").read_text("utf-8")
    made = set(re.findall(r"^make_secret ([\w-]+)", script, re.MULTILINE))

    found = manifests.written()
    assert set(secrets_in(found)) <= made | OTHERS_SECRETS
    assert made <= set(secrets_in(found))
    assert not [each for each in found if each["kind"] == "Secret"]


def names_of(selector: dict[str, Any]) -> set[str]:
    label = "app.kubernetes.io/name"
    found = {selector.get("matchLabels", {}).get(label)} - {None}
    for each in selector.get("matchExpressions", []):
        found |= set(each["values"]) if each["key"] == label else set()
    return found


def policies(found: list[Manifest]) -> list[dict[str, Any]]:
    return [each["spec"] for each in found if each["kind"] == "NetworkPolicy"]


def test_nothing_is_open_by_default() -> None:
    nothing = named(manifests.written(), "NetworkPolicy", "nothing")["spec"]

    assert nothing == {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}


@pytest.mark.parametrize("way", WAYS)
def test_both_ends_of_a_way_are_open(way: tuple[str, int]) -> None:
    target, port = way
    entering, leaving = set[str](), set[str]()
    for policy in policies(manifests.written()):
        ours = names_of(policy["podSelector"])
        for rule in policy.get("ingress", []):
            if ours == {target} and {"port": port} in rule["ports"]:
                entering |= {
                    n for f in rule["from"] for n in names_of(f["podSelector"])
                }
        for rule in policy.get("egress", []):
            reached = {
                n
                for t in rule.get("to", [])
                for n in names_of(t.get("podSelector", {}))
            }
            if target in reached and {"port": port} in rule["ports"]:
                leaving |= ours

    assert entering == leaving == WAYS[way]
