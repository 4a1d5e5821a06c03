"""Creates the application that a worker serves."""

from flask import Flask

from app import create_app
from app.db import migrations
from app.runtime import runtime
from app.server.audit_worker import AuditWorker
from app.server.housekeeper import Housekeeper
from app.server.mail_worker import MailWorker
from app.server.webhook_worker import WebhookWorker
from app.settings.secret_key import check_secret
from app.telemetry import logging


def make(runtime_path: str = "") -> Flask:
    """
    Create the application and start its background threads.

    :param runtime_path: a folder that the workers of one server share
    :raises ConfigError: a setting cannot be used, or the secret key is missing or can be guessed
    """
    app = create_app({"runtime_path": runtime_path} if runtime_path else None)
    with app.app_context():
        config = runtime().config
    check_secret(config)
    logging.configure(config, for_good=True)
    replica = app.extensions.get("frontdesk_replica")
    if replica is not None:
        replica.watch()
    AuditWorker(app).start()
    if config.mail_host:
        MailWorker(app).start()
    WebhookWorker(app).start()
    Housekeeper(app).start()
    migrations.revisions()  # cached now, before an upgrade replaces the migration files
    return app
