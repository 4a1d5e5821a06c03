"""The database: engines, sessions, reads, migrations."""

from pathlib import Path

from flask import Flask

from app.db import engines
from app.db.engines import READER, REPLICA, WRITER
from app.db.reads import Reads
from app.db.replica import Replica
from app.db.session import db
from app.settings import Config
from app.settings.files import make_folder


def init_app(app: Flask, config: Config) -> None:
    """Bind the extension to the app: an engine for writes, one for reads, and one for the replica if there is one."""
    url, binds = config.sqlalchemy_url, {}
    if engines.is_relative(url):
        make_folder(Path(config.instance_path))  # the extension would make it world-readable
    binds[READER] = engines.options(config, url, reads=True)
    if config.replica_url:
        binds[REPLICA] = engines.options(config, config.sqlalchemy_replica_url, reads=True)
    app.config["SQLALCHEMY_DATABASE_URI"] = url
    app.config["SQLALCHEMY_ENGINE_OPTIONS"] = engines.options(config, url, reads=False)
    app.config["SQLALCHEMY_BINDS"] = binds
    db.init_app(app)
    with app.app_context():
        for name, engine in db.engines.items():
            engines.prepare(engine, config, reads=name in binds)
        app.extensions["frontdesk_reader"] = db.engines[READER]
        slow = config.slow_statement_ms / 1000
        app.extensions["frontdesk_reads"] = {name: Reads(db.engines[name], slow_seconds=slow) for name in binds}
        app.extensions["frontdesk_tables"] = set()
        app.extensions["frontdesk_pools"] = [(name or WRITER, engine.pool) for name, engine in db.engines.items()]
        if config.replica_url:
            app.extensions["frontdesk_replica"] = Replica(
                db.engines[REPLICA], db.engines[READER], max_lag=config.replica_max_lag
            )
