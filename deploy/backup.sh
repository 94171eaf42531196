#!/bin/sh
# Backs Postgres up into $BACKUP_DIR, which had better be another machine's disk.
#
#   backup.sh wal     every change as it is made, for ever; run it beside the servers
#   backup.sh base    all there is now, once a day: a restore begins with one of these
#   backup.sh tidy    forget what is older than the oldest base backup that is left
#
# Where Postgres is, and who asks, is in libpq's own variables, for example
# PGHOST=postgres-1,postgres-2 PGTARGETSESSIONATTRS=read-write PGUSER=replicator
# PGPASSWORD=... . Of two hosts it follows the one that is the primary.
set -eu
wal=${BACKUP_DIR:?say where to put the backup}/wal
umask 077
mkdir -p "$wal"

# A former primary would keep its changes for nobody, until its disk is full.
leave_the_standby() {
	PGTARGETSESSIONATTRS=standby pg_receivewal --no-password --drop-slot --slot backup 2>/dev/null || true
}

case ${1:-} in
wal)
	leave_the_standby
	# The server keeps what was not received yet: mind its disk when this is away.
	pg_receivewal --no-password --create-slot --if-not-exists --slot backup
	# After a failover it ends: going on by itself it would miss the slot for ever.
	exec pg_receivewal --no-password --no-loop --slot backup --synchronous --directory "$wal"
	;;
base)
	leave_the_standby
	base=$BACKUP_DIR/base-$(date -u +%Y-%m-%dT%H%M%SZ)
	# Without the changes meanwhile: they are among those that `wal` receives.
	pg_basebackup --no-password --checkpoint fast --wal-method none --pgdata "$base.unfinished"
	mv "$base.unfinished" "$base"
	echo "$base"
	;;
tidy)
	for oldest in "$BACKUP_DIR"/base-*Z; do break; done
	test -d "$oldest" || { echo "there is no base backup: all changes stay" >&2; exit 1; }
	needed=$(sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$oldest/backup_label")
	pg_archivecleanup "$wal" "$needed"
	;;
*)
	echo "backup.sh wal|base|tidy" >&2
	exit 2
	;;
esac
