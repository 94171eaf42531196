"""The broker that the settings name."""

from app.settings import Settings
from realtime.broker import Kafka


def kafka(settings: Settings) -> Kafka:
    return Kafka(
        bootstrap_servers=settings.kafka_bootstrap_servers,
        idempotence=settings.kafka_idempotence,
        replication_factor=settings.kafka_replication_factor,
        partitions=settings.kafka_partitions,
        fetch_wait_ms=settings.kafka_fetch_max_wait_ms,
        session_timeout_ms=settings.kafka_session_timeout_ms,
    )
