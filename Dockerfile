# syntax=docker/dockerfile:1
FROM python:3.13-slim AS build
WORKDIR /srv/frontdesk
RUN python -m venv /opt/venv
COPY requirements.lock .
RUN /opt/venv/bin/pip install --no-cache-dir --require-hashes -r requirements.lock
COPY pyproject.toml README.md LICENSE frontdesk.py ./
COPY app app
RUN /opt/venv/bin/pip install --no-cache-dir --no-build-isolation --no-deps -e .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --home-dir /srv/frontdesk frontdesk \
 && install -d -m 0700 -o frontdesk -g frontdesk /var/lib/frontdesk
WORKDIR /srv/frontdesk
COPY --from=build /opt/venv /opt/venv
COPY --from=build /srv/frontdesk .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    FRONTDESK_ENVIRONMENT=production \
    FRONTDESK_HOST=0.0.0.0 \
    FRONTDESK_INSTANCE_PATH=/var/lib/frontdesk
USER frontdesk
VOLUME /var/lib/frontdesk
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
  CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ.get('FRONTDESK_PORT', '8000') + '/readyz', timeout=4)"]
CMD ["sh", "-c", "frontdesk setup && exec frontdesk serve"]
