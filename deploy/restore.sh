#!/bin/sh
# Makes a data folder of Postgres as it was at a moment, from the files of backup.sh.
#
#   restore.sh BASE DATA [MOMENT]     such as 2026-11-25T18:30:00Z; default: the end
#
# BASE is the newest base backup that ended before the moment; DATA must not exist.
# Postgres, started on DATA, reads the changes in $BACKUP_DIR/wal, then is a primary.
# Run it as the user who starts Postgres, which is not root and can read both folders.
set -eu
base=${1:?restore.sh BASE DATA [MOMENT]}
data=${2:?restore.sh BASE DATA [MOMENT]}
# An absolute path: Postgres runs in another folder.
wal=$(cd "${BACKUP_DIR:?say where the backup is}/wal" && pwd)
case $wal${3:-} in
*[\'\"\\\$\`%]*)
	echo "quotes, backslashes, \$ and % mean something in a configuration: do without" >&2
	exit 1
	;;
esac
test -f "$base/backup_manifest" || { echo "$base is no base backup, or half of one" >&2; exit 1; }
test ! -e "$data" || { echo "$data is there already: name a folder that is not" >&2; exit 1; }
moment=${3:-}
case $moment in
*Z) moment=${moment%Z}+00:00 ;; # Postgres refuses abbreviations here
esac

umask 077
rm -rf "$data.unfinished"
cp -R "$base" "$data.unfinished"
cd "$data.unfinished"
chmod 700 .
# Patroni's settings: paths of the old folder, and a standby for which commits wait.
# Patroni writes them again when it gets this folder.
sed -i -e '/^hba_file = /d' -e '/^ident_file = /d' -e '/^synchronous_standby_names = /d' \
	postgresql.conf
{
	# The last WAL file, still incomplete when the server died, ends in .partial.
	echo "restore_command = 'cp \"$wal/%f\" \"%p\" || cp \"$wal/%f.partial\" \"%p\"'"
	echo "recovery_target_timeline = 'latest'"
	echo "recovery_target_action = 'promote'"
	test -z "$moment" || echo "recovery_target_time = '$moment'"
} >>postgresql.auto.conf
touch recovery.signal
cd - >/dev/null
mv "$data.unfinished" "$data"
