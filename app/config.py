"""Every setting, with its default and a sentence; ``load()`` fills it from its sources."""

import contextlib
import os
import runpy
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

T = TypeVar("T")

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "FRONTDESK_"
SECRET_FILE = "secret_key"  # noqa: S105 (a file's name)
SECRET_MIN_LENGTH = 32
PLACEHOLDERS = ("change", "replace", "secret", "placeholder", "example", "your-", "xxxx", "0000", "1234")
TRUE, FALSE = frozenset({"1", "true", "yes", "on"}), frozenset({"0", "false", "no", "off", ""})


class ConfigError(ValueError):
    """A setting that cannot be used; the message names it and says what is accepted."""


def setting(default: T, text: str, *, secret: bool = False, least: float | None = None) -> T:
    """A field of ``Config``: its default, its sentence, whether to mask it, the smallest value allowed."""
    made: T = field(default=default, metadata={"text": text, "secret": secret, "least": least})
    return made


@dataclass(frozen=True, kw_only=True)
class Config:
    """The effective settings. Built by ``load()``; tests build it with overrides."""

    environment: str = setting("production", "`production` or `development` (readable logs, a secret made for you).")
    database_url: str = setting("", "SQLAlchemy URL; empty means SQLite in the instance folder.", secret=True)
    database_pool_size: int = setting(10, "Connections that one worker keeps at most.", least=1)
    database_pool_timeout: float = setting(5.0, "Seconds to wait for a free connection; then 503.", least=0)
    database_behind_pgbouncer: bool = setting(False, "PgBouncer pools transactions: keep nothing on a connection.")
    statement_seconds: float = setting(15.0, "Seconds that PostgreSQL gives one statement; 0 means no limit.", least=0)
    slow_statement_ms: float = setting(500.0, "Statements that take longer are logged; 0 logs none.", least=0)
    replica_url: str = setting("", "A streaming replica that answers lists; optional.", secret=True)
    replica_max_lag: float = setting(30.0, "Seconds that the replica may be behind; then lists stay here.", least=0)
    redis_url: str = setting("", "Shares login throttling between workers and hosts; optional.", secret=True)
    secret_key: str = setting("", "Signs share tokens; 32 characters or more.", secret=True)

    admin_username: str = setting("admin", "Name of the first administrator.")
    admin_password: str = setting("", "Password of the first administrator; generated when empty.", secret=True)
    bcrypt_cost: int = setting(10, "Cost of new password hashes (4 to 16).", least=4)
    session_days: float = setting(30.0, "Days without use after which a login ends.", least=0.01)
    sessions_per_user: int = setting(1000, "Logins that a user may have at once; the oldest end.", least=1)
    share_token_hours: float = setting(24.0, "Hours that a share token lives.", least=0.01)
    login_attempts: int = setting(10, "Failed logins for one account from one address in a window.", least=1)
    login_attempts_per_address: int = setting(100, "Failed logins from one address in a window.", least=1)
    login_window: int = setting(900, "Length of that window in seconds.", least=1)

    login_queue: int = setting(64, "Logins of one worker that may wait for their turn; more get 503.", least=1)

    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.", least=1)
    workers: int = setting(2, "Server processes.", least=1)
    requests_at_once: int = setting(128, "Requests that one worker takes in; more get 503.", least=1)
    shutdown_seconds: int = setting(30, "Seconds that requests under way are given at the end.", least=1)
    trusted_proxies: int = setting(0, "Proxies in front whose X-Forwarded-* headers are believed.", least=0)
    max_body_bytes: int = setting(1_048_576, "Largest request body; more is 413.", least=1024)
    max_page_size: int = setting(1000, "Largest page of a list; more is cut to it.", least=1)

    cors_origins: str = setting("*", "Origins that browsers may call from: `*`, or a list with commas.")
    cors_max_age: int = setting(86_400, "Seconds that a browser may remember a CORS answer.", least=0)
    force_ssl: bool = setting(False, "Send Strict-Transport-Security.")
    allowed_frame_urls: str = setting("", "Sources allowed to put our pages in a frame, with spaces.")
    metrics_token: str = setting("", "Bearer token for /metrics; without one, this machine alone.", secret=True)
    log_level: str = setting("info", "`debug`, `info`, `warning` or `error`.")

    private_mode: bool = setting(False, "`privateMode` of /api/config.")
    telemetry_disabled: bool = setting(True, "`telemetryDisabled` of /api/config.")
    updates_disabled: bool = setting(True, "`updatesDisabled` of /api/config.")
    favicon_url: str = setting("", "`faviconUrl` of /api/config.")
    links_url: str = setting("", "`linksUrl` of /api/config.")
    pixels_url: str = setting("", "`pixelsUrl` of /api/config.")
    tracker_script_name: str = setting("", "`trackerScriptName` of /api/config.")

    runtime_path: str = setting("", "Folder where the workers of one server meet; `serve` makes one.")
    instance_path: str = setting(str(ROOT / "instance"), "Folder of the SQLite file, `config.py` and the made secret.")

    @property
    def is_production(self) -> bool:
        return self.environment == "production"

    @property
    def sqlalchemy_url(self) -> str:
        """The URL to connect to, with psycopg 3 as PostgreSQL's driver whatever the spelling."""
        if not self.database_url:
            return f"sqlite:///{Path(self.instance_path) / 'frontdesk.db'}"
        scheme, _, rest = self.database_url.partition("://")
        if scheme in ("postgres", "postgresql"):
            return f"postgresql+psycopg://{rest}"
        return self.database_url

    def masked(self) -> dict[str, Any]:
        """Name to value, with secrets hidden and passwords taken out of URLs."""
        return {item.name: self._mask(item.name, item.metadata["secret"]) for item in fields(self)}

    def _mask(self, name: str, secret: bool) -> Any:
        value = getattr(self, name)
        if not secret or not value:
            return value
        if name.endswith("_url"):
            return make_url(value).render_as_string(hide_password=True)
        return "********"


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
    values["instance_path"] = str(instance.absolute())
    file = instance / "config.py"
    known = {item.name: item for item in fields(Config)}
    if file.is_file():
        given = runpy.run_path(str(file))
        values |= {name.lower(): value for name, value in given.items() if name.lower() in known and name.isupper()}
    if environ.get("DATABASE_URL"):
        values["database_url"] = environ["DATABASE_URL"]
    values |= {name: environ[PREFIX + name.upper()] for name in known if environ.get(PREFIX + name.upper())}
    values |= overrides or {}
    made = instance / SECRET_FILE
    if not values.get("secret_key") and values.get("environment") == "development" and made.is_file():
        values["secret_key"] = made.read_text()
    config = Config(**{name: _parsed(name, value, type(known[name].default)) for name, value in values.items()})
    _check(config)
    return config


def _parsed(name: str, value: Any, kind: type) -> Any:
    if not isinstance(value, str):
        return value
    text = value.strip()
    if kind is bool:
        if text.lower() not in TRUE | FALSE:
            raise ConfigError(f"{PREFIX}{name.upper()} must be true or false, not {value!r}")
        return text.lower() in TRUE
    try:
        return kind(text)
    except ValueError:
        raise ConfigError(f"{PREFIX}{name.upper()} must be a number, not {value!r}") from None


def _check(config: Config) -> None:
    for item in fields(config):
        least = item.metadata["least"]
        if least is not None and getattr(config, item.name) < least:
            raise ConfigError(f"{PREFIX}{item.name.upper()} must be {least} or more")
    if config.bcrypt_cost > 16:
        raise ConfigError("FRONTDESK_BCRYPT_COST must be 16 or less: a login would take longer than a minute")
    if config.port > 65_535:
        raise ConfigError("FRONTDESK_PORT must be 65535 or less")
    if config.environment not in ("production", "development"):
        raise ConfigError("FRONTDESK_ENVIRONMENT must be production or development")
    if config.log_level not in ("debug", "info", "warning", "error"):
        raise ConfigError("FRONTDESK_LOG_LEVEL must be debug, info, warning or error")
    try:
        backend = make_url(config.sqlalchemy_url).get_backend_name()
    except ArgumentError:
        raise ConfigError("DATABASE_URL is not a database URL (postgresql://user:password@host/name)") from None
    if backend not in ("sqlite", "postgresql"):
        raise ConfigError(f"DATABASE_URL names {backend}; SQLite and PostgreSQL are supported")


def make_secret(config: Config) -> None:
    """Make a secret for development and keep it in the instance folder, readable by its owner alone."""
    file = Path(config.instance_path) / SECRET_FILE
    with contextlib.suppress(FileExistsError):
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as handle:
            handle.write(secrets.token_urlsafe(48))


def check_secret(config: Config) -> None:
    """
    Refuse to sign with a secret that strangers can guess.

    :raises ConfigError: it is missing, short, or a placeholder out of a sample file
    """
    secret = config.secret_key
    advice = "make one with: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'"
    if not secret:
        raise ConfigError(f"FRONTDESK_SECRET_KEY is not set; {advice}")
    if len(secret) < SECRET_MIN_LENGTH or len(set(secret)) < 10:
        raise ConfigError(f"FRONTDESK_SECRET_KEY is too short or too plain ({SECRET_MIN_LENGTH} characters); {advice}")
    if any(word in secret.lower() for word in PLACEHOLDERS):
        raise ConfigError(f"FRONTDESK_SECRET_KEY looks like a placeholder; {advice}")
