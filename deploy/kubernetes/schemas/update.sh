#!/bin/sh
# Writes the schemas of the operators' resources, as they are in the operators' own packages
# of the versions that we deploy. `make check` validates the manifests with them. They are
# data by others under the licence beside them: change a version here, never a schema.
#
#   update.sh      needs Go and, for Strimzi's schemas, Maven and Java 21
set -eu
cd "$(dirname "$0")"
cloudnative_pg=github.com/cloudnative-pg/cloudnative-pg@v1.30.0
barman_plugin=github.com/cloudnative-pg/plugin-barman-cloud@v0.15.0
prometheus_operator=github.com/prometheus-operator/prometheus-operator@v0.93.0
gateway_api=sigs.k8s.io/gateway-api@v1.6.1

go mod download "$cloudnative_pg" "$barman_plugin" "$prometheus_operator" "$gateway_api"
modules=$(go env GOMODCACHE)
cp "$modules/$cloudnative_pg/LICENSE" "$modules/$prometheus_operator/NOTICE" \
	"$modules/$cloudnative_pg/config/crd/bases/postgresql.cnpg.io_clusters.yaml" \
	"$modules/$cloudnative_pg/config/crd/bases/postgresql.cnpg.io_scheduledbackups.yaml" \
	"$modules/$barman_plugin/config/crd/bases/barmancloud.cnpg.io_objectstores.yaml" \
	"$modules/$prometheus_operator/example/prometheus-operator-crd/monitoring.coreos.com_podmonitors.yaml" \
	"$modules/$prometheus_operator/example/prometheus-operator-crd/monitoring.coreos.com_prometheusrules.yaml" \
	"$modules/$prometheus_operator/example/prometheus-operator-crd/monitoring.coreos.com_servicemonitors.yaml" \
	"$modules/$gateway_api/config/crd/standard/gateway.networking.k8s.io_gateways.yaml" \
	"$modules/$gateway_api/config/crd/standard/gateway.networking.k8s.io_httproutes.yaml" .

java=
for each in "${JAVA_HOME:-}/bin/java" "$(command -v java || true)" /usr/lib/jvm/*/bin/java; do
	version=$("$each" -version 2>&1 | sed -n 's/.* version "\([0-9]*\).*/\1/p') || true
	[ "${version:-0}" -lt 21 ] || { java=$each && break; }
done
[ -n "$java" ] || { echo "no Java 21 or newer is here, which Strimzi's schemas need" >&2; exit 1; }
jars=$(mktemp -d)
trap 'rm -rf "$jars"' EXIT
mvn --quiet --batch-mode --file=pom.xml \
	org.apache.maven.plugins:maven-dependency-plugin:3.8.1:copy-dependencies -DoutputDirectory="$jars"
model=io.strimzi.api.kafka.model
# As in Strimzi's build.
"$java" -cp "$jars/*" io.strimzi.crdgenerator.CrdGenerator \
	--label app:strimzi --label strimzi.io/crd-install:true --target-kube 1.16+ \
	--crd-api-version v1 --api-versions v1 --storage-version v1 --yaml \
	$model.kafka.Kafka="$PWD/kafka.strimzi.io_kafkas.yaml" \
	$model.nodepool.KafkaNodePool="$PWD/kafka.strimzi.io_kafkanodepools.yaml" \
	$model.topic.KafkaTopic="$PWD/kafka.strimzi.io_kafkatopics.yaml"
chmod 644 LICENSE NOTICE ./*.yaml
