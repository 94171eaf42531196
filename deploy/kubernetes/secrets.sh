#!/bin/sh
# Makes the Secrets that the manifests name and nobody else makes: random passwords, and
# the first keys that sign tokens and tickets. It changes none that is there.
#
#   secrets.sh [NAMESPACE]      default: cinema
set -eu
namespace=${1:-cinema}
umask 077
values=$(mktemp -d)
trap 'rm -rf "$values"' EXIT

# Of digits and letters: it stands in URLs. From files: arguments can be seen by others.
new_password() {
	openssl rand -hex 24 | tr -d '\n' >"$values/password"
}

# NAME TYPE FILE...
make_secret() {
	name=$1 type=$2
	shift 2
	if kubectl --namespace "$namespace" get secret "$name" >"$values/found" 2>&1; then
		echo "$name is there already"
		return
	fi
	grep -q NotFound "$values/found" || { cat "$values/found" >&2; exit 1; }
	for file; do
		set -- "$@" "--from-file=$values/$file"
		shift
	done
	kubectl --namespace "$namespace" create secret generic "$name" --type "$type" "$@"
}

printf cinema_program >"$values/username"
new_password
make_secret postgres-program kubernetes.io/basic-auth username password
# CloudNativePG gives a changed password to Postgres at once.
kubectl --namespace "$namespace" label --overwrite secret postgres-program cnpg.io/reload=true
new_password
make_secret redis Opaque password
key=$(date -u +%Y%m%dT%H%M%SZ).pem
openssl genpkey -algorithm ed25519 -out "$values/$key"
make_secret signing-keys Opaque "$key"
openssl genpkey -algorithm ed25519 -out "$values/$key"
make_secret ticket-keys Opaque "$key"
