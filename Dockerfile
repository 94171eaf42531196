# syntax=docker/dockerfile:1
# Two images: `program` has the API, the worker and the commands; `postgres` is Postgres
# with Patroni, for docker-compose.cluster.yml. Both install locked versions only.

FROM node:24.11.1-trixie-slim AS explorer
WORKDIR /web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY web/ ./
RUN npm run --silent build -- --outDir dist

FROM python:3.11.14-slim-trixie AS installed
COPY requirements-image.lock /
RUN python -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement /requirements-image.lock

FROM python:3.11.14-slim-trixie AS program
RUN useradd --uid 10001 --no-create-home --shell /usr/sbin/nologin cinema \
    && install --directory --owner cinema --group cinema --mode 0700 \
        /var/lib/cinema/signing-keys
COPY --from=installed /venv /venv
WORKDIR /srv
COPY pyproject.toml ./
COPY app/ app/
COPY transport/ transport/
COPY auth/ auth/
COPY resolvers/ resolvers/
COPY schema/ schema/
COPY domain/ domain/
COPY persistence/ persistence/
COPY realtime/ realtime/
COPY migrations/ migrations/
COPY seeds/ seeds/
COPY telemetry/ telemetry/
COPY runtime/ runtime/
COPY --from=explorer /web/dist web/dist
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0
RUN python -m compileall -q /srv
USER cinema
EXPOSE 3333
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:3333/readyz', timeout=4)"]
CMD ["python", "-m", "app", "serve"]

FROM postgres:18.4-trixie AS postgres
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*
COPY requirements-patroni.lock /
RUN python3 -m venv /venv \
    && /venv/bin/pip install --no-cache-dir --disable-pip-version-check \
        --require-hashes --only-binary :all: --requirement /requirements-patroni.lock
ENV PATH=/venv/bin:$PATH
USER postgres
ENTRYPOINT []
CMD ["patroni", "/etc/patroni.yml"]
HEALTHCHECK --interval=5s --timeout=5s --start-period=60s --retries=3 \
    CMD ["python3", "-c", "import urllib.request as r; r.urlopen('http://127.0.0.1:8008/health', timeout=4)"]
