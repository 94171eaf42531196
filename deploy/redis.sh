#!/bin/sh
# A node of Redis, primary or replica, or a lock node of its own. Its configuration is
# written once: from then on Sentinel has the node itself rewrite it when roles change.
set -eu
configuration=/data/valkey.conf
if [ ! -s "$configuration" ]; then
    umask 077
    cat >"$configuration.new" <<END
bind 0.0.0.0
port ${ADDRESS##*:}
dir /data
requirepass $REDIS_PASSWORD
masterauth $REDIS_PASSWORD
# What it knows only saves work, and word of old holds is worse than none.
appendonly no
save ""
maxmemory 96mb
maxmemory-policy volatile-ttl
replica-announce-ip ${ADDRESS%:*}
replica-announce-port ${ADDRESS##*:}
# A primary that was cut off, or came back after a failover, takes no writes.
min-replicas-to-write ${REPLICAS:-0}
min-replicas-max-lag 5
repl-diskless-sync-delay 0
${REPLICA_OF:+replicaof ${REPLICA_OF%:*} ${REPLICA_OF##*:}}
END
    mv "$configuration.new" "$configuration"
fi
exec valkey-server "$configuration"
