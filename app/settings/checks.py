"""Checks of the settings, alone and in combination, so that unusable ones are reported at start-up."""

import re
from dataclasses import fields
from email.utils import parseaddr
from ipaddress import ip_network
from typing import Any
from urllib.parse import urlsplit

from app.domain.capabilities import Capabilities
from app.domain.emails import ascii_form, parsed_domains
from app.domain.errors import DomainError
from app.domain.urls import parsed_url
from app.settings.base import ConfigError, variable
from app.settings.sections import Config
from app.settings.urls import parsed_database_url

DRIVERS = ("sqlite", "sqlite+pysqlite", "postgresql+psycopg")
REDIS_SCHEMES = ("redis", "rediss", "unix", "redis+unix")
TLS_PORT = 465
"""On this port, TLS starts with the first byte."""
HERE = ("localhost", "127.0.0.1", "::1")
HOST = re.compile(r"[\w.:%-]+|\[[\da-fA-F:.]+\]")
SOURCE = re.compile(
    r"""\* | 'self' | [a-z][a-z\d+.-]*:
      | (?: [a-z][a-z\d+.-]*:// )? (?: \*\. )? [a-z\d_-]+ (?: \.[a-z\d_-]+ )*
        (?: : (?: \d+ | \* ) )? (?: /[^;,'"]* )?""",
    re.VERBOSE | re.IGNORECASE,
)
"""A source as the Content-Security-Policy directive ``frame-ancestors`` accepts it."""
UMAMI_KEY = re.compile(r"[\da-fA-F]{64}", re.ASCII)
SHOWN_URLS = ("favicon_url", "links_url", "pixels_url")


def check(config: Config) -> None:
    """
    Check all settings.

    :raises ConfigError: a value is out of range or can never work, or some values contradict each other
    """
    for item in fields(config):
        _check_value(variable(item.name), getattr(config, item.name), item.metadata)
    _check_database("DATABASE_URL", config.sqlalchemy_url)
    if config.replica_url:
        _check_database("FRONTDESK_REPLICA_URL", config.sqlalchemy_replica_url)
    _check_redis(config)
    _check_umami(config)
    _check_ascii("metrics_token", config.metrics_token)
    _check_accounts(config)
    _check_browsers(config)
    _check_shown_urls(config)
    _check_mail(config)
    if config.umami_two_factor_key and not UMAMI_KEY.fullmatch(config.umami_two_factor_key):
        raise ConfigError(f"{variable('umami_two_factor_key')} must be 64 hexadecimal digits, as Umami has them")
    _check_webhooks(config)


def _check_value(label: str, value: Any, rules: Any) -> None:
    if rules["choices"] and value not in rules["choices"]:
        raise ConfigError(f"{label} must be {' or '.join(rules['choices'])}, not {value!r}")
    if rules["least"] is not None and not value >= rules["least"]:
        raise ConfigError(f"{label} must be {rules['least']:g} or more")
    if rules["most"] is not None and not value <= rules["most"]:
        raise ConfigError(f"{label} must be {rules['most']} or less")
    # Passwords may contain any character.
    if isinstance(value, str) and not rules["secret"] and any(not (c.isprintable() or c == " ") for c in value):
        raise ConfigError(f"{label} must not contain control characters or line breaks")


def _check_redis(config: Config) -> None:
    for name in ("redis_url", "umami_redis_url"):
        text = getattr(config, name)
        url = parsed_url(text)
        if text and (
            url is None or url.scheme not in REDIS_SCHEMES or not (url.hostname or url.scheme.endswith("unix"))
        ):
            raise ConfigError(f"{variable(name)} is not a Redis URL (redis://:password@host:6379/0)")


def _check_umami(config: Config) -> None:
    if config.umami_redis_url and not config.umami_app_secret:
        raise ConfigError("FRONTDESK_UMAMI_REDIS_URL needs FRONTDESK_UMAMI_APP_SECRET as well")
    if config.umami_app_secret and not config.trusted_proxies:
        raise ConfigError(
            "FRONTDESK_UMAMI_APP_SECRET needs FRONTDESK_TRUSTED_PROXIES=1 or more: only a proxy may ask which requests "
            "go on to Umami"
        )


def _check_accounts(config: Config) -> None:
    try:
        parsed_domains(config.email_domains)
    except DomainError as error:
        raise ConfigError(
            f"FRONTDESK_EMAIL_DOMAINS must be domains that an e-mail address can have (example.com): {error.message}"
        ) from error
    try:
        Capabilities.of(config.capabilities)
    except ValueError as error:
        raise ConfigError(f"FRONTDESK_CAPABILITIES {error}") from error


def _check_browsers(config: Config) -> None:
    for origin in filter(None, (part.strip() for part in config.cors_origins.split(","))):
        if origin not in ("*", "null") and not _is_origin(origin):
            raise ConfigError(
                f"FRONTDESK_CORS_ORIGINS must be `*` or origins as browsers send them, https://host or "
                f"https://host:port in lower case and without a path, not {origin!r}"
            )
    for source in config.allowed_frame_urls.split():
        if not SOURCE.fullmatch(source):
            raise ConfigError(
                f"FRONTDESK_ALLOWED_FRAME_URLS must be sources such as https://example.com, not {source!r}"
            )


def _is_origin(text: str) -> bool:
    """Return whether a browser could send this origin: it has no path, and no port that is the scheme's default."""
    url = parsed_url(text)
    if url is None or url.scheme == "" or not url.hostname:
        return False
    host = f"[{url.hostname}]" if ":" in url.hostname else url.hostname
    port = "" if url.port in (None, {"http": 80, "https": 443}.get(url.scheme)) else f":{url.port}"
    return text == f"{url.scheme}://{host}{port}"


def _check_shown_urls(config: Config) -> None:
    for name in SHOWN_URLS:
        value = getattr(config, name)
        if (value and not (value.startswith("/") or _is_web_address(value))) or " " in value:
            raise ConfigError(f"{variable(name)} must be a URL, https://…, or a path, /…; not {value!r}")


def _is_web_address(text: str) -> bool:
    url = parsed_url(text)
    return url is not None and url.scheme in ("http", "https") and bool(url.hostname)


def _check_mail(config: Config) -> None:
    public = config.public_url
    if public and (not _is_web_address(public) or {*public} & {*"?# "} or "@" in urlsplit(public).netloc):
        raise ConfigError("FRONTDESK_PUBLIC_URL must be the address at which users reach this server, https://…")
    if not config.mail_host:
        return
    if not HOST.fullmatch(config.mail_host) or _names_a_port(config.mail_host):
        raise ConfigError(
            f"FRONTDESK_MAIL_HOST must be a host name or an IP address alone, not {config.mail_host!r}; "
            "set the port with FRONTDESK_MAIL_PORT"
        )
    for name in ("public_url", "mail_from"):
        if not getattr(config, name):
            raise ConfigError(f"FRONTDESK_MAIL_HOST needs {variable(name)} as well")
    try:
        ascii_form(parseaddr(config.mail_from)[1])
    except ValueError:
        raise ConfigError("FRONTDESK_MAIL_FROM must be `Name <address>` or an address") from None
    if config.mail_port == TLS_PORT and config.mail_encryption == "starttls":
        raise ConfigError("FRONTDESK_MAIL_ENCRYPTION must be tls for port 465")
    if config.mail_password and not config.mail_username:
        raise ConfigError("FRONTDESK_MAIL_PASSWORD needs FRONTDESK_MAIL_USERNAME as well")
    for name in ("mail_username", "mail_password"):
        _check_ascii(name, getattr(config, name))
    if config.mail_username and config.mail_encryption == "none" and config.mail_host not in HERE:
        raise ConfigError("FRONTDESK_MAIL_USERNAME needs encryption: the password would be sent in clear text")


def _check_webhooks(config: Config) -> None:
    for network in config.webhook_networks.split():
        try:
            ip_network(network)
        except ValueError as error:
            raise ConfigError(
                f"FRONTDESK_WEBHOOK_NETWORKS must be networks such as 10.1.0.0/16, not {network!r}: {error}"
            ) from error


def _check_ascii(name: str, value: str) -> None:
    """Check a value that is sent over a protocol that allows only ASCII."""
    if not value.isascii():
        raise ConfigError(f"{variable(name)} must consist of ASCII characters")


def _names_a_port(host: str) -> bool:
    """Return whether a port follows the name; an IPv6 address has more than one colon."""
    return host.count(":") == 1


def _check_database(label: str, text: str) -> None:
    url = parsed_database_url(text)
    if url is None:
        raise ConfigError(f"{label} is not a database URL (postgresql://user:password@host/name)")
    if url.get_backend_name() not in ("sqlite", "postgresql"):
        raise ConfigError(f"{label} names {url.get_backend_name()}, but only SQLite and PostgreSQL are supported")
    if url.drivername not in DRIVERS:
        raise ConfigError(f"{label} names an unsupported driver, {url.drivername}; use postgresql:// or sqlite://")
    if url.get_backend_name() == "sqlite" and url.database in (None, "", ":memory:"):
        raise ConfigError(f"{label} must name a file: each server process would have its own database in memory")
