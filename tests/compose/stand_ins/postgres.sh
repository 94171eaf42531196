#!/bin/sh
# As the image's: makes the database at the first start, as a user that is not root.
set -eu
if [ "$1" = postgres ] && [ "$(id -u)" = 0 ]; then
	install --directory --owner postgres --group postgres --mode 0700 "${PGDATA%/*}" "$PGDATA"
	chown -R postgres:postgres "$PGDATA"
	exec setpriv --reuid postgres --regid postgres --init-groups sh "$0" "$@"
fi
if [ "$1" = postgres ] && [ ! -s "$PGDATA/PG_VERSION" ]; then
	printf %s "$POSTGRES_PASSWORD" >/tmp/password
	initdb --username "$POSTGRES_USER" --pwfile /tmp/password ${POSTGRES_INITDB_ARGS:-}
	rm /tmp/password
	echo 'host all all all scram-sha-256' >>"$PGDATA/pg_hba.conf"
	echo "listen_addresses = '*'" >>"$PGDATA/postgresql.conf"
	echo "CREATE DATABASE \"$POSTGRES_DB\"" | postgres --single -D "$PGDATA" postgres
fi
exec "$@"
