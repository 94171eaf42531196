"""Both compose files are valid and complete, and leave no port or right open."""

import json
import re
from ipaddress import ip_address, ip_network
from pathlib import Path
from typing import Any

import pytest
import yaml
from compose_spec import PyCompose
from patroni.postgresql.config import ConfigHandler

from app.settings import Settings
from stack.cluster.compose import interpolated, parse
from stack.cluster.node import profile_of
from stack.cluster.topology import passwords

FILES = ("docker-compose.yml", "docker-compose.cluster.yml")
JOBS = {"roles": "no", "prepare": "on-failure"}
NODES = {
    "nginx": 1,
    "api": 3,
    "worker": 2,
    "prepare": 1,
    "roles": 1,
    "etcd": 3,
    "postgres": 2,
    "redis": 3,
    "sentinel": 3,
    "redlock": 3,
    "kafka": 3,
}


@pytest.fixture(params=FILES)
def document(request: pytest.FixtureRequest) -> dict[str, Any]:
    return read(request.param)


@pytest.fixture
def services(document: dict[str, Any]) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = document["services"]
    return found


def read(file: str) -> dict[str, Any]:
    document: dict[str, Any] = interpolated(
        yaml.safe_load(Path(file).read_text("utf-8")), {}
    )
    return document


def test_compose_understands_it(document: dict[str, Any]) -> None:
    described = PyCompose.from_json(json.dumps(document))

    described.validate()

    assert set(described.service_names()) == set(document["services"])


def test_versions_are_pinned_and_limits_set(services: dict[str, Any]) -> None:
    for name, service in services.items():
        assert re.search(r":v?\d+\.\d+\.?\d*(-[a-z]+)?$", service["image"]), name
        assert service["deploy"]["resources"]["limits"].keys() == {"cpus", "memory"}
        assert service["restart"] == JOBS.get(name, "unless-stopped")
        assert service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert "healthcheck" in service or name in JOBS
        # Kafka's image writes its configuration beside its programs.
        assert service.get("read_only") or service["image"].startswith("apache/kafka")


def test_one_door_is_open_and_for_this_machine_alone(services: dict[str, Any]) -> None:
    doors = [door for service in services.values() for door in service.get("ports", ())]

    assert doors == ["127.0.0.1:3333:3333"]


def test_volumes_are_named_and_used(document: dict[str, Any]) -> None:
    mounted = {
        mount.split(":")[0]
        for service in document["services"].values()
        for mount in service.get("volumes", ())
    }

    assert {name for name in mounted if name[0] != "."} == set(document["volumes"])
    assert all(Path(name).is_file() for name in mounted if name.startswith("."))


def test_passwords_are_nowhere_but_in_the_environment(document: dict[str, Any]) -> None:
    for file in [*Path("deploy").rglob("*.*"), Path("Dockerfile")]:
        assert "try-out" not in file.read_text("utf-8"), file
    services = parse(document).services.values()
    assert all("try-out" not in service.command for service in services)


def test_each_is_told_the_passwords_that_it_needs(services: dict[str, Any]) -> None:
    secrets: dict[str, set[str]] = {}
    for name, service in services.items():
        found = re.findall(r"[a-z]+-try-out", json.dumps(service.get("environment")))
        secrets.setdefault(re.sub(r"-\d$", "", name), set()).update(found)

    ours = {"program-try-out", "redis-try-out"}
    assert secrets["api"] == secrets["worker"] == ours
    assert secrets["prepare"] == {*ours, "owner-try-out"}
    assert secrets["roles"] >= {"cinema-try-out", "owner-try-out", "program-try-out"}
    who_may_all = {name for name, words in secrets.items() if "cinema-try-out" in words}
    assert who_may_all == {"postgres", "roles"}
    guarded = {name for name in secrets if name in {"redis", "sentinel", "redlock"}}
    assert all(secrets[name] == {"redis-try-out"} for name in guarded)


def test_the_page_of_operators_lists_what_they_take_from_the_environment() -> None:
    page = Path("docs/operations.md").read_text("utf-8")
    listed = page.partition("\n## Containers\n")[2].partition("```yaml")[0]
    texts = [Path(file).read_text("utf-8") for file in FILES]
    taken = set(re.findall(r"\$\{(\w+)", "".join(texts)))
    passwords = {name for name in taken if name.endswith("_PASSWORD")}

    assert set(re.findall(r"`([A-Z_]+)`", listed)) == taken - passwords
    assert all(f"| `{name}`" in page or f" `{name}` |" in page for name in passwords)


def test_patroni_rewinds_and_replicates_as_somebody_lesser() -> None:
    node = read("docker-compose.cluster.yml")["services"]["postgres-1"]
    given = node["environment"]

    names = [given[f"PATRONI_{who}_USERNAME"] for who in ("REPLICATION", "REWIND")]
    words = {given[f"PATRONI_{who}_PASSWORD"] for who in ("REPLICATION", "REWIND")}
    assert names == ["replicator", "rewinder"]
    assert given["PATRONI_SUPERUSER_PASSWORD"] not in words
    assert len(words) == 2


def test_make_cluster_makes_every_password_that_is_asked_for(tmp_path: Path) -> None:
    file = Path("docker-compose.cluster.yml").read_text("utf-8")
    (tmp_path / "passwords.json").write_text('{"REDIS_PASSWORD": "kept"}', "utf-8")

    made = passwords(tmp_path)

    assert made.keys() == set(re.findall(r"\$\{(\w+_PASSWORD)", file))
    assert made["REDIS_PASSWORD"] == "kept"
    assert len(set(made.values())) == len(made)
    assert passwords(tmp_path) == made


def test_our_processes_understand_their_settings(
    services: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = [
        service["environment"]
        for service in services.values()
        if service["image"].startswith("cinema-tickets")
    ]
    assert len(ours) in {3, 6}

    for environment in ours:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            patch.setenv("SIGNING_KEYS_DIR", str(tmp_path))
            assert Settings.load().host == "0.0.0.0"  # noqa: S104 - of a container


def test_the_cluster_has_every_node_and_a_stand_in_for_each() -> None:
    found = parse(read("docker-compose.cluster.yml"))

    counted = dict.fromkeys(NODES, 0)
    for service in found.in_order():
        counted[re.sub(r"-\d$", "", service.name)] += 1
        assert profile_of(service)
    assert counted == NODES


def test_no_address_of_an_api_is_ever_another_ones() -> None:
    document = read("docker-compose.cluster.yml")
    services = document["services"]
    apis = {
        name: ip_address(service["networks"]["default"]["ipv4_address"])
        for name, service in services.items()
        if name.startswith("api-")
    }
    [network] = document["networks"]["default"]["ipam"]["config"]
    subnet, given = ip_network(network["subnet"]), ip_network(network["ip_range"])
    proxies = services["api-1"]["environment"]["TRUSTED_PROXIES"]

    assert len(set(apis.values())) == NODES["api"]
    assert subnet == ip_network(proxies)
    assert set(given) < set(subnet)
    assert all(address in subnet and address not in given for address in apis.values())
    assert services["nginx"]["extra_hosts"] == [f"{n}:{a}" for n, a in apis.items()]


def test_nginx_leaves_an_idle_connection_before_an_api_that_drains() -> None:
    services = read("docker-compose.cluster.yml")["services"]
    upstream = re.search(
        r"upstream api \{(.*?)\n    \}",
        Path("deploy/nginx.conf").read_text(),
        re.DOTALL,
    )
    assert upstream
    [kept] = re.findall(r"\bkeepalive_timeout (\d+)s;", upstream[1])

    for name in ("api-1", "api-2", "api-3"):
        drains = float(services[name]["environment"]["DRAIN_SECONDS"])
        grace = int(services[name]["stop_grace_period"].removesuffix("s"))
        assert int(kept) + 1 < drains
        assert drains + 10 <= grace  # as docs/operations.md asks


def test_patroni_leaves_the_slot_of_the_backup_alone() -> None:
    kept = yaml.safe_load(Path("deploy/patroni.yml").read_text())["bootstrap"]["dcs"]
    backup = Path("deploy/backup.sh").read_text()

    assert kept["ignore_slots"] == [{"name": "backup", "type": "physical"}]
    assert backup.count("--slot backup") == 3


def test_patroni_is_told_at_the_only_place_where_it_listens() -> None:
    patroni = yaml.safe_load(Path("deploy/patroni.yml").read_text())

    ignored = patroni["postgresql"]["parameters"].keys() & ConfigHandler.CMDLINE_OPTIONS
    assert ignored == set()
    assert patroni["bootstrap"]["dcs"]["postgresql"]["parameters"] == {
        "max_connections": 300,
        "wal_keep_size": "512MB",
    }


def test_nginx_has_the_memory_for_all_the_sockets_that_it_takes() -> None:
    written = Path("deploy/nginx.conf").read_text("utf-8")
    [processes] = re.findall(r"worker_processes (\d+);", written)
    [connections] = re.findall(r"worker_connections (\d+);", written)
    [files] = re.findall(r"worker_rlimit_nofile (\d+);", written)
    nginx = read("docker-compose.cluster.yml")["services"]["nginx"]
    memory = int(nginx["deploy"]["resources"]["limits"]["memory"].removesuffix("M"))

    sockets = int(processes) * int(connections) // 2
    assert sockets * 25 / 1024 < memory
    assert int(files) > int(connections)
