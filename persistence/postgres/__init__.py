"""Connections to Postgres, migrations, grants and housekeeping."""
