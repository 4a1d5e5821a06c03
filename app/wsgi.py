"""What a WSGI server loads: ``app.wsgi:make``, a factory."""

from pathlib import Path

from flask import Flask

from app import create_app, replacing
from app.db import migrations
from app.postman import Postman
from app.runtime import runtime
from app.settings.secret_key import check_secret
from app.telemetry import logging


def make() -> Flask:
    """
    The application, ready to serve.

    :raises ConfigError: a setting cannot be used, or the secret is missing or a placeholder (W32)
    """
    app = create_app()
    with app.app_context():
        config = runtime().config
    check_secret(config)
    logging.configure(config, for_good=True)
    replica = app.extensions.get("frontdesk_replica")
    if replica is not None:
        replica.watch()
    if config.mail_host:
        Postman(app).start()
    migrations.revisions()  # while the files are still those of this release
    if config.runtime_path:
        replacing.say_ready(Path(config.runtime_path))
    return app
