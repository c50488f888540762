# Renewed like the images of docker-compose.yml.
ARG BASE=python:3.11-slim-bookworm@sha256:a36c24f9cbdf4fd0f52d67f0823eeac19c2028c637cecc392d97f980d4fec56b
FROM ${BASE}

ENV PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
WORKDIR /app
RUN useradd --system --uid 10001 --create-home efp && install -d -o efp -g efp /app/var /app/static

# The packages change less often than the code, so they are a layer of their own.
COPY requirements/run.lock requirements/run.lock
RUN pip install --no-deps --require-hashes --requirement requirements/run.lock

COPY manage.py CHANGELOG.md LICENSE ./
COPY docs/openapi.yaml docs/openapi.yaml
COPY common common
COPY config config
COPY standalone standalone
COPY identity identity
COPY marketplace marketplace
COPY allocations allocations
COPY accounting accounting
COPY notifications notifications

USER efp
ENV BIND_ADDRESS=0.0.0.0 STATIC_ROOT=/app/static
# Collecting needs settings, but no database; the key made for it does not stay in the image.
RUN python manage.py collectstatic --no-input --verbosity 0 && rm -f var/secret_key

EXPOSE 8000
CMD ["python", "-m", "gunicorn", "--config", "config/gunicorn.py", "config.wsgi"]
