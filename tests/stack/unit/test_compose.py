from pathlib import Path

import pytest

from runtime.errors import CommandError
from stack.cluster.compose import ComposeService, Mount, interpolated, parse
from stack.cluster.host_mapping import HostMapping
from stack.cluster.node import server_properties

API = {
    "image": "cinema-tickets:0.1.0",
    "command": ["python", "-m", "app", "serve"],
    "restart": "unless-stopped",
    "environment": {"PORT": 3333},
    "volumes": ["keys:/keys", "./deploy/nginx.conf:/etc/nginx.conf:ro"],
    "tmpfs": ["/run/api"],
    "ports": ["127.0.0.1:8080:3333"],
    "depends_on": {"prepare": {"condition": "service_completed_successfully"}},
}
PREPARE = {"image": "cinema-tickets:0.1.0", "command": "python -m app prepare"}


def test_a_service_is_understood() -> None:
    api = parse({"services": {"api-1": API, "prepare": PREPARE}}).services["api-1"]

    assert api == ComposeService(
        name="api-1",
        image="cinema-tickets:0.1.0",
        command="python -m app serve",
        environment={"PORT": "3333"},
        mounts=(
            Mount("keys", "/keys"),
            Mount("./deploy/nginx.conf", "/etc/nginx.conf"),
            Mount("", "/run/api"),
        ),
        published={3333: 8080},
        after={"prepare": "service_completed_successfully"},
        restarts=True,
    )


def test_what_is_waited_for_comes_first_and_a_job_is_not_restarted() -> None:
    ordered = parse({"services": {"api-1": API, "prepare": PREPARE}}).in_order()

    assert [(each.name, each.restarts) for each in ordered] == [
        ("prepare", False),
        ("api-1", True),
    ]


def test_who_wait_for_each_other_are_refused() -> None:
    one = PREPARE | {"depends_on": {"two": {"condition": "service_started"}}}
    two = PREPARE | {"depends_on": {"one": {"condition": "service_started"}}}

    with pytest.raises(CommandError, match="one waits for two waits for one"):
        parse({"services": {"one": one, "two": two}}).in_order()


def test_variables_are_filled_in_everywhere() -> None:
    raw = {"a": ["${ONE:-1} and ${TWO:-2}", "$$HOME"], "b": 3}

    assert interpolated(raw, {"TWO": "two"}) == {
        "a": ["1 and two", "$HOME"],
        "b": 3,
    }


def test_a_variable_that_nobody_gave_is_named() -> None:
    with pytest.raises(CommandError, match="wants PASSWORD"):
        interpolated("${PASSWORD}", {})


@pytest.fixture
def mapping(tmp_path: Path) -> HostMapping:
    file = parse(
        {
            "services": {"api-1": API, "redis-1": PREPARE, "redis-11": PREPARE},
            "networks": {
                "default": {"ipam": {"config": [{"subnet": "172.30.0.0/24"}]}}
            },
        }
    )
    ports = {("api-1", 3333): 1, ("redis-1", 6379): 2, ("redis-11", 6379): 3}
    return HostMapping(file, tmp_path, lambda service, inside: ports[service, inside])


def api() -> ComposeService:
    return parse({"services": {"api-1": API}}).services["api-1"]


@pytest.mark.parametrize(
    ("written", "here"),
    [
        ("redis://:word@redis-1:6379/0", "redis://:word@127.0.0.1:2/0"),
        ("redis-1:6379,redis-11:6379", "127.0.0.1:2,127.0.0.1:3"),
        ("listen 0.0.0.0:3333;", "listen 127.0.0.1:1;"),
        ("bind 0.0.0.0", "bind 127.0.0.1"),
        ("host all all 0.0.0.0/0 scram", "host all all 0.0.0.0/0 scram"),
        ("172.30.0.0/24", "127.0.0.0/8"),
        ("redis-1 of my-redis-1.example", "redis-1 of my-redis-1.example"),
    ],
)
def test_addresses_are_rewritten(mapping: HostMapping, written: str, here: str) -> None:
    assert mapping.rewrite(api(), written) == here


def test_paths_are_rewritten_once(mapping: HostMapping, tmp_path: Path) -> None:
    assert mapping.rewrite(api(), "/keys/a.pem /run/api/pid /keys2 /srv/run/api") == (
        f"{tmp_path}/volumes/keys/a.pem {tmp_path}/api-1/run-api/pid "
        "/keys2 /srv/run/api"
    )


def test_a_port_of_our_own_settings_is_rewritten(mapping: HostMapping) -> None:
    assert mapping.environment(api()) == {"PORT": "1"}


def test_kafkas_properties_come_from_its_environment() -> None:
    environment = {"KAFKA_NODE_ID": "1", "KAFKA_HEAP_OPTS": "-Xmx1m", "CLUSTER_ID": "x"}

    assert server_properties(environment) == "node.id=1\n"
