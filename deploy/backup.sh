#!/bin/sh
# Backs up Postgres into $BACKUP_DIR, which should be on the disk of another machine.
#
#   backup.sh wal     receives every change (WAL) for ever; run it beside the servers
#   backup.sh base    a full backup, once a day: each restore begins with one
#   backup.sh tidy    deletes WAL that is older than the oldest base backup
#
# libpq's variables name the server and the user, for example
# PGHOST=postgres-1,postgres-2 PGTARGETSESSIONATTRS=read-write PGUSER=replicator
# PGPASSWORD=... . Of two hosts it uses the primary.
set -eu
wal=${BACKUP_DIR:?say where to put the backup}/wal
umask 077
mkdir -p "$wal"

# The slot of a former primary would keep WAL until its disk is full.
leave_the_standby() {
	PGTARGETSESSIONATTRS=standby pg_receivewal --no-password --drop-slot --slot backup 2>/dev/null || true
}

case ${1:-} in
wal)
	leave_the_standby
	# The server keeps WAL until it is received: watch its disk while this does not run.
	pg_receivewal --no-password --create-slot --if-not-exists --slot backup
	# Ends at a failover (--no-loop): the new primary lacks the slot, which we make then.
	exec pg_receivewal --no-password --no-loop --slot backup --synchronous --directory "$wal"
	;;
base)
	leave_the_standby
	base=$BACKUP_DIR/base-$(date -u +%Y-%m-%dT%H%M%SZ)
	# Without the WAL of meanwhile: `wal` receives it.
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
