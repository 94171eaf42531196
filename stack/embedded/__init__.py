"""Postgres, Valkey and a Kafka-protocol broker as child processes of `make run`."""
