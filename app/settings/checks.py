"""What settings may be, each for itself and together."""

from dataclasses import fields
from email.utils import parseaddr
from typing import TYPE_CHECKING
from urllib.parse import SplitResult, urlsplit

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.domain.emails import ascii_form
from app.settings.sections import PREFIX, ConfigError

if TYPE_CHECKING:
    from app.settings.sections import Config

DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
TLS_PORT = 465
"""There, TLS begins with the first byte."""
HERE = ("localhost", "127.0.0.1", "::1")


def check(config: "Config") -> None:
    """:raises ConfigError: a value out of its bounds, or some that do not fit together"""
    for item in fields(config):
        label, value, rules = PREFIX + item.name.upper(), getattr(config, item.name), item.metadata
        if rules["choices"] and value not in rules["choices"]:
            raise ConfigError(f"{label} must be {' or '.join(rules['choices'])}, not {value!r}")
        if rules["least"] is not None and not value >= rules["least"]:
            raise ConfigError(f"{label} must be {rules['least']:g} or more")
        if rules["most"] is not None and not value <= rules["most"]:
            raise ConfigError(f"{label} must be {rules['most']:g} or less")
    _check_database("DATABASE_URL", config.sqlalchemy_url)
    if config.replica_url:
        _check_database("FRONTDESK_REPLICA_URL", config.sqlalchemy_replica_url)
    _check_mail(config)


def _check_mail(config: "Config") -> None:
    url = _parts(config.public_url)
    if config.public_url and (url is None or url.scheme not in ("http", "https") or not url.hostname or url.query):
        raise ConfigError("FRONTDESK_PUBLIC_URL must be the address that people reach this server by, https://…")
    if not config.mail_host:
        return
    for name in ("public_url", "mail_from"):
        if not getattr(config, name):
            raise ConfigError(f"FRONTDESK_MAIL_HOST needs {PREFIX}{name.upper()} as well")
    try:
        ascii_form(parseaddr(config.mail_from)[1])
    except ValueError:
        raise ConfigError("FRONTDESK_MAIL_FROM must be `Name <address>` or an address") from None
    if config.mail_port == TLS_PORT and config.mail_encryption == "starttls":
        raise ConfigError("FRONTDESK_MAIL_ENCRYPTION must be tls for port 465")
    if config.mail_password and not config.mail_username:
        raise ConfigError("FRONTDESK_MAIL_PASSWORD needs FRONTDESK_MAIL_USERNAME as well")
    if config.mail_username and config.mail_encryption == "none" and config.mail_host not in HERE:
        raise ConfigError("FRONTDESK_MAIL_USERNAME needs encryption: the password would be sent for all to read")


def _parts(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        parts.port  # noqa: B018 (raises where it is no number)
    except ValueError:
        return None
    return parts


def _check_database(label: str, text: str) -> None:
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ConfigError(f"{label} is not a database URL (postgresql://user:password@host/name)") from None
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"{label} names {url.get_backend_name()}; SQLite and PostgreSQL are supported")
    if url.drivername not in DRIVERS:
        raise ConfigError(f"{label} asks for the driver of {url.drivername}; postgresql:// takes psycopg 3")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError(f"{label} names no file: a database in memory is another one for each server process")
