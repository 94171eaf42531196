"""Rules of our own that no schema knows: references, numbers, paths, overlays."""

import re
from pathlib import Path

import pytest
from pydantic import SecretStr
from starlette.routing import Mount, Route, WebSocketRoute

from app.asgi import application
from app.settings import Settings
from telemetry.process_metrics import LOOP_LAG
from tests.support import manifests
from tests.support.manifests import (
    OVERLAYS,
    Manifest,
    container,
    named,
    settings_file,
)
from tests.support.signing_keys import make_keys

INSIDE = {"/metrics", "/readyz"}
REFERENCE = re.compile(r"\$\((\w+)\)")


def check_references(found: list[Manifest]) -> None:
    """Kubernetes leaves a reference to a later variable as it is written."""
    for name, template in manifests.pods(found):
        known: set[str] = set()
        for each in container(template)["env"]:
            used = set(REFERENCE.findall(each.get("value", "")))
            assert used <= known, f"{name}: {each['name']}"
            known.add(each["name"])


def test_a_variable_refers_to_what_comes_before_it() -> None:
    check_references(manifests.written())


@pytest.mark.parametrize("overlay", OVERLAYS)
def test_patches_keep_that_order(overlay: str) -> None:
    check_references(manifests.built(overlay))


def connections(apis: int, surge: int, workers: int, pool: int) -> int:
    """What Postgres' primary needs in a rollout.

    An API has two pools there, a worker has one. Kubernetes does not count programs
    that are ending, but Postgres does: as many APIs as are new (`surge`), and a worker.
    """
    others = 10  # CloudNativePG, the migration, an operator
    return (apis + 2 * surge) * 2 * pool + (workers + 1) * pool + others


def test_postgres_has_connections_for_all_processes() -> None:
    found = manifests.written()
    api, worker = (
        named(found, "Deployment", name)["spec"] for name in ("api", "worker")
    )
    most = named(found, "HorizontalPodAutoscaler", "api")["spec"]["maxReplicas"]
    parameters = named(found, "Cluster", "postgres")["spec"]["postgresql"]["parameters"]

    surge = api["strategy"]["rollingUpdate"]["maxSurge"]
    assert worker["strategy"]["rollingUpdate"] == {"maxSurge": 0, "maxUnavailable": 1}
    needed = connections(
        most, surge, worker["replicas"], int(settings_file()["DB_POOL_SIZE"])
    )
    assert needed <= int(parameters["max_connections"])
    # Else more of the old APIs than maxSurge are ending at the same time.
    patience = api["template"]["spec"]["terminationGracePeriodSeconds"]
    assert api["minReadySeconds"] >= patience
    assert (
        named(found, "HorizontalPodAutoscaler", "api")["spec"]["minReplicas"]
        == (api["replicas"])
    )


def test_the_page_has_numbers_for_larger_crowds_that_fit() -> None:
    page = Path("docs/kubernetes.md").read_text("utf-8")
    rows = re.findall(r"^\| [^|]+ ((?:\| \d+ ){5})\|$", page, re.MULTILINE)

    assert len(rows) == 3
    for row in rows:
        *numbers, most = map(int, re.findall(r"\d+", row))
        assert connections(*numbers) <= most


def test_the_first_row_is_what_the_manifests_say() -> None:
    found = manifests.written()
    api, worker = (
        named(found, "Deployment", name)["spec"] for name in ("api", "worker")
    )
    postgres = named(found, "Cluster", "postgres")["spec"]["postgresql"]
    numbers = (
        named(found, "HorizontalPodAutoscaler", "api")["spec"]["maxReplicas"],
        api["strategy"]["rollingUpdate"]["maxSurge"],
        worker["replicas"],
        settings_file()["DB_POOL_SIZE"],
        postgres["parameters"]["max_connections"],
    )
    page = Path("docs/kubernetes.md").read_text("utf-8")

    assert f"| that of the load test | {' | '.join(map(str, numbers))} |" in page


def test_an_api_drains_within_its_patience() -> None:
    template = dict(manifests.pods(manifests.written()))["api"]
    drain = {each["name"]: each.get("value") for each in container(template)["env"]}

    before = container(template)["lifecycle"]["preStop"]["sleep"]["seconds"]
    needed = before + float(drain["DRAIN_SECONDS"] or 0) + 10
    assert needed <= template["spec"]["terminationGracePeriodSeconds"]


def test_servers_are_replaced_without_haste() -> None:
    found = manifests.written()
    waits = {
        name: named(found, "StatefulSet", name)["spec"].get("minReadySeconds", 0)
        for name in ("redis", "redlock")
    }
    # Locks and markers of holds end within 30 s.
    assert waits["redlock"] >= 60
    assert waits["redis"] >= 10  # min-replicas-max-lag is 5
    # By default CloudNativePG restarts the primary, with nobody in its place.
    assert (
        named(found, "Cluster", "postgres")["spec"]["primaryUpdateMethod"]
        == "switchover"
    )


def test_the_autoscaler_reads_a_metric_that_the_page_defines() -> None:
    scaler = named(manifests.written(), "HorizontalPodAutoscaler", "api")["spec"]
    [name] = [
        each["pods"]["metric"]["name"]
        for each in scaler["metrics"]
        if each["type"] == "Pods"
    ]
    page = Path("docs/kubernetes.md").read_text("utf-8")

    assert f"as: {name}" in page
    assert f"seriesQuery: {LOOP_LAG._name}_bucket" in page


def test_the_gateway_leads_to_every_path_but_two(
    tmp_path: Path,
) -> None:
    make_keys(tmp_path)
    settings = Settings(
        database_url="postgresql://x",
        redis_url="redis://x",
        kafka_bootstrap_servers="x",
        signing_keys_dir=tmp_path,
        payment_provider="stripe",
        stripe_secret_key=SecretStr("sk_test_x"),
        stripe_webhook_secret=(SecretStr("whsec_x"),),
    )  # type: ignore[call-arg] # the rest has defaults
    served = {
        route.path
        for route in application(settings).routes
        if isinstance(route, Route | WebSocketRoute | Mount)
    }

    routed: dict[str, str] = {}
    for rule in named(manifests.written(), "HTTPRoute", "api")["spec"]["rules"]:
        for match in rule["matches"]:
            routed[match["path"]["value"]] = match["path"]["type"]

    def leads_to(path: str) -> bool:
        exact = routed.get(path) is not None
        prefixes = [each for each, kind in routed.items() if kind == "PathPrefix"]
        return exact or any(path.startswith(f"{each}/") for each in prefixes)

    assert {path for path in served if not leads_to(path)} == INSIDE
    beginnings = {path.partition("/{")[0] for path in served}
    # There when web/shop is built.
    built = {"/assets", "/icon.svg", "/licences.md", "/sw.js"}
    assert routed.keys() - built - beginnings == set()


def test_production_has_no_demo_data_and_leaves_the_count_to_the_autoscaler() -> None:
    built = manifests.built("production")

    job = dict(manifests.pods(built))["prepare"]
    assert {"name": "DEMO_DATA", "value": "false"} in container(job)["env"]
    assert "replicas" not in named(built, "Deployment", "api")["spec"]


def test_an_upgrade_can_migrate_before_the_rest() -> None:
    built = manifests.built("production")

    first = [
        manifest
        for manifest in built
        if manifest["metadata"].get("labels", {}).get("cinema/step") == "migrate"
    ]
    job = container(dict(manifests.pods(first))["prepare"])
    [settings] = [
        each["metadata"]["name"] for each in first if each["kind"] == "ConfigMap"
    ]
    assert job["envFrom"] == [{"configMapRef": {"name": settings}}]
    assert {each["kind"] for each in first} == {"ConfigMap", "Job", "ServiceAccount"}


def test_a_restored_postgres_writes_into_a_folder_of_its_own() -> None:
    postgres = named(manifests.built("restore"), "Cluster", "postgres")["spec"]

    [source] = postgres["externalClusters"]
    [archive] = postgres["plugins"]
    assert postgres["bootstrap"]["recovery"]["source"] == source["name"]
    assert set(postgres["bootstrap"]) == {"recovery"}
    assert source["plugin"]["parameters"]["serverName"] == "postgres"
    assert archive["parameters"]["serverName"] == "postgres-2"
    assert archive["isWALArchiver"] is True


def test_one_of_each_can_serve_in_the_small_overlay() -> None:
    built = manifests.built("try-out")
    redis = container(dict(manifests.pods(built))["redis"])["env"]
    api = {
        each["name"]: each.get("value")
        for each in container(dict(manifests.pods(built))["api"])["env"]
    }

    assert {"name": "REPLICAS", "value": "0"} in redis  # else it refuses writes
    assert api["REDIS_URL"] == "redis://:$(REDIS_PASSWORD)@redis-0:6379"
    assert not api["REDLOCK_URLS"]
    assert all(
        each["spec"]["replicas"] == 1 for each in built if each["kind"] == "KafkaTopic"
    )
