"""Frontdesk: user administration for self-hosted web analytics."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from flask import Flask

__version__ = "0.1.0"


# Modules are imported where they are needed: the command line would wait a second for APIs that it does not serve.


def create_app(overrides: Mapping[str, Any] | None = None) -> Flask:
    """
    Create the WSGI application.

    :param overrides: settings by name, which replace those of the environment (see ``app.settings.Config``)
    :raises ConfigError: a setting cannot be used
    """
    from app import pages
    from app.api import gateway, matomo, openapi, umami
    from app.http import errors, health, metrics, request

    app = create_core(overrides)
    request.init_app(app, app.extensions["frontdesk"].config)
    errors.init_app(app)
    umami.init_app(app)
    gateway.init_app(app)
    pages.init_app(app)
    matomo.init_app(app, pages.front)
    health.init_app(app)
    metrics.init_app(app)
    openapi.init_app(app)
    return app


def create_core(overrides: Mapping[str, Any] | None = None) -> Flask:
    """
    Create the application without its APIs and pages: settings, database, services. The command line needs no more.

    :param overrides: see ``create_app``
    :raises ConfigError: a setting cannot be used
    """
    from app import db, settings
    from app.db.failed_attempts import DatabaseFailures
    from app.runtime import Application, Runtime
    from app.services.audit import denials, recording
    from app.services.notifications import notices
    from app.services.webhooks import queueing

    config = settings.load(overrides)
    app = Application("app", instance_path=config.instance_path, static_folder=None)
    app.extensions["frontdesk"] = Runtime.of(config, DatabaseFailures())
    app.extensions["frontdesk"].listeners.extend((notices.send, recording.write))
    at_once = {notices.send: notices.send_all, recording.write: recording.write_all}
    app.extensions["frontdesk"].bulk_listeners.update(at_once)
    app.extensions["frontdesk"].on_sealed.append(queueing.queue)
    app.extensions["frontdesk"].on_denied.append(denials.note)
    db.init_app(app, config)
    return app
