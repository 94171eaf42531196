#!/bin/sh
# As the image's: KAFKA_NODE_ID becomes node.id, and so on; formats an empty folder.
set -eu
file=/opt/kafka/config/server.properties
env | grep '^KAFKA_' | grep -v '^KAFKA_HEAP_OPTS=' | while IFS='=' read -r name value; do
	echo "$(echo "${name#KAFKA_}" | tr 'A-Z_' 'a-z.')=$value"
done >"$file"
set -- java -cp '/opt/kafka/libs/*' $KAFKA_HEAP_OPTS -Dorg.slf4j.simpleLogger.showDateTime=true
test -s "$KAFKA_LOG_DIRS/meta.properties" ||
	"$@" kafka.tools.StorageTool format --cluster-id "$CLUSTER_ID" --config "$file"
exec "$@" kafka.Kafka "$file"
