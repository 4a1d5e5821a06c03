"""Every setting, with its default and a sentence; ``load()`` fills it from its sources."""

import os
import runpy
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from app.config_checks import PREFIX, ConfigError, check

__all__ = ["PREFIX", "ROOT", "SECRET_FILE", "Config", "ConfigError", "load", "masked_url", "with_driver"]

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
SECRET_FILE = "secret_key"  # noqa: S105 (a file's name)
DAYS_MAX = 24_000
"""Lifetimes are kept as seconds in 32 bits, and nobody waits 65 years."""
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})
KINDS = {str: "text", bool: "true or false", int: "a whole number", float: "a number"}
MASK = "********"


def setting(
    default: T,
    text: str,
    *,
    secret: bool = False,
    least: float | None = None,
    most: float | None = None,
    choices: tuple[str, ...] = (),
) -> T:
    """A field of ``Config``: its default, its sentence, whether to mask it, which values are allowed."""
    rules = {"text": text, "secret": secret, "least": least, "most": most, "choices": choices}
    made: T = field(default=default, metadata=rules)
    return made


def masked_url(text: str) -> str:
    """A URL without its password, wherever in it that stands."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        return MASK
    hidden = {name: "***" for name in url.query if "password" in name.lower()}
    return url.update_query_dict(hidden).render_as_string(hide_password=True)


def with_driver(url: str) -> str:
    """The URL with psycopg 3 as PostgreSQL's driver, whatever the spelling."""
    scheme, _, rest = url.partition("://")
    return f"postgresql+psycopg://{rest}" if scheme in ("postgres", "postgresql") else url


@dataclass(frozen=True, kw_only=True)
class Config:
    """The effective settings. Built by ``load()``; tests build it with overrides."""

    environment: str = setting(
        "production",
        "`production` or `development` (readable logs, a secret made for you).",
        choices=("production", "development"),
    )
    database_url: str = setting("", "SQLAlchemy URL; empty means SQLite in the instance folder.", secret=True)
    database_pool_size: int = setting(10, "Connections that one worker keeps at most.", least=1)
    database_pool_timeout: float = setting(5.0, "Seconds to wait for a free connection; then 503.", least=0)
    database_behind_pgbouncer: bool = setting(False, "PgBouncer pools transactions: keep nothing on a connection.")
    statement_seconds: float = setting(15.0, "Seconds that PostgreSQL gives one statement; 0 means no limit.", least=0)
    slow_statement_ms: float = setting(500.0, "Statements that take longer are logged; 0 logs none.", least=0)
    replica_url: str = setting("", "A streaming replica that answers lists; optional.", secret=True)
    replica_max_lag: float = setting(30.0, "Seconds that the replica may be behind; then lists stay here.", least=0)
    redis_url: str = setting("", "Shares login throttling between workers and hosts; optional.", secret=True)
    secret_key: str = setting("", "Signs share tokens, makes the links in mails; 32 characters or more.", secret=True)

    admin_username: str = setting("admin", "Name of the first administrator.")
    admin_password: str = setting("", "Password of the first administrator; generated when empty.", secret=True)
    admin_email: str = setting("", "E-mail address of the first administrator; optional.")
    bcrypt_cost: int = setting(10, "Cost of new password hashes (4 to 16).", least=4, most=16)
    session_days: float = setting(30.0, "Days without use after which a login ends.", least=0.01, most=DAYS_MAX)
    sessions_per_user: int = setting(1000, "Logins that a user may have at once; the oldest end.", least=1)
    share_token_hours: float = setting(24.0, "Hours that a share token lives.", least=0.01, most=24 * DAYS_MAX)
    login_attempts: int = setting(10, "Failed logins for one account from one address in a window.", least=1)
    login_attempts_per_address: int = setting(100, "Failed logins from one address in a window.", least=1)
    login_window: int = setting(900, "Length of that window in seconds.", least=1)

    invitation_days: float = setting(7.0, "Days that an invitation is open.", least=0.01, most=DAYS_MAX)
    password_reset_minutes: float = setting(60.0, "Minutes that a link for a new password is good.", least=1, most=1440)
    email_domains: str = setting("", "Domains that e-mail addresses of accounts may have, with commas; empty: any.")
    capabilities: str = setting("", "Capabilities beside the built-in ones: `name:role+role` each, with commas.")

    login_queue: int = setting(64, "Logins of one worker that may wait for their turn; more get 503.", least=1)

    mail_host: str = setting("", "SMTP server; without one, links are there to be copied.")
    mail_port: int = setting(587, "Its port.", least=1, most=65_535)
    mail_encryption: str = setting(
        "starttls", "`starttls`, `tls` (from the first byte on) or `none`.", choices=("starttls", "tls", "none")
    )
    mail_username: str = setting("", "Whom to log in as there; empty: no login.")
    mail_password: str = setting("", "The password for it.", secret=True)
    mail_from: str = setting("", "Sender of all mail: `Name <address>` or an address.")
    mail_timeout: float = setting(20.0, "Seconds that the SMTP server is given for each step.", least=1, most=300)

    public_url: str = setting("", "Where people reach this server, `https://…`; links in mails begin with it.")
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.", least=1, most=65_535)
    workers: int = setting(2, "Server processes.", least=1)
    request_slots: int = setting(2, "Requests that one worker runs at once; others wait in order of arrival.", least=1)
    requests_at_once: int = setting(128, "Requests that one worker takes in; more get 503.", least=1)
    request_timeout: float = setting(
        30.0, "Seconds that a request may take to arrive; then 408, and the connection is closed.", least=1, most=3600
    )
    shutdown_seconds: int = setting(30, "Seconds that requests under way are given at the end.", least=1)
    trusted_proxies: int = setting(0, "Proxies in front whose X-Forwarded-* headers are believed.", least=0)
    max_body_bytes: int = setting(1_048_576, "Largest request body; more is 413.", least=1024)
    max_page_size: int = setting(1000, "Largest page of a list; more is cut to it.", least=1)

    cors_origins: str = setting("*", "Origins that browsers may call from: `*`, or a list with commas.")
    cors_max_age: int = setting(86_400, "Seconds that a browser may remember a CORS answer.", least=0)
    force_ssl: bool = setting(False, "Send Strict-Transport-Security.")
    allowed_frame_urls: str = setting("", "Sources allowed to put our pages in a frame, with spaces.")
    metrics_token: str = setting("", "Bearer token for /metrics; without one, this machine alone.", secret=True)
    log_level: str = setting(
        "info", "`debug`, `info`, `warning` or `error`.", choices=("debug", "info", "warning", "error")
    )

    private_mode: bool = setting(False, "`privateMode` of /api/config.")
    telemetry_disabled: bool = setting(True, "`telemetryDisabled` of /api/config.")
    updates_disabled: bool = setting(True, "`updatesDisabled` of /api/config.")
    favicon_url: str = setting("", "`faviconUrl` of /api/config.")
    links_url: str = setting("", "`linksUrl` of /api/config.")
    pixels_url: str = setting("", "`pixelsUrl` of /api/config.")
    tracker_script_name: str = setting("", "`trackerScriptName` of /api/config.")

    matomo_allow_get_writes: bool = setting(False, "Let Matomo's methods that write be called by GET.")

    runtime_path: str = setting("", "Folder that the workers of one server share; `serve` makes one.")
    instance_path: str = setting(str(ROOT / "instance"), "Folder of the SQLite file, `config.py` and the made secret.")

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def sqlalchemy_url(self) -> str:
        """The URL to connect to, with psycopg 3 as PostgreSQL's driver whatever the spelling."""
        if not self.database_url:
            return f"sqlite:///{Path(self.instance_path) / 'frontdesk.db'}"
        return with_driver(self.database_url)

    @property
    def sqlalchemy_replica_url(self) -> str:
        """The replica's URL, likewise."""
        return with_driver(self.replica_url)

    def masked(self) -> dict[str, Any]:
        """Name to value, with secrets hidden and passwords taken out of URLs; the database as it is connected to."""
        shown = {item.name: self._mask(item.name, item.metadata["secret"]) for item in fields(self)}
        return shown | {"database_url": masked_url(self.sqlalchemy_url)}

    def _mask(self, name: str, secret: bool) -> Any:
        value = getattr(self, name)
        if not secret or not value:
            return value
        return masked_url(value) if name.endswith("_url") else MASK


def load(overrides: Mapping[str, Any] | None = None, *, environ: Mapping[str, str] | None = None) -> Config:
    """
    The settings: defaults, then ``instance/config.py``, then ``FRONTDESK_*``, then ``overrides``.

    :raises ConfigError: a value that does not fit its setting
    """
    environ = os.environ if environ is None else environ
    values: dict[str, Any] = {}
    instance = Path(
        (overrides or {}).get("instance_path") or environ.get(f"{PREFIX}INSTANCE_PATH") or ROOT / "instance"
    )
    file = instance / "config.py"
    known = {item.name: item for item in fields(Config)}
    if file.is_file():
        values |= _file_values(file, known)
    if environ.get("DATABASE_URL"):
        values["database_url"] = environ["DATABASE_URL"]
    values |= _environment_values(environ, known)
    values |= overrides or {}
    values["instance_path"] = str(instance.absolute())
    made = instance / SECRET_FILE
    if not values.get("secret_key") and values.get("environment") == "development" and made.is_file():
        values["secret_key"] = made.read_text()
    config = Config(**{name: _parsed(name, value, type(known[name].default)) for name, value in values.items()})
    check(config)
    return config


def _file_values(file: Path, known: Collection[str]) -> dict[str, Any]:
    """What ``config.py`` sets, in capitals; other names are its own."""
    try:
        given = runpy.run_path(str(file))
    except Exception as error:  # whatever goes wrong in somebody's file
        raise ConfigError(f"{file} cannot be read: {type(error).__name__}: {error}") from error
    names = [name for name in given if name.isupper() and not name.startswith("_")]
    for name in names:
        if name.lower() not in known:
            raise ConfigError(f"{file} sets {name}, which is no setting")
    return {name.lower(): given[name] for name in names}


def _environment_values(environ: Mapping[str, str], known: Collection[str]) -> dict[str, str]:
    given = {name: environ[PREFIX + name.upper()] for name in known if environ.get(PREFIX + name.upper())}
    if given.get("port", "").startswith("tcp://"):
        del given["port"]  # Kubernetes sets this in every pod beside a service that is called "frontdesk"
    return given


def _parsed(name: str, value: Any, kind: Any) -> Any:
    label = PREFIX + name.upper()
    if isinstance(value, Path) and kind is str:
        return str(value)
    if not isinstance(value, str):
        if type(value) is kind or (kind is float and type(value) is int):
            return kind(value)
        raise ConfigError(f"{label} must be {KINDS[kind]}, not {value!r}")
    if name == "admin_password":
        return value  # a password may begin or end with a space
    text = value.strip()
    if kind is bool:
        if text.lower() not in TRUE | FALSE:
            raise ConfigError(f"{label} must be true or false, not {value!r}")
        return text.lower() in TRUE
    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"{label} must be {KINDS[kind]}, not {value!r}") from None
