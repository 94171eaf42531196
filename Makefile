# `make` alone tells what there is. Everything runs in .venv, which the locks describe.

PYTHON ?= python3
VENV := .venv
PY := $(VENV)/bin/python
JOBS ?= 2
USERS ?= 25
N ?= 500

.DEFAULT_GOAL := help
.SILENT:
.DELETE_ON_ERROR:
.PHONY: help run test check seed migrate loadtest tokens schema texts lock
MAKEFLAGS += --no-print-directory

help: ## this list
	awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-22s %s\n", $$1 $$3, $$2 }' Makefile
	echo
	echo "  PORT=3333 DATA_DIR=.data move a run; several run side by side."

run: $(VENV)/runtime.stamp ## everything on http://127.0.0.1:3333 until Ctrl-C
	STOP_WITH_PARENT=1 exec $(PY) -m app run

test: $(VENV)/dev.stamp ## the whole suite, on throw-away servers of its own
	exec $(PY) -m pytest --quiet --numprocesses $(JOBS) --dist loadgroup

check: $(VENV)/dev.stamp ## style, types, imports, schema, tables, unit tests
	$(PY) -m ruff check --quiet
	$(PY) -m ruff format --check --quiet
	$(PY) -m mypy --no-error-summary .
	$(VENV)/bin/lint-imports --no-logo
	$(PY) -m pytest --quiet tests/unit tests/integration/test_migrations.py

seed: $(VENV)/runtime.stamp ## plant the demo data, or what is new of it today
	exec $(PY) -m app seed

migrate: $(VENV)/runtime.stamp ## bring the database to the newest version
	exec $(PY) -m app migrate

loadtest: $(VENV)/dev.stamp ## USERS=25 customers on one seat of a running server
	exec $(PY) -m loadtest $(USERS)

tokens: $(VENV)/runtime.stamp ## N=500 bearer tokens of seeded customers, one a line
	exec $(PY) -m app tokens $(N)

schema: $(VENV)/runtime.stamp ## write schema/schema.graphql from the code
	exec $(PY) -m app schema

texts: $(VENV)/runtime.stamp ## add new texts to resolvers/locales, for translators to fill in
	exec $(PY) -m app texts

LOCK := uv pip compile --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --quiet pyproject.toml
lock: ## pin the dependencies of pyproject.toml anew (needs uv)
	command -v uv >/dev/null || { echo "make lock needs uv: pip install uv" >&2; exit 1; }
	$(LOCK) --extra embedded --output-file requirements.lock
	$(LOCK) --extra embedded --extra dev -c requirements.lock --output-file requirements-dev.lock

$(VENV)/runtime.stamp: requirements.lock
$(VENV)/dev.stamp: requirements-dev.lock
$(VENV)/%.stamp:
	$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null || { \
		echo "$(PYTHON) is not Python 3.11 or newer: install one, or name it, as in \`make run PYTHON=python3.12\`." >&2; exit 1; }
	$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { \
		echo "$(PYTHON) cannot make environments: install its venv package (Debian and Ubuntu: apt install python3-venv)." >&2; exit 1; }
	echo "Installing the locked dependencies into $(VENV) (once; this may take a minute) ..." >&2
	$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv $(VENV)
	$(PY) -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	touch $@
