#!/bin/sh
# Makes a data folder of Postgres as it was at a moment, from what backup.sh left.
#
#   restore.sh BASE DATA [MOMENT]     such as 2026-11-25T18:30:00Z; without: to the end
#
# BASE is the newest base backup that ended before the moment; DATA must not be there.
# Started on DATA, Postgres takes the changes from $BACKUP_DIR/wal and is then a primary.
set -eu
base=${1:?restore.sh BASE DATA [MOMENT]}
data=${2:?restore.sh BASE DATA [MOMENT]}
wal=${BACKUP_DIR:?say where the backup is}/wal
test ! -e "$data" || { echo "$data is there already: name a folder that is not" >&2; exit 1; }

cp -R "$base" "$data"
chmod 700 "$data"
{
	# What was being received when the server died has .partial in its name.
	echo "restore_command = 'cp \"$wal/%f\" \"%p\" || cp \"$wal/%f.partial\" \"%p\"'"
	echo "recovery_target_timeline = 'latest'"
	echo "recovery_target_action = 'promote'"
	test -z "${3:-}" || echo "recovery_target_time = '$3'"
} >>"$data/postgresql.auto.conf"
touch "$data/recovery.signal"
