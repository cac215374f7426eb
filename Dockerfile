# One image for every process of compose.yaml; the environment is made as bin/up makes it.
FROM python:3.11-slim-bookworm

RUN useradd --uid 10001 --create-home islandflow \
    && install -d -o islandflow -g islandflow /app /home/islandflow/var
USER islandflow
WORKDIR /app
ENV PYTHONUNBUFFERED=1

# First what changes rarely, so that a changed source file does not install everything again.
COPY --chown=islandflow bin/lib.sh bin/
COPY --chown=islandflow requirements.txt ./
RUN ["bash", "-c", ". bin/lib.sh && ensure_venv runtime"]

COPY --chown=islandflow manage.py pyproject.toml ./
COPY --chown=islandflow templates templates
COPY --chown=islandflow static static
COPY --chown=islandflow flow flow
COPY --chown=islandflow signals signals
COPY --chown=islandflow ingest ingest
COPY --chown=islandflow news news
COPY --chown=islandflow replay replay
COPY --chown=islandflow islandflow islandflow
