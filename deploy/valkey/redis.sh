#!/bin/sh
# A Redis node: primary, replica, or an independent lock node. The configuration is
# written once: afterwards Sentinel lets the node rewrite it when roles change.
set -eu
case $REDIS_PASSWORD in
'' | *[!A-Za-z0-9._~-]*)
    echo "REDIS_PASSWORD stands in URLs: use letters, digits, and . _ ~ - only" >&2
    exit 1
    ;;
esac
# Nodes of one StatefulSet have the same settings: the one that all follow is primary.
[ "${REPLICA_OF:-}" != "$ADDRESS" ] || REPLICA_OF=
configuration=/data/valkey.conf
if [ ! -s "$configuration" ]; then
    umask 077
    cat >"$configuration.new" <<END
bind 0.0.0.0
port ${ADDRESS##*:}
dir /data
requirepass $REDIS_PASSWORD
masterauth $REDIS_PASSWORD
# Its data only save work, and markers of old holds are worse than none.
appendonly no
save ""
maxmemory 96mb
maxmemory-policy volatile-ttl
replica-announce-ip ${ADDRESS%:*}
replica-announce-port ${ADDRESS##*:}
# A primary without replicas (cut off, or back after a failover) refuses writes.
min-replicas-to-write ${REPLICAS:-0}
min-replicas-max-lag 5
repl-diskless-sync-delay 0
${REPLICA_OF:+replicaof ${REPLICA_OF%:*} ${REPLICA_OF##*:}}
END
    mv "$configuration.new" "$configuration"
fi
exec valkey-server "$configuration"
