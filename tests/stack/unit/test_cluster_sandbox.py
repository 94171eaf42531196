"""`make cluster PAYMENT_PROVIDER=sandbox`: one more service, and settings of ours."""

import shlex
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from stack.cluster import compose
from stack.cluster.compose import ComposeFile
from stack.cluster.host_mapping import HostPorts
from stack.cluster.node import profile_of
from stack.cluster.run import COMPOSE_FILE
from stack.cluster.sandbox import PORT, with_sandbox

PLAIN = compose.read(COMPOSE_FILE, {})
PROGRAMS = {"api-1", "api-2", "api-3", "worker-1", "worker-2", "prepare"}
NAMES = ("STRIPE_API_URL", "STRIPE_SECRET_KEY")
SINGLE_FILE = COMPOSE_FILE.with_name("docker-compose.yml")
FRONT = 4444


@pytest.fixture
def file(tmp_path: Path) -> Iterator[ComposeFile]:
    ports = HostPorts(tmp_path / "ports.json", {})
    yield with_sandbox(PLAIN, tmp_path, ports, FRONT)
    ports.close()


def environment(file: ComposeFile, name: str) -> Mapping[str, str]:
    return file.services[name].environment


def test_nothing_more_starts_without_it() -> None:
    assert "sandbox" not in PLAIN.services
    for name in PROGRAMS:
        given = environment(PLAIN, name)
        assert given.get("PAYMENT_PROVIDER", "approve") == "approve"
        assert not any(given.get(secret) for secret in NAMES)


@pytest.mark.parametrize("path", [COMPOSE_FILE, SINGLE_FILE])
def test_stripe_is_configured_by_the_environment(path: Path) -> None:
    wanted = {"PAYMENT_PROVIDER": "stripe", "STRIPE_SECRET_KEY": "sk_test_1"}

    services = compose.read(path, wanted).services
    of_ours = {
        name: each.environment
        for name, each in services.items()
        if name.startswith(("api", "worker"))
    }

    assert len(of_ours) >= 2
    for given in of_ours.values():
        assert wanted.items() <= given.items()


def test_our_programs_take_payments_through_it(file: ComposeFile) -> None:
    given = {name: environment(file, name) for name in file.services}

    assert {name for name, each in given.items() if "STRIPE_API_URL" in each} == (
        PROGRAMS
    )
    command = shlex.split(file.services["sandbox"].command)
    port = command[command.index("--port") + 1]
    for name in PROGRAMS:
        assert given[name]["PAYMENT_PROVIDER"] == "sandbox"
        assert given[name]["STRIPE_API_URL"] == f"http://127.0.0.1:{port}"
        assert given[name]["DATABASE_URL"] == environment(PLAIN, name)["DATABASE_URL"]


def test_its_events_come_through_nginx_and_its_secrets_in_files(
    file: ComposeFile,
) -> None:
    command = shlex.split(file.services["sandbox"].command)
    secret = environment(file, "api-1")["STRIPE_WEBHOOK_SECRET"]

    assert command[-1] == f"http://127.0.0.1:{FRONT}/webhooks/stripe"
    assert secret not in file.services["sandbox"].command
    folder = Path(command[command.index("sandbox") + 1])
    assert (folder / "webhook-secret").read_text("ascii") == secret


def test_it_is_up_when_its_faults_can_be_read(file: ComposeFile) -> None:
    profile = profile_of(file.services["sandbox"])

    assert profile.port == PORT
    assert profile.question.startswith(b"GET /faults ")
