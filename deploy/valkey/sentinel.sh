#!/bin/sh
# Sentinel keeps its state in its configuration: ours is only for the first start.
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
# The password of clients and of other Sentinels. Not above: old configurations have none,
# and there the line that Sentinel wrote, for everybody, would win.
sed -i '/^user default on nopass /d' "$configuration"
grep -q '^requirepass ' "$configuration" || echo "requirepass $REDIS_PASSWORD" >>"$configuration"
exec valkey-sentinel "$configuration"
