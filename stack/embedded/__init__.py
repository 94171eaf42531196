"""Real Postgres, Valkey and a Kafka-protocol broker as children of one process."""
