"""Postgres and Kafka of the operators are set up as those of the compose file."""

import re
from pathlib import Path

import yaml

from app.settings import Settings
from realtime.broker import ALL_TOPICS
from tests.support import manifests
from tests.support.manifests import bytes_of, compose, cores, named, settings_file

PATRONI_ONLY = {"unix_socket_directories", "log_line_prefix"}  # the operator sets both
# Strimzi decides addresses, identities and folders.
STRIMZIS = re.compile(
    r"process\.roles|listeners|listener\..*|controller\..*|inter\.broker\..*|log\.dirs"
    r"|heap\.opts|node\.id|advertised\..*"
)


def test_postgres_has_the_parameters_of_patroni() -> None:
    patroni = yaml.safe_load(Path("deploy/patroni.yml").read_text("utf-8"))
    cluster = named(manifests.written(), "Cluster", "postgres")["spec"]
    there = (
        patroni["postgresql"]["parameters"]
        | patroni["bootstrap"]["dcs"]["postgresql"]["parameters"]
    )

    expected = {k: str(v) for k, v in there.items() if k not in PATRONI_ONLY}
    assert cluster["postgresql"]["parameters"] == expected
    initdb = cluster["bootstrap"]["initdb"]
    assert initdb["encoding"] == patroni["bootstrap"]["initdb"][0]["encoding"]
    assert initdb["dataChecksums"] is True
    assert initdb["localeCollate"] == initdb["localeCType"] == "C"  # no-locale
    image = compose()["postgres-1"]["image"].partition(":")[2]
    assert cluster["imageName"].partition(":")[2].startswith(f"{image}-")
    limits = compose()["postgres-1"]["deploy"]["resources"]["limits"]
    assert cores(cluster["resources"]["limits"]["cpu"]) == float(limits["cpus"])
    memory = cluster["resources"]["limits"]["memory"]
    assert bytes_of(memory) == bytes_of(f"{limits['memory']}i")


def test_postgres_has_the_roles_of_the_script() -> None:
    script = Path("deploy/roles.sh").read_text("utf-8")
    cluster = named(manifests.written(), "Cluster", "postgres")["spec"]
    owner, [program] = (
        cluster["bootstrap"]["initdb"]["owner"],
        cluster["managed"]["roles"],
    )

    [made] = re.findall(r"FROM unnest\(ARRAY\[(.*?)\]\) AS name", script)
    assert [f"'{owner}'", f"'{program['name']}'"] == made.split(", ")
    [rights] = re.findall(rf"ALTER ROLE {program['name']} (LOGIN [A-Z ]+)\n", script)
    assert {
        name: program[name.removeprefix("no")] for name in rights.lower().split()
    } == {name: not name.startswith("no") for name in rights.lower().split()}
    statements = re.findall(
        r"^(?:GRANT|REVOKE|ALTER SCHEMA) [^;]+", script, re.MULTILINE
    )
    ours = [each for each in statements if "rewinder" not in each]
    assert cluster["bootstrap"]["initdb"]["postInitApplicationSQL"] == [
        each.replace(':"DBNAME"', cluster["bootstrap"]["initdb"]["database"])
        for each in ours
    ]


def test_kafka_has_the_settings_of_the_compose_file() -> None:
    kafka = named(manifests.written(), "Kafka", "kafka")["spec"]["kafka"]
    pool = named(manifests.written(), "KafkaNodePool", "node")["spec"]
    service = compose()["kafka-1"]
    there = {
        name.removeprefix("KAFKA_").lower().replace("_", "."): str(value)
        for name, value in service["environment"].items()
        if name.startswith("KAFKA_")
    }

    assert {k: str(v).lower() for k, v in kafka["config"].items()} == {
        k: v for k, v in there.items() if not STRIMZIS.fullmatch(k)
    }
    assert service["image"] == f"apache/kafka:{kafka['version']}"
    heap = " ".join(f"{name}{size}" for name, size in pool["jvmOptions"].items())
    assert heap == there["heap.opts"]
    assert pool["resources"]["limits"]["memory"] == "768Mi"
    assert service["deploy"]["resources"]["limits"]["memory"] == "768M"
    grace = pool["template"]["pod"]["terminationGracePeriodSeconds"]
    assert service["stop_grace_period"] == f"{grace}s"


def test_topics_are_those_that_the_worker_makes() -> None:
    topics = [each for each in manifests.written() if each["kind"] == "KafkaTopic"]
    copies = int(settings_file()["KAFKA_REPLICATION_FACTOR"])

    assert {each["metadata"]["name"] for each in topics} == set(ALL_TOPICS)
    for topic in topics:
        assert topic["spec"] == {
            "partitions": Settings.model_fields["kafka_partitions"].default,
            "replicas": copies,
            "config": {"min.insync.replicas": copies - 1},
        }
