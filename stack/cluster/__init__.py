"""What docker-compose.cluster.yml describes, as plain processes of this machine."""
