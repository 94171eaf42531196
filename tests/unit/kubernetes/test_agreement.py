"""The manifests say what docker-compose.cluster.yml and its files say.

What differs on purpose is in DIFFERENT, with the reason.
"""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from app.settings import Settings
from tests.support import manifests
from tests.support.manifests import bytes_of, compose, cores, named, settings_file

# Our pods, and the services of the compose file that they are.
SERVICES = {
    "api": ["api-1", "api-2", "api-3"],
    "worker": ["worker-1", "worker-2"],
    "prepare": ["prepare"],
    "redis": ["redis-1", "redis-2", "redis-3"],
    "sentinel": ["sentinel-1", "sentinel-2", "sentinel-3"],
    "redlock": ["redlock-1", "redlock-2", "redlock-3"],
}
# (name, its part that differs) -> why
DIFFERENT = {
    ("api", "DATABASE_URL"): "a service of CloudNativePG; the password is apart",
    ("api", "DATABASE_REPLICA_URL"): "the same, for its standbys",
    ("api", "TICKET_KEYS_DIR"): "a Secret of its own: it cannot be in the other one",
    ("api", "REDIS_URL"): "pods are counted from 0",
    ("api", "REDLOCK_URLS"): "pods are counted from 0",
    ("api", "KAFKA_BOOTSTRAP_SERVERS"): "a service of Strimzi",
    ("api", "TRUSTED_PROXIES"): "the network of the pods",
    ("api", "DB_POOL_SIZE"): "in a rollout programs run beside those that they replace",
    ("prepare", "DATABASE_OWNER_URL"): "CloudNativePG makes it",
    ("prepare", "SIGNING_KEYS_DIR"): "the keys are a Secret, which a Job cannot write",
    ("prepare", "REDIS_URL"): "it uses no Redis",
    ("prepare", "REDLOCK_URLS"): "it uses no Redis",
    ("redis", "ADDRESS"): "pods are counted from 0",
    ("redis", "REPLICA_OF"): "pods are counted from 0; the first has it too",
    ("sentinel", "PRIMARY"): "pods are counted from 0",
}
DIFFERENT |= {
    ("worker", what): why for (n, what), why in DIFFERENT.items() if n == "api"
}
DIFFERENT |= {("worker", "MAIL_DIR"): "a pod keeps no files; a Secret names the server"}
DIFFERENT |= {("prepare", w): why for (n, w), why in DIFFERENT.items() if n == "api"}
DIFFERENT |= {("sentinel", "ADDRESS"): DIFFERENT["redis", "ADDRESS"]}
DIFFERENT |= {("redlock", "ADDRESS"): DIFFERENT["redis", "ADDRESS"]}
# What only Kubernetes needs: passwords apart from URLs, and names of the parts of one.
ONLY_HERE = {"PGPASSWORD", "PGSSLMODE", "PGSSLROOTCERT", "REDIS_PASSWORD", "POD"}
BACKUP = {"BackupIsTooOld", "BackupCannotBeRestored", "BackupIsNotVerified"}


def environment(container: dict[str, Any]) -> dict[str, str]:
    """Values of Secrets are not known here; their names are."""
    common = settings_file() if "envFrom" in container else {}
    return common | {each["name"]: each.get("value", "") for each in container["env"]}


@pytest.fixture(params=SERVICES)
def pair(request: pytest.FixtureRequest) -> tuple[str, dict[str, Any], dict[str, Any]]:
    """The name, its pod template, and the first of its services."""
    templates = dict(manifests.pods(manifests.written()))
    return (
        request.param,
        templates[request.param],
        compose()[SERVICES[request.param][0]],
    )


Pair = tuple[str, dict[str, Any], dict[str, Any]]


def test_programs_and_images_agree(pair: Pair) -> None:
    _, template, service = pair
    container = manifests.container(template)

    assert container["image"] == service["image"]
    assert container["command"] == shlex.split(service["command"])


def test_settings_agree(pair: Pair) -> None:
    name, template, service = pair
    here = environment(manifests.container(template))
    there = {key: str(value) for key, value in service["environment"].items()}

    differing = {key for key in here.keys() | there if here.get(key) != there.get(key)}
    secret = {"REDISCLI_AUTH"} & here.keys() & there.keys()
    intended = {what for who, what in DIFFERENT if who == name}
    assert differing - secret - ONLY_HERE - intended == set()
    assert intended <= differing  # none is listed in vain


@pytest.mark.parametrize("name", ["api", "worker"])
def test_our_processes_understand_their_settings(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    template = dict(manifests.pods(manifests.written()))[name]
    given = environment(manifests.container(template)) | {"REDIS_PASSWORD": "x1"}
    for variable, value in given.items():
        resolved = value.replace("$(REDIS_PASSWORD)", given["REDIS_PASSWORD"])
        monkeypatch.setenv(variable, resolved)
    monkeypatch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
    monkeypatch.setenv("TICKET_KEYS_DIR", str(tmp_path))

    settings = Settings.load()

    assert len(settings.redlock_urls) == 3
    assert settings.redis_url.startswith("redis+sentinel://:x1@sentinel-0:26379,")
    assert settings.kafka_idempotence
    assert settings.trusted_proxies == ("10.0.0.0/8",)


def test_limits_and_patience_agree(pair: Pair) -> None:
    _, template, service = pair
    here = manifests.container(template)["resources"]["limits"]
    there = service["deploy"]["resources"]["limits"]

    assert cores(here["cpu"]) == float(there["cpus"])
    assert bytes_of(here["memory"]) == bytes_of(f"{there['memory']}i")
    if "stop_grace_period" in service:
        grace = template["spec"]["terminationGracePeriodSeconds"]
        assert f"{grace}s" == service["stop_grace_period"]


def test_users_agree(pair: Pair) -> None:
    name, template, service = pair
    user = template["spec"]["securityContext"]["runAsUser"]

    if service.get("user") == "valkey":
        assert user == 999  # of Valkey's image, on Debian
    else:
        dockerfile = Path("Dockerfile").read_text("utf-8")
        assert f"useradd --uid {user} " in dockerfile, name


def test_health_checks_agree(pair: Pair) -> None:
    name, template, service = pair
    container = manifests.container(template)
    if name == "prepare":
        assert "healthcheck" not in service
        return
    _, *command = service["healthcheck"]["test"]
    seconds = int(service["healthcheck"]["timeout"].removesuffix("s"))

    if name == "api":  # the kubelet asks the API itself
        probe = container["readinessProbe"]
        path, port = probe["httpGet"]["path"], container["ports"][0]["containerPort"]
        assert f"127.0.0.1:{port}{path}'" in command[-1]
    else:
        probe = container["livenessProbe"]
        assert probe["exec"]["command"] == command
    assert probe["timeoutSeconds"] == seconds


def test_there_are_as_many_of_each() -> None:
    counts = {
        manifest["metadata"]["name"]: manifest["spec"]["replicas"]
        for manifest in manifests.written()
        if "replicas" in manifest.get("spec", {}) and manifest["kind"] != "KafkaTopic"
    }

    expected = {name: len(services) for name, services in SERVICES.items()}
    del expected["prepare"]  # once, as a Job
    expected["node"] = sum(name.startswith("kafka-") for name in compose())
    assert counts == expected


def test_alerts_are_those_of_prometheus() -> None:
    text = Path("deploy/prometheus-alerts.yml").read_text("utf-8")
    [theirs] = yaml.safe_load(text)["groups"]
    [ours] = named(manifests.written(), "PrometheusRule", "cinema")["spec"]["groups"]

    shared = [rule for rule in theirs["rules"] if rule["alert"] not in BACKUP]
    assert ours["name"] == theirs["name"]
    assert ours["rules"][: len(shared)] == shared
    others = ours["rules"][len(shared) :]
    assert [rule["alert"] for rule in others] == [
        "BackupIsTooOld",
        "ChangesAreNotBackedUp",
    ]


def test_the_gateway_waits_as_long_as_nginx() -> None:
    rules = named(manifests.written(), "HTTPRoute", "api")["spec"]["rules"]
    nginx = Path("deploy/nginx.conf").read_text("utf-8")

    waits = {rule["name"]: rule["timeouts"]["request"] for rule in rules}
    # Nginx' hour is between two pings, a request's time-out is for all of a socket.
    assert waits == {"sockets": "0s", "requests": "15s", "shop": "15s"}
    assert re.findall(r"proxy_read_timeout (\w+);", nginx) == ["15s", "3600s"]
