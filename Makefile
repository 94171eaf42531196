# `make` lists the targets. Everything runs in .venv, with the versions of the locks.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
# Tests wait for servers most of the time: more processes than cores.
JOBS ?= $(shell expr $$(getconf _NPROCESSORS_ONLN) + 2)
USERS ?= 25
N ?= 500
ROUNDS ?= 3
SECONDS ?= 10
# For the campaign; without SEED it chooses one, and prints it.
CHOSEN = $(SEED:%=--seed %) $(SCENARIO:%=--scenario %) $(TARGET:%=--target %)
# Locked: two builds at once would overwrite each other.
BUILD = flock web $(MAKE) web/$(1)/dist/index.html
MISSING = echo "THE $(1) IS NOT THERE: it could not be built, for the reason above. The rest starts." >&2
# What tests need from npm; with a Chromium when this machine has none.
CHROMIUM := $(shell command -v chromium || command -v chromium-browser || command -v google-chrome)
TEST_PACKAGES := tests/browser/node_modules/$(if $(CHROMIUM),.stamp,.chromium/.stamp)
# Suites with a target of their own.
APART := --ignore tests/cluster --ignore tests/audit --ignore tests/model
INSTALL_TEST_PACKAGES = flock tests/browser $(MAKE) $(TEST_PACKAGES) || \
	echo "tests/browser IS NOT INSTALLED, for the reason above: the tests that need it are skipped." >&2

.DEFAULT_GOAL := help
.SILENT:
.DELETE_ON_ERROR:
.NOTPARALLEL: # the stamps install into one folder
.PHONY: help audit sbom notes run cluster shop explorer documents screenshots test test-core test-stack model test-cluster test-compose campaign check seed migrate loadtest bench coverage tokens schema texts lock
MAKEFLAGS += --no-print-directory

help: ## this list
	awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-22s %s\n", $$1 $$3, $$2 }' Makefile
	echo
	echo "  PORT=3333 DATA_DIR=.data choose port and folder: several can run side by side."

run: $(VENV)/runtime.stamp ## run everything on http://127.0.0.1:3333 until Ctrl-C
	+$(call BUILD,shop) || $(call MISSING,SHOP)
	+$(call BUILD,explorer) || $(call MISSING,EXPLORER)
	STOP_WITH_PARENT=1 exec $(PY) -m app run

cluster: $(VENV)/dev.stamp ## run three APIs behind NGINX, and every server several times, until Ctrl-C
	+$(call BUILD,shop) || $(call MISSING,SHOP)
	+$(call BUILD,explorer) || $(call MISSING,EXPLORER)
	STOP_WITH_PARENT=1 exec $(PY) -m app cluster run

shop: $(VENV)/runtime.stamp ## build the page / for customers, if web/shop or the schema has changed
	+$(call BUILD,shop)

explorer: $(VENV)/runtime.stamp ## build the page /graphiql, if web/explorer has changed
	+$(call BUILD,explorer)

test: $(VENV)/dev.stamp ## run all tests, on temporary servers of their own
	+$(call BUILD,shop)
	+$(call BUILD,explorer)
	+$(INSTALL_TEST_PACKAGES)
	+flock $(VENV) $(MAKE) $(VENV)/oracle/.stamp || echo "LOCALSTRIPE IS NOT INSTALLED, for the reason above: the test that needs it is skipped." >&2
	exec $(PY) -m pytest --quiet -rs --numprocesses $(JOBS) $(APART)

test-core: $(VENV)/dev.stamp ## run the tests that execute operations without plans, by graphql-core
	ENGINE=core exec $(PY) -m pytest --quiet --numprocesses $(JOBS) -m both_engines tests/unit tests/integration tests/e2e

test-stack: $(VENV)/dev.stamp ## run the tests of stack/, the servers without Docker
	exec $(PY) -m pytest --quiet tests/stack

model: $(VENV)/dev.stamp ## check the model of seats and money, and that it fails without each guard (needs Java)
	exec $(PY) -m pytest --quiet --numprocesses auto tests/model

ROOMS := domain persistence realtime resolvers transport
coverage: $(VENV)/dev.stamp ## lines and branches that the whole suite never reaches, and how much of each room it does
	rm -rf .coverage
	+$(call BUILD,shop)
	+$(call BUILD,explorer)
	+$(INSTALL_TEST_PACKAGES)
	$(PY) -m coverage run -m pytest --quiet --numprocesses $(JOBS) $(APART) || \
		echo "SOME TESTS FAILED, for the reasons above: the figures are of a suite that did less." >&2
	$(PY) -m coverage combine --quiet
	$(PY) -m coverage report
	for room in $(ROOMS); do \
		printf '%-12s %s %%\n' $$room $$($(PY) -m coverage report --format total --precision 1 --include "$$room/*"); done
	printf '%-12s %s %%\n' total $$($(PY) -m coverage report --format total --precision 1)

test-cluster: $(VENV)/dev.stamp ## start the cluster, and run seven scenarios of the campaign
	$(PY) -m pytest --quiet tests/cluster
	exec $(PY) -m tests.cluster --quick $(CHOSEN)

campaign: $(VENV)/dev.stamp ## run all scenarios, or some: SEED=7 SCENARIO="redis-empty postgres-killed" TARGET=compose
	exec $(PY) -m tests.cluster $(CHOSEN)

test-compose: $(VENV)/dev.stamp ## build the images and run both compose files, on a Docker engine
	+$(INSTALL_TEST_PACKAGES)
	exec $(PY) -m tests.compose $(FILE)

check: $(VENV)/dev.stamp ## check style, types, imports, schema, tables and manifests, and run unit tests
	+flock $(VENV) $(MAKE) $(KUSTOMIZE) || echo "KUSTOMIZE IS NOT INSTALLED, for the reason above: the checks that need it are skipped." >&2
	+flock $(VENV) $(MAKE) $(PROMTOOL) || echo "PROMTOOL IS NOT INSTALLED, for the reason above: the test of the alerts is skipped." >&2
	$(PY) -m ruff check --quiet
	$(PY) -m ruff format --check --quiet
	$(PY) -m mypy --no-error-summary .
	$(VENV)/bin/lint-imports --no-logo
	+flock web $(MAKE) web/shop/node_modules/.stamp && web/with-node npm run --prefix shop --silent check
	$(PY) -m pytest --quiet tests/unit tests/stack/unit tests/integration/test_migrations.py

audit: $(VENV)/dev.stamp sbom ## look for known vulnerabilities, licences and secrets, and say what could not be reached
	+flock $(VENV) $(MAKE) $(GITLEAKS) || echo "GITLEAKS IS NOT INSTALLED, for the reason above: its tests are skipped." >&2
	exec $(PY) -m pytest --quiet -rs tests/audit

sbom: $(VENV)/audit/.stamp tests/audit/node_modules/.stamp ## write CycloneDX bills of material of all locks to .sbom/
	rm -rf .sbom
	mkdir .sbom
	for lock in requirements*.lock; do \
		$(VENV)/audit/bin/python -W ignore -m cyclonedx_py requirements --output-reproducible --pyproject pyproject.toml \
			--output-file .sbom/$${lock%.lock}.cdx.json $$lock || exit 1; done
	for page in explorer shop; do \
		web/with-node ../tests/audit/node_modules/.bin/cyclonedx-npm --package-lock-only --omit dev --flatten-components \
			--output-reproducible --output-file ../.sbom/$$page.cdx.json $$page/package.json || exit 1; done

notes: ## print what CHANGELOG.md says of this version
	awk -v version="$$(sed -n 's/^version = "\(.*\)"/\1/p' pyproject.toml)" \
		'/^## / { found = $$2 == version; next } found' CHANGELOG.md

seed: $(VENV)/runtime.stamp ## add the demo data, or today's part of it
	exec $(PY) -m app seed

migrate: $(VENV)/runtime.stamp ## bring the database to the newest version
	exec $(PY) -m app migrate

screenshots: $(VENV)/dev.stamp ## write docs/pictures, of a running `make run`: PORT=3333
	exec $(PY) -m tests.screenshots $(or $(PORT),3333)

loadtest: $(VENV)/dev.stamp ## USERS=25 customers on one seat of a running server
	exec $(PY) -m loadtest $(USERS)

bench: $(VENV)/dev.stamp ## BASE=<commit> ROUNDS=3: its speed and that of the working tree, in turns
	+$(call BUILD,shop) || $(call MISSING,SHOP)
	exec $(PY) -m loadtest.bench $(BASE:%=--base %) --rounds $(ROUNDS) --seconds $(SECONDS)

tokens: $(VENV)/runtime.stamp ## N=500 bearer tokens of seeded customers, one a line
	exec $(PY) -m app tokens $(N)

schema: $(VENV)/runtime.stamp ## write schema/schema.graphql and possible-types.json from the code
	exec $(PY) -m app schema

documents: web/shop/node_modules/.stamp ## register what the page sends in deploy/kubernetes/programs/trusted-documents.json
	web/with-node node shop/documents.mjs --register

texts: $(VENV)/runtime.stamp ## add new texts to resolvers/locales, for translators
	exec $(PY) -m app texts

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes --no-emit-index-url --quiet
lock: ## pin the dependencies of pyproject.toml again (needs uv)
	command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) --group node --output-file requirements-node.lock
	$(LOCK) pyproject.toml --extra embedded --output-file requirements.lock
	$(LOCK) pyproject.toml -c requirements.lock --output-file requirements-image.lock
	$(LOCK) --group patroni --output-file requirements-patroni.lock
	$(LOCK) --group build --output-file requirements-build.lock
	$(LOCK) --group audit --output-file requirements-audit.lock
	$(LOCK) --group oracle --output-file requirements-oracle.lock
	$(LOCK) pyproject.toml --extra embedded --extra cluster --extra dev --group patroni \
		-c requirements.lock -c requirements-patroni.lock --output-file requirements-dev.lock

$(VENV)/runtime.stamp: requirements.lock
$(VENV)/dev.stamp: requirements-dev.lock
$(VENV)/%.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is not Python 3.11 or newer: install one, or name it, as in \`make run PYTHON=python3.12\`." >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments: install its venv package (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	echo "Installing the locked dependencies into $(VENV) (once; this may take a minute) ..." >&2
	flock Makefile sh -c '$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)'
	flock Makefile $(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@

SOURCES = $(shell find web/$(1) -type f -not -path '*/node_modules/*' -not -path '*/dist/*' \
	-not -path '*/building/*' -not -path '*/generated/*' 2>/dev/null)
web/shop/dist/index.html: web/shop/node_modules/.stamp $(call SOURCES,shop) $(wildcard schema/schema.graphql)
web/explorer/dist/index.html: web/explorer/node_modules/.stamp $(call SOURCES,explorer)
web/%/dist/index.html:
	echo "Building the $* (once; some seconds) ..." >&2
	web/with-node npm run --prefix $* --silent build -- --outDir building
	rm -rf web/$*/dist
	mv web/$*/building web/$*/dist
	touch $@
web/%/node_modules/.stamp: web/%/package-lock.json
	echo "Installing what builds the $* (once; half a minute) ..." >&2
	$(call NPM_CI,--prefix $*)
	touch $@

$(VENV)/audit/.stamp: requirements-audit.lock $(VENV)/dev.stamp
	echo "Installing the tools of the audit (once; a minute) ..." >&2
	$(PYTHON) -m venv $(VENV)/audit
	$(VENV)/audit/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@
$(VENV)/oracle/.stamp: requirements-oracle.lock $(VENV)/dev.stamp
	echo "Installing what the payment sandbox is compared with (once; some seconds) ..." >&2
	$(PYTHON) -m venv $(VENV)/oracle
	$(VENV)/oracle/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@
# Not a wheel: from source, and the Go checksum database vouches for it.
GO_INSTALL = GOBIN=$(abspath $(VENV)) go install $(1) 2>$(VENV)/go.log || { tail -n 3 $(VENV)/go.log >&2; exit 1; }
GITLEAKS_VERSION := v8.30.1
GITLEAKS := $(VENV)/gitleaks-$(GITLEAKS_VERSION)
$(GITLEAKS):
	command -v go >/dev/null || { echo "There is no Go." >&2; exit 1; }
	echo "Building gitleaks (once; some minutes) ..." >&2
	$(call GO_INSTALL,github.com/zricethezav/gitleaks/v8@$(GITLEAKS_VERSION))
	mv $(VENV)/gitleaks $@

KUSTOMIZE_VERSION := v5.8.2
KUSTOMIZE := $(VENV)/kustomize-$(KUSTOMIZE_VERSION)
$(KUSTOMIZE):
	command -v go >/dev/null || { echo "There is no Go." >&2; exit 1; }
	echo "Building kustomize (once; a minute) ..." >&2
	$(call GO_INSTALL,sigs.k8s.io/kustomize/kustomize/v5@$(KUSTOMIZE_VERSION))
	mv $(VENV)/kustomize $@

# From Debian's package, which is not installed: to build it would take many minutes.
APT_DOWNLOAD = apt-get download --quiet prometheus
PROMTOOL := $(VENV)/promtool
$(PROMTOOL):
	if command -v promtool >/dev/null; then exec ln -s "$$(command -v promtool)" $@; fi; \
	command -v apt-get >/dev/null || { echo "There is neither promtool nor apt-get." >&2; exit 1; }; \
	echo "Fetching promtool (once; some seconds) ..." >&2; \
	folder=$$(mktemp -d); trap 'rm -rf "$$folder"' EXIT; cd "$$folder"; \
	{ $(APT_DOWNLOAD) || { apt-get update --quiet && $(APT_DOWNLOAD); }; } >log 2>&1 || { tail -n 2 log >&2; exit 1; }; \
	dpkg-deb --fsys-tarfile prometheus_*.deb | tar --extract ./usr/bin/promtool && mv usr/bin/promtool $(abspath $@)

NPM_CI = web/with-node npm ci $(1) >$(VENV)/npm.log 2>&1 || { \
	grep -m1 '^npm error [^ces]' $(VENV)/npm.log || tail -n 3 $(VENV)/npm.log; exit 1; } >&2
tests/browser/node_modules/.stamp: tests/browser/package-lock.json
	$(call NPM_CI,--prefix ../tests/browser --omit=dev)
	touch $@
tests/audit/node_modules/.stamp: tests/audit/package-lock.json
	$(call NPM_CI,--prefix ../tests/audit --omit=optional)
	touch $@
tests/browser/node_modules/.chromium/.stamp: tests/browser/package-lock.json tests/browser/chromium.mjs
	echo "Installing a Chromium for the tests of the pages (once; half a minute) ..." >&2
	if ($(call NPM_CI,--prefix ../tests/browser)) && web/with-node node ../tests/browser/chromium.mjs; then touch $@; else \
		echo "THERE IS NO CHROMIUM, for the reason above: the tests of the pages are skipped." >&2; \
		$(MAKE) tests/browser/node_modules/.stamp; fi
