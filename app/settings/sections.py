"""Every setting, with its default and a sentence, by sections."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.settings.base import ROOT, setting
from app.settings.urls import MASK, masked_url, with_driver

DAYS_MAX = 24_000
"""Lifetimes are kept as seconds in 32 bits, and nobody waits 65 years."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """How this installation runs, and where its files are."""

    environment: str = setting(
        "production",
        "`production` or `development` (readable logs, a secret made for you).",
        choices=("production", "development"),
    )
    secret_key: str = setting("", "Signs share tokens, makes the links in mails; 32 characters or more.", secret=True)
    instance_path: str = setting(str(ROOT / "instance"), "Folder of the SQLite file, `config.py` and the made secret.")
    runtime_path: str = setting("", "Folder that the workers of one server share; `serve` makes one.")
    log_level: str = setting(
        "info", "`debug`, `info`, `warning` or `error`.", choices=("debug", "info", "warning", "error")
    )
    metrics_token: str = setting("", "Bearer token for /metrics; without one, this machine alone.", secret=True)

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


@dataclass(frozen=True, kw_only=True)
class Database:
    """The database, its connections, and what helps it."""

    database_url: str = setting("", "SQLAlchemy URL; empty means SQLite in the instance folder.", secret=True)
    database_pool_size: int = setting(10, "Connections that one worker keeps at most.", least=1)
    database_pool_timeout: float = setting(5.0, "Seconds to wait for a free connection; then 503.", least=0)
    database_behind_pgbouncer: bool = setting(False, "PgBouncer pools transactions: keep nothing on a connection.")
    statement_seconds: float = setting(
        15.0, "Seconds that PostgreSQL gives one statement; 0 means no limit.", least=0, most=1_000_000
    )
    slow_statement_ms: float = setting(500.0, "Statements that take longer are logged; 0 logs none.", least=0)
    replica_url: str = setting("", "A streaming replica that answers lists; optional.", secret=True)
    replica_max_lag: float = setting(30.0, "Seconds that the replica may be behind; then lists stay here.", least=0)
    redis_url: str = setting(
        "",
        "Keeps a copy of failed attempts, which spares the database during floods of guesses; optional.",
        secret=True,
    )


@dataclass(frozen=True, kw_only=True)
class FirstAdministrator:
    """Whom ``frontdesk setup`` makes an administrator where there is none."""

    admin_username: str = setting("admin", "Name of the first administrator.")
    admin_password: str = setting("", "Password of the first administrator; generated when empty.", secret=True)
    admin_email: str = setting("", "E-mail address of the first administrator; optional.")


@dataclass(frozen=True, kw_only=True)
class Login:
    """Passwords, sessions, and how often one may guess."""

    bcrypt_cost: int = setting(10, "Cost of new password hashes (4 to 16).", least=4, most=16)
    session_days: float = setting(30.0, "Days without use after which a login ends.", least=0.01, most=DAYS_MAX)
    sessions_per_user: int = setting(1000, "Logins that a user may have at once; the oldest end.", least=1)
    share_token_hours: float = setting(24.0, "Hours that a share token lives.", least=0.01, most=24 * DAYS_MAX)
    login_attempts: int = setting(
        10, "Wrong passwords for one account, or access codes by one user, from one address in a window.", least=1
    )
    login_attempts_per_address: int = setting(
        100, "Wrong passwords from one address in a window; likewise wrong links and wrong share slugs.", least=1
    )
    login_window: int = setting(900, "Length of that window in seconds.", least=1)
    login_queue: int = setting(64, "Logins of one worker that may wait for their turn; more get 503.", least=1)


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Invitations, password resets, and what accounts may have."""

    invitation_days: float = setting(7.0, "Days that an invitation is open.", least=0.01, most=DAYS_MAX)
    password_reset_minutes: float = setting(60.0, "Minutes that a link for a new password is good.", least=1, most=1440)
    email_domains: str = setting("", "Domains that e-mail addresses of accounts may have, with commas; empty: any.")
    capabilities: str = setting("", "Capabilities beside the built-in ones: `name:role+role` each, with commas.")


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The SMTP server that takes our mail."""

    mail_host: str = setting("", "SMTP server; without one, links are there to be copied.")
    mail_port: int = setting(587, "Its port.", least=1, most=65_535)
    mail_encryption: str = setting(
        "starttls", "`starttls`, `tls` (from the first byte on) or `none`.", choices=("starttls", "tls", "none")
    )
    mail_username: str = setting("", "Whom to log in as there; empty: no login.")
    mail_password: str = setting("", "The password for it.", secret=True)
    mail_from: str = setting("", "Sender of all mail: `Name <address>` or an address.")
    mail_timeout: float = setting(20.0, "Seconds that the SMTP server is given for each step.", least=1, most=300)


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the server listens, and how much it takes on."""

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


@dataclass(frozen=True, kw_only=True)
class Browsers:
    """What browsers may do with the answers."""

    cors_origins: str = setting("*", "Origins that browsers may call from: `*`, or a list with commas.")
    cors_max_age: int = setting(86_400, "Seconds that a browser may remember a CORS answer.", least=0)
    force_ssl: bool = setting(False, "Send Strict-Transport-Security.")
    allowed_frame_urls: str = setting("", "Sources allowed to put our pages in a frame, with spaces.")


@dataclass(frozen=True, kw_only=True)
class Umami:
    """What Umami's clients read from ``/api/config``."""

    private_mode: bool = setting(False, "`privateMode` of /api/config.")
    telemetry_disabled: bool = setting(True, "`telemetryDisabled` of /api/config.")
    updates_disabled: bool = setting(True, "`updatesDisabled` of /api/config.")
    favicon_url: str = setting("", "`faviconUrl` of /api/config.")
    links_url: str = setting("", "`linksUrl` of /api/config.")
    pixels_url: str = setting("", "`pixelsUrl` of /api/config.")
    tracker_script_name: str = setting("", "`trackerScriptName` of /api/config.")


@dataclass(frozen=True, kw_only=True)
class Matomo:
    """What differs from Matomo's API only if asked for."""

    matomo_allow_get_writes: bool = setting(False, "Let Matomo's methods that write be called by GET.")


# Fields are collected from the last base to the first: the order of the sections, backwards.
@dataclass(frozen=True, kw_only=True)
class Config(Matomo, Umami, Browsers, Server, Mail, Accounts, Login, FirstAdministrator, Database, Installation):
    """The effective settings. Built by ``load()``; tests build it with overrides."""

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
