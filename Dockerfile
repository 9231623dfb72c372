# One image for every service of docker-compose.yml: Airflow, Cosmos and dbt from uv.lock, the project,
# and what dbt has parsed of it. A changed DAG costs a copy, a changed model that and a parse.

ARG PYTHON_IMAGE=python:3.13-slim-trixie

# ---- what the parse of the dbt project and the services have in common
FROM ${PYTHON_IMAGE} AS base
# dbt parses everything anew when its profile is another one than the one it was parsed with.
ENV PATH=/opt/venv/bin:$PATH \
    DBT_PROFILE=elt \
    DBT_TARGET=postgres \
    DBT_SEND_ANONYMOUS_USAGE_STATS=false \
    ELT_WAREHOUSE_HOST=postgres \
    ELT_WAREHOUSE_PORT=5432 \
    ELT_WAREHOUSE_DATABASE=warehouse \
    ELT_WAREHOUSE_USER=elt_transformer

# ---- the environment, from the lock file alone
FROM ${PYTHON_IMAGE} AS environment
RUN apt-get update -q && apt-get install -qy --no-install-recommends binutils \
    && rm -rf /var/lib/apt/lists/*
WORKDIR /opt/elt
COPY pyproject.toml uv.lock ./
COPY docker/trim docker/trim
# By export and not by `uv sync`, which takes the addresses in uv.lock and so passes by a mirror.
RUN --mount=type=cache,target=/root/.cache/pip --mount=type=cache,target=/root/.cache/uv \
    set -eu; \
    pip install --quiet --root-user-action=ignore \
        "uv==$(sed -n '/^name = "uv"$/{n;s/^version = "\(.*\)"$/\1/p;}' uv.lock)"; \
    export UV_LINK_MODE=copy UV_PYTHON_DOWNLOADS=never; \
    python -m venv --without-pip /opt/venv; \
    uv export --quiet --frozen --no-emit-project --no-default-groups > locked.txt; \
    uv pip sync --quiet --require-hashes --python /opt/venv/bin/python locked.txt; \
    # The project itself is only named here: what it consists of comes later, and changes more often.
    mkdir elt && touch elt/__init__.py README.md LICENSE; \
    uv pip install --quiet --no-deps --python /opt/venv/bin/python --editable .; \
    docker/trim /opt/venv/lib/python3*/site-packages; \
    # The image is read-only: what is not compiled here is compiled at every start.
    /opt/venv/bin/python -m compileall -q -j 0 -x '/_py2\.py$' /opt/venv/lib

# ---- an empty metadata database of this Airflow, as SQL
FROM environment AS metadata
RUN apt-get update -q && apt-get install -qy --no-install-recommends postgresql \
    && rm -rf /var/lib/apt/lists/*
COPY docker/airflow-snapshot docker/airflow-snapshot
RUN docker/airflow-snapshot /opt/airflow.sql

# ---- what the pages of the UI load, from npm
FROM ${PYTHON_IMAGE} AS vendor
# For a mirror: --build-arg NPM_CONFIG_REGISTRY=https://...
ARG NPM_CONFIG_REGISTRY
WORKDIR /opt/elt
COPY scripts/vendor scripts/vendor
COPY elt/ui/package-lock.json elt/ui/
RUN python scripts/vendor

# ---- the project, and what dbt has parsed of it
FROM base AS project
COPY --from=environment /opt/venv /opt/venv
WORKDIR /opt/elt
COPY dbt_project dbt_project
RUN cd dbt_project && dbt --quiet parse --profiles-dir . --log-path /tmp/dbt && rm -f .user.yml
COPY elt elt
COPY sample_api sample_api
RUN python -m compileall -q elt sample_api

# ---- what runs
FROM base
LABEL org.opencontainers.image.title="elt" \
    org.opencontainers.image.description="HTTP APIs into PostgreSQL with Airflow, Cosmos and dbt" \
    org.opencontainers.image.licenses="Apache-2.0"
# The volumes take over these folders' owner at their first use. PostgreSQL reads one file of the
# secrets by this group.
RUN groupadd --gid 50000 elt \
    && useradd --uid 50000 --gid 50000 --no-create-home --home-dir /tmp --shell /usr/sbin/nologin elt \
    && install -d -o elt -g elt -m 0750 /run/elt/secrets /run/elt/config \
    && install -d -o elt -g elt /opt/airflow/logs /opt/airflow/plugins /var/lib/elt/dbt /var/lib/elt/spool
COPY --from=environment /opt/venv /opt/venv
COPY --from=vendor /opt/elt/elt/ui/vendor /opt/elt/vendor
COPY --from=project /opt/elt/elt /opt/elt/elt
COPY --from=project /opt/elt/sample_api /opt/elt/sample_api
COPY --from=metadata /opt/airflow.sql /opt/airflow/snapshot.sql
COPY elt/stack/airflow_local_settings.py /opt/airflow/config/
COPY --from=project /opt/elt/dbt_project /opt/elt/dbt_project
# Read-only as all else, but for the volume that docker-compose.dev.yml puts over it.
RUN chown -R elt:elt /opt/elt/dbt_project/target
COPY dags /opt/elt/dags
ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    # Each arena that a thread gets of malloc stays with the process.
    MALLOC_ARENA_MAX=2 \
    HOME=/tmp \
    ELT_CONTAINER=1 \
    ELT_DAGS_FOLDER=/opt/elt/dags \
    ELT_DBT_PROJECT=/opt/elt/dbt_project \
    ELT_DOCS_FOLDER=/var/lib/elt/dbt \
    ELT_UI_VENDOR=/opt/elt/vendor \
    AIRFLOW_HOME=/opt/airflow \
    AIRFLOW_CONFIG=/run/elt/config/airflow.cfg
WORKDIR /opt/elt/dbt_project
USER elt
ENTRYPOINT ["elt"]
CMD ["--help"]
