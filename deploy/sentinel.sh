#!/bin/sh
# Sentinel keeps what it learns in its configuration: begin with ours, go on with its own.
set -eu
configuration=/data/sentinel.conf
if [ ! -s "$configuration" ]; then
    umask 077
    cat >"$configuration.new" <<END
bind 0.0.0.0
port ${ADDRESS##*:}
dir /data
protected-mode no
sentinel resolve-hostnames yes
sentinel announce-hostnames yes
sentinel announce-ip ${ADDRESS%:*}
sentinel announce-port ${ADDRESS##*:}
sentinel monitor primary ${PRIMARY%:*} ${PRIMARY##*:} 2
sentinel auth-pass primary $REDIS_PASSWORD
sentinel down-after-milliseconds primary 1500
sentinel failover-timeout primary 3000
sentinel parallel-syncs primary 2
END
    mv "$configuration.new" "$configuration"
fi
# For its clients and the other Sentinels. Not above: there are configurations from a time
# without it, in which the line that it wrote itself for everybody would win.
sed -i '/^user default on nopass /d' "$configuration"
grep -q '^requirepass ' "$configuration" || echo "requirepass $REDIS_PASSWORD" >>"$configuration"
exec valkey-sentinel "$configuration"
