"""Runs the services of docker-compose.cluster.yml as processes of this machine."""
