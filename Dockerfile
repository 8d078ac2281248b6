# The one image of docker-compose.yml: Airflow with Homeward, and the stand-ins of the profile `local`.
# Both environments come from the lock files, as `make install` makes them; .venv has Celery in addition.
FROM python:3.11.14-slim-bookworm

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1

# The volumes are made from these folders, and so belong to this user.
RUN useradd --uid 50000 --create-home homeward \
 && install -d -o homeward -g homeward -m 700 \
    /var/lib/homeward /var/lib/homeward/airflow /var/lib/homeward/cloud /var/lib/homeward/rekognition
# `homeward deploy` keeps the layers of the functions there.
RUN install -d -o homeward -g homeward /opt/homeward/build
WORKDIR /opt/homeward

# Before the sources, so that a change of these doesn't install 200 packages again.
COPY requirements.lock ./
COPY docker/requirements.lock docker/
RUN python -m venv .venv \
 && .venv/bin/pip install --no-deps --require-hashes -r requirements.lock -r docker/requirements.lock
COPY standins/cloud/requirements.lock standins/cloud/
RUN python -m venv .venv-cloud \
 && .venv-cloud/bin/pip install --no-deps --require-hashes -r standins/cloud/requirements.lock

COPY . .
# The image's user reads the sources, whatever the umask was under which they were checked out.
RUN find . -path './.venv*' -prune -o -exec chmod a+rX {} +
RUN .venv/bin/pip install --no-deps --no-build-isolation -e .

ENV PATH=/opt/homeward/.venv/bin:$PATH AIRFLOW_HOME=/var/lib/homeward/airflow HOMEWARD_HOME=/var/lib/homeward
# Probes of Airflow's Helm chart call the official image's /entrypoint, which runs its arguments (docs/kubernetes.md).
RUN ln -s /usr/bin/env /entrypoint
# The sources belong to root: what runs can't change them.
USER 50000:50000
# The layers, now: so `homeward deploy` downloads nothing.
RUN python -c "from homeward import packaging; packaging.build()"
CMD ["airflow", "version"]
