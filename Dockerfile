# Two images: `program` has the API, the worker and the commands; `postgres` is Postgres
# with Patroni, for docker-compose.cluster.yml. Both install locked versions only.
# Bytecode is never compared with the time of its source: a build may change those times.

FROM --platform=$BUILDPLATFORM node:24.11.1-trixie-slim AS explorer
WORKDIR /web/explorer
COPY web/explorer/package.json web/explorer/package-lock.json web/explorer/.npmrc ./
RUN npm ci
COPY web/explorer/ ./
RUN npm run --silent build -- --outDir dist

FROM --platform=$BUILDPLATFORM node:24.11.1-trixie-slim AS shop
WORKDIR /web/shop
COPY web/shop/package.json web/shop/package-lock.json web/shop/.npmrc ./
RUN npm ci
COPY schema/schema.graphql /schema/
COPY web/shop/ ./
RUN npm run --silent build -- --outDir dist

FROM python:3.11.14-slim-trixie AS installed
COPY requirements-image.lock /
RUN python -m venv --without-pip /venv \
    && python -m pip --python /venv/bin/python --no-cache-dir --disable-pip-version-check \
        install --no-compile \
        --require-hashes --only-binary :all: --requirement /requirements-image.lock \
    && python -m compileall -q --invalidation-mode unchecked-hash /venv/lib

FROM python:3.11.14-slim-trixie AS program
RUN useradd --uid 10001 --no-create-home --no-log-init --shell /usr/sbin/nologin cinema \
    && install --directory --owner cinema --group cinema --mode 0700 \
        /var/lib/cinema/signing-keys /var/lib/cinema/mail
COPY --from=installed /venv /venv
WORKDIR /srv
COPY LICENSE ./
COPY pyproject.toml ./
COPY app/ app/
COPY transport/ transport/
COPY auth/ auth/
COPY mail/ mail/
COPY resolvers/ resolvers/
COPY schema/ schema/
COPY domain/ domain/
COPY persistence/ persistence/
COPY providers/ providers/
COPY realtime/ realtime/
COPY migrations/ migrations/
COPY seeds/ seeds/
COPY telemetry/ telemetry/
COPY runtime/ runtime/
COPY --from=explorer /web/explorer/dist web/explorer/dist
COPY --from=shop /web/shop/dist web/shop/dist
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 HOST=0.0.0.0
RUN python -m compileall -q --invalidation-mode unchecked-hash /srv
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Cinema tickets" \
    org.opencontainers.image.description="API, worker and commands of the ticket service" \
    org.opencontainers.image.licenses=MIT \
    org.opencontainers.image.version=$VERSION \
    org.opencontainers.image.revision=$REVISION
# A number, which an orchestrator can see not to be root.
USER 10001:10001
EXPOSE 3333
CMD ["python", "-m", "app", "serve"]

# Two packages of Patroni's have no wheel: they are built with a locked setuptools, which
# stays behind in this stage.
FROM postgres:18.4-trixie AS patroni
RUN apt-get update && apt-get install --yes --no-install-recommends python3-venv
COPY requirements-build.lock requirements-patroni.lock /
RUN python3 -m venv /build && python3 -m venv --without-pip /venv \
    && /build/bin/pip --no-cache-dir --disable-pip-version-check install \
        --require-hashes --only-binary :all: --requirement /requirements-build.lock \
    && SOURCE_DATE_EPOCH=315532800 \
        /build/bin/pip --no-cache-dir --disable-pip-version-check wheel \
        --no-build-isolation --wheel-dir /wheels \
        --require-hashes --only-binary :all: --no-binary python-etcd,ydiff \
        --requirement /requirements-patroni.lock \
    && /build/bin/pip --python /venv/bin/python install --no-compile --no-index --no-deps \
        /wheels/*.whl \
    && python3 -m compileall -q --invalidation-mode unchecked-hash /venv/lib

FROM postgres:18.4-trixie AS postgres
# Without the logs and caches of the packages, which have the time of the build.
RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3 \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt /var/cache/ldconfig /var/cache/debconf \
        /var/log/apt /var/log/dpkg.log \
    && install --directory --owner postgres --group postgres --mode 0700 /backup
COPY --from=patroni /venv /venv
ENV PATH=/venv/bin:$PATH PYTHONDONTWRITEBYTECODE=1
ARG VERSION=unreleased
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Cinema tickets: Postgres" \
    org.opencontainers.image.description="Postgres 18 with Patroni" \
    org.opencontainers.image.licenses="PostgreSQL AND MIT" \
    org.opencontainers.image.version=$VERSION \
    org.opencontainers.image.revision=$REVISION
USER postgres
ENTRYPOINT []
CMD ["patroni", "/etc/patroni.yml"]
