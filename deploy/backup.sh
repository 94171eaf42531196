#!/bin/sh
# Backs up Postgres into $BACKUP_DIR, which should be on the disk of another machine.
#
#   backup.sh wal      receives every change (WAL) for ever; run it beside the servers
#   backup.sh base     a full backup, once a day: each restore begins with one
#   backup.sh tidy     deletes the WAL that no base backup needs any more
#   backup.sh verify   prints whether each base backup can be restored, and to which moment
#
# libpq's variables name the server and the user, for example
# PGHOST=postgres-1,postgres-2 PGTARGETSESSIONATTRS=read-write PGUSER=replicator
# PGPASSWORD=... . Of two hosts it uses the primary. `tidy` and `verify` use BACKUP_DIR only.
set -eu
wal=${BACKUP_DIR:?set it to the folder of the backup}/wal
patience=${BACKUP_PATIENCE_SECONDS:-60}     # how long `base` waits for `wal`
max_age=${BACKUP_MAX_AGE_HOURS:-26}         # of the newest base backup that can be restored
umask 077
mkdir -p "$wal"

fail() {
	echo "$*" >&2
	exit 1
}

# The slot of a former primary would keep WAL until its disk is full.
leave_the_standby() {
	PGTARGETSESSIONATTRS=standby pg_receivewal --no-password --drop-slot --slot backup 2>/dev/null || true
}

# `tidy` must not see half of a base backup, and two base backups would share a name.
lock_the_bases() {
	exec 9>"$BACKUP_DIR/lock"
	flock "$@" 9 || fail "a base backup is being made: try again when it is finished"
}

replication() {
	psql --no-password --no-psqlrc --tuples-only --no-align --field-separator ' ' \
		--dbname replication=true --command "$1"
}

# TIMELINE LSN -> the name of the WAL segment's file.
segment_at() {
	printf '%08X%08X%08X\n' "$1" $((0x${2%/*})) $((0x${2#*/} / segment_bytes))
}

# A segment's name without its timeline -> its number among all segments.
number_of() {
	echo $((0x${1%????????} * (0x100000000 / segment_bytes) + 0x${1#????????}))
}

name_of() {
	per_file=$((0x100000000 / segment_bytes))
	printf '%08X%08X\n' $(($1 / per_file)) $(($1 % per_file))
}

# Whether the slot exists, and $wal has the newest segment: from here on no WAL is missed.
is_receiving() {
	replication 'READ_REPLICATION_SLOT backup' | grep -q physical || return 1
	set -- $(replication IDENTIFY_SYSTEM)
	segment=$(segment_at "$2" "$3")
	# At the very beginning of a segment its file may not exist yet: look at the one before.
	if [ $((0x${3#*/} % segment_bytes)) -eq 0 ]; then
		segment=$(printf '%.8s' "$segment")$(name_of $(($(number_of "${segment#????????}") - 1)))
	fi
	test -e "$wal/$segment" || test -e "$wal/$segment.partial"
}

# TIMELINE START END of a base backup, as its manifest has them.
range_of() {
	sed -n 's/.*"Timeline": \([0-9]*\), "Start-LSN": "\([0-9A-F/]*\)", "End-LSN": "\([0-9A-F/]*\)".*/\1 \2 \3/p' \
		"$1/backup_manifest"
}

# Whether $wal has every segment of the time of a base backup, complete.
has_its_wal() {
	set -- $(range_of "$1")
	first=$(segment_at "$1" "$2")
	last=$(segment_at "$1" "$3")
	number=$(number_of "${first#????????}")
	while [ "$number" -le "$(number_of "${last#????????}")" ]; do
		segment=$(printf '%.8s' "$first")$(name_of "$number")
		test -e "$wal/$segment" || return 1
		number=$((number + 1))
	done
}

wait_until() {
	until=$(($(date +%s) + patience))
	while ! "$@"; do
		[ "$(date +%s)" -lt "$until" ] || return 1
		sleep 0.2
	done
}

make_base() {
	leave_the_standby
	lock_the_bases
	rm -rf "$BACKUP_DIR"/base-*.unfinished # of one that was killed
	segment_bytes=$(replication 'SHOW wal_segment_size')
	segment_bytes=$((${segment_bytes%MB} * 1048576))
	wait_until is_receiving ||
		fail "no base backup was made: nothing receives the WAL of the server into $wal." \
			"Start \`backup.sh wal\`, and try again."
	base=$BACKUP_DIR/base-$(date -u +%Y-%m-%dT%H%M%SZ)
	trap 'rm -rf "$base.unfinished"' EXIT
	trap 'exit 1' HUP INT TERM
	# Without WAL: `wal` receives it.
	pg_basebackup --no-password --checkpoint fast --wal-method none --pgdata "$base.unfinished"
	wait_until has_its_wal "$base.unfinished" ||
		fail "the base backup was deleted: its segment $segment did not arrive in $wal." \
			"Look at \`backup.sh wal\`, and try again."
	mv "$base.unfinished" "$base"
	trap - EXIT
	echo "$base"
}

# The name of the first segment that a base backup needs.
first_segment() {
	sed -n 's/^START WAL LOCATION: .*(file \(.*\))$/\1/p' "$1/backup_label"
}

tidy() {
	lock_the_bases --nonblock
	oldest=
	for base in "$BACKUP_DIR"/base-*Z; do
		test -d "$base" || fail "there is no base backup: all WAL stays"
		needed=$(first_segment "$base" 2>/dev/null || true)
		test -n "$needed" || fail "$base does not name the WAL that it needs: all WAL stays"
		# Of two timelines the number of the segment counts, as for pg_archivecleanup.
		if [ -z "$oldest" ] || expr "x${needed#????????}" '<' "x${oldest#????????}" >/dev/null; then
			oldest=$needed
		fi
	done
	pg_archivecleanup "$wal" "$oldest"
}

# Files of the manifest that are not there in their size.
damaged_files() {
	sed -n 's/^{ "Path": "\(.*\)", "Size": \([0-9]*\),.*/\1 \2/p' "$1/backup_manifest" | sort >"$found.manifest"
	find "$1" -type f -printf '%P %s\n' | sort >"$found.files"
	comm -23 "$found.manifest" "$found.files"
}

# Sets `problem` when a base backup cannot be restored, else `newest`: the last WAL file
# that follows it without a gap.
examine() {
	problem=
	test -f "$1/backup_manifest" && test -n "$(range_of "$1")" || { problem="it is incomplete"; return; }
	damaged=$(damaged_files "$1" | head -n 1)
	test -z "$damaged" || { problem="its file ${damaged% *} is missing or has another size"; return; }
	set -- $(range_of "$1")
	expected=$(number_of "$(segment_at "$1" "$2" | cut -c 9-)")
	last=$(number_of "$(segment_at "$1" "$3" | cut -c 9-)")
	newest=
	while read -r name; do
		segment=${name%.partial}
		number=$(number_of "${segment#????????}")
		[ "$number" -ge "$expected" ] || continue
		[ "$number" -eq "$expected" ] || break
		newest=$name
		expected=$((number + 1))
		timeline=$(printf '%.8s' "$name")
		test "$timeline" = 00000001 || test -e "$wal/$timeline.history" ||
			{ problem="$timeline.history is missing"; return; }
	done <"$found.segments"
	[ "$expected" -gt "$last" ] || problem="segment $(name_of "$expected") is missing"
}

# A sentence for each base backup; figures for Prometheus in backup.prom.
verify() {
	found=$(mktemp)
	trap 'rm -f "$found" "$found".*' EXIT
	# One file a number: complete before partial, the newest timeline last.
	ls "$wal" | grep -E '^[0-9A-F]{24}(\.partial)?$' | sort -k 1.9,1.24 -k 1.1,1.8r -k 1.25 |
		awk '!seen[substr($0, 9, 16)]++' >"$found.segments" || true
	read -r name <"$found.segments" || name=
	segment_bytes=16777216
	test -z "$name" || segment_bytes=$(wc -c <"$wal/$name")
	restorable=0 unrestorable=0 newest_base=0
	for base in "$BACKUP_DIR"/base-*Z; do
		test -d "$base" || continue
		examine "$base"
		if [ -n "$problem" ]; then
			unrestorable=$((unrestorable + 1))
			echo "${base##*/} CANNOT be restored: $problem"
			continue
		fi
		restorable=$((restorable + 1))
		finished=$(date -u -r "$base/backup_manifest" +%s)
		[ "$finished" -le "$newest_base" ] || newest_base=$finished
		echo "${base##*/} can be restored, to any moment from $(date -u -d "@$finished" +%FT%TZ)" \
			"to $(date -u -r "$wal/$newest" +%FT%TZ)"
	done
	cat >"$BACKUP_DIR/backup.prom.unfinished" <<END
# HELP cinema_backup_bases Base backups, by whether they can be restored.
# TYPE cinema_backup_bases gauge
cinema_backup_bases{restorable="yes"} $restorable
cinema_backup_bases{restorable="no"} $unrestorable
# HELP cinema_backup_newest_base_timestamp_seconds When the newest base backup that can be restored was finished; 0 without one.
# TYPE cinema_backup_newest_base_timestamp_seconds gauge
cinema_backup_newest_base_timestamp_seconds $newest_base
# HELP cinema_backup_verified_timestamp_seconds When backup.sh verify ran last.
# TYPE cinema_backup_verified_timestamp_seconds gauge
cinema_backup_verified_timestamp_seconds $(date +%s)
END
	chmod 644 "$BACKUP_DIR/backup.prom.unfinished"
	mv "$BACKUP_DIR/backup.prom.unfinished" "$BACKUP_DIR/backup.prom"
	[ "$restorable" -gt 0 ] || fail "there is no base backup that can be restored"
	[ "$newest_base" -gt $(($(date +%s) - max_age * 3600)) ] ||
		fail "the newest base backup that can be restored is older than $max_age hours"
	[ "$unrestorable" -eq 0 ] || exit 1
}

case ${1:-} in
wal)
	leave_the_standby
	# The server keeps WAL until it is received: watch its disk while this does not run.
	pg_receivewal --no-password --create-slot --if-not-exists --slot backup
	# Ends at a failover (--no-loop): the new primary lacks the slot, which we make then.
	exec pg_receivewal --no-password --no-loop --slot backup --synchronous --directory "$wal"
	;;
base) make_base ;;
tidy) tidy ;;
verify) verify ;;
*)
	echo "backup.sh wal|base|tidy|verify" >&2
	exit 2
	;;
esac
