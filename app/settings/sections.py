"""All settings by section, with defaults and descriptions."""

from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

from app.settings.base import setting
from app.settings.urls import MASK, masked_url, with_driver

DAYS_MAX = 24_000
"""Lifetimes are stored as seconds in 32 bits."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """How this installation runs, and where its files are."""

    environment: str = setting(
        "production",
        "`production` or `development` (readable logs, a generated secret).",
        choices=("production", "development"),
    )
    previous_secret_keys: str = setting(
        "",
        "Earlier values of `FRONTDESK_SECRET_KEY`, separated by spaces: they still open stored second factors and "
        "secrets of webhooks, and verify the audit log.",
        secret=True,
    )
    secret_key: str = setting(
        "", "Key that signs share tokens and derives the links in mails; at least 32 characters.", secret=True
    )
    instance_path: str = setting(
        "",
        "Folder of the SQLite file, `config.py` and the generated secret; by default `instance/` in a checkout, "
        "else the data folder of the system or the user.",
    )
    runtime_path: str = setting("", "Folder shared by the workers of one server; `serve` creates one.")
    log_level: str = setting(
        "info", "`debug`, `info`, `warning` or `error`.", choices=("debug", "info", "warning", "error")
    )
    metrics_token: str = setting(
        "", "Bearer token required for /metrics. If unset, only loopback clients may read it.", secret=True
    )

    @property
    def is_production(self) -> bool:
        return self.environment == "production"


@dataclass(frozen=True, kw_only=True)
class Database:
    """The database, its connections, the replica and Redis."""

    database_url: str = setting(
        "", "SQLAlchemy URL of the database. If unset, SQLite in the instance folder.", secret=True
    )
    database_pool_size: int = setting(10, "Maximum number of connections in each pool of a worker.", least=1)
    database_pool_timeout: float = setting(
        5.0, "Seconds to wait for a free connection before responding with 503.", least=0
    )
    database_behind_pgbouncer: bool = setting(
        False, "Keep no state on connections, as PgBouncer in transaction mode requires."
    )
    statement_seconds: float = setting(
        15.0, "Time limit in seconds for a statement on PostgreSQL; 0 means no limit.", least=0, most=1_000_000
    )
    slow_statement_ms: float = setting(
        500.0, "Log statements that take more than this many milliseconds; 0 logs none.", least=0
    )
    replica_url: str = setting("", "URL of a streaming replica to read lists from; optional.", secret=True)
    replica_max_lag: float = setting(
        30.0, "Maximum lag of the replica in seconds; beyond it, lists are read from the primary.", least=0
    )
    redis_url: str = setting(
        "",
        "URL of a Redis server that caches failed attempts, to spare the database in brute-force attacks; optional.",
        secret=True,
    )


@dataclass(frozen=True, kw_only=True)
class FirstAdministrator:
    """The administrator that ``frontdesk setup`` creates if there is none."""

    admin_username: str = setting("admin", "Username of the first administrator.")
    admin_password: str = setting("", "Password of the first administrator; generated if unset.", secret=True)
    admin_email: str = setting("", "E-mail address of the first administrator; optional.")


@dataclass(frozen=True, kw_only=True)
class Login:
    """Passwords, sessions and limits on failed attempts."""

    bcrypt_cost: int = setting(10, "Cost of new password hashes (4 to 16).", least=4, most=16)
    password_common_check: bool = setting(True, "Reject new passwords that are among the most common ones.")
    session_days: float = setting(30.0, "Days without use after which a session expires.", least=0.01, most=DAYS_MAX)
    sessions_per_user: int = setting(1000, "Maximum number of sessions per user; beyond it, the oldest end.", least=1)
    share_token_hours: float = setting(24.0, "Hours until a share token expires.", least=0.01, most=24 * DAYS_MAX)
    login_attempts: int = setting(
        10,
        "Wrong passwords for one account, or wrong access codes by one user, allowed from one address in a window.",
        least=1,
    )
    login_attempts_per_address: int = setting(
        100,
        "Wrong passwords allowed from one address in a window; likewise wrong links and wrong share slugs.",
        least=1,
    )
    login_window: int = setting(900, "Length of that window in seconds.", least=1)
    two_factor_for_admins: bool = setting(
        False, "Administrators must set up a second factor before they can do anything else."
    )
    login_queue: int = setting(
        64, "Logins that may wait for password hashing in one worker; further ones get 503.", least=1
    )


@dataclass(frozen=True, kw_only=True)
class Accounts:
    """Invitations, password resets, e-mail domains and capabilities."""

    invitation_days: float = setting(7.0, "Days until an invitation expires.", least=0.01, most=DAYS_MAX)
    password_reset_minutes: float = setting(60.0, "Minutes until a password reset link expires.", least=1, most=1440)
    restore_days: float = setting(
        30.0,
        "Days for which a deleted account can be restored; 0 deletes accounts for good at once.",
        least=0,
        most=DAYS_MAX,
    )
    email_domains: str = setting(
        "", "Domains allowed in e-mail addresses of accounts, separated by commas. If unset, any."
    )
    capabilities: str = setting(
        "", "Capabilities besides the built-in ones, separated by commas: `name:role+role` each."
    )


@dataclass(frozen=True, kw_only=True)
class Mail:
    """The SMTP server that mail is sent through."""

    mail_host: str = setting(
        "", "Host name of the SMTP server. If unset, no mail is sent, and links have to be copied."
    )
    mail_port: int = setting(587, "Port of the SMTP server.", least=1, most=65_535)
    mail_encryption: str = setting(
        "starttls", "`starttls`, `tls` (from the first byte) or `none`.", choices=("starttls", "tls", "none")
    )
    mail_username: str = setting("", "Username for the SMTP server. If unset, no authentication.")
    mail_password: str = setting("", "Password for the SMTP server.", secret=True)
    mail_from: str = setting("", "Sender of all mail: `Name <address>` or an address.")
    mail_timeout: float = setting(20.0, "Timeout in seconds for each step of an SMTP session.", least=1, most=300)


@dataclass(frozen=True, kw_only=True)
class Webhooks:
    """What webhooks may reach, and when they are given up."""

    webhook_networks: str = setting(
        "",
        "Networks outside the public internet that webhooks may reach, separated by spaces (`10.1.0.0/16`). If unset, "
        "none.",
    )
    webhook_allow_http: bool = setting(False, "Allow webhooks with `http://` addresses, which are not encrypted.")
    webhook_timeout: float = setting(
        15.0, "Seconds that a receiver of a webhook is given to respond.", least=1, most=30
    )
    webhook_failing_days: float = setting(
        5.0, "Days of nothing but failures after which a webhook is disabled.", least=0.01, most=365
    )


@dataclass(frozen=True, kw_only=True)
class Server:
    """Where the server listens, and its limits."""

    public_url: str = setting(
        "", "Address at which users reach this server, `https://…`; links in mails begin with it."
    )
    host: str = setting("127.0.0.1", "Address to listen on.")
    port: int = setting(8000, "Port to listen on.", least=1, most=65_535)
    workers: int = setting(2, "Number of server processes.", least=1)
    request_slots: int = setting(2, "Requests that one worker runs at once; others wait in order of arrival.", least=1)
    requests_at_once: int = setting(128, "Requests that one worker accepts at once; further ones get 503.", least=1)
    request_timeout: float = setting(
        30.0,
        "Seconds that a request may take to arrive; after that it gets 408, and the connection is closed.",
        least=1,
        most=3600,
    )
    shutdown_seconds: int = setting(
        30, "Seconds that requests in progress are given to finish when the server stops.", least=1
    )
    trusted_proxies: int = setting(0, "Number of proxies in front whose X-Forwarded-* headers are trusted.", least=0)
    max_body_bytes: int = setting(
        1_048_576, "Maximum size of a request body in bytes; a larger one gets 413.", least=1024
    )
    max_page_size: int = setting(1000, "Maximum page size of a list; larger values are reduced to it.", least=1)


@dataclass(frozen=True, kw_only=True)
class Browsers:
    """What browsers may do with responses."""

    cors_origins: str = setting(
        "*", "Origins allowed to call the API from a browser: `*`, or a list separated by commas."
    )
    cors_max_age: int = setting(
        86_400, "Seconds that a browser may cache the response to a CORS preflight request.", least=0
    )
    force_ssl: bool = setting(False, "Send the header Strict-Transport-Security.")
    allowed_frame_urls: str = setting("", "Sources allowed to show our pages in a frame, separated by spaces.")


@dataclass(frozen=True, kw_only=True)
class Umami:
    """The Umami that Frontdesk stands in front of, and values that its clients read from ``/api/config``."""

    umami_app_secret: str = setting(
        "",
        "Umami's `APP_SECRET` (its `DATABASE_URL` if it has none). With it, `/internal/authorize` lets a proxy pass "
        "requests on to Umami; see [beside Umami](beside-umami.md).",
        secret=True,
    )
    umami_redis_url: str = setting("", "Umami's `REDIS_URL`, if it has one.", secret=True)

    umami_two_factor_key: str = setting(
        "",
        "Umami's `TWO_FACTOR_ENCRYPTION_KEY`, for second factors that users set up in Umami before an adoption; see "
        "[adopting](adopting.md).",
        secret=True,
    )
    private_mode: bool = setting(False, "Value of `privateMode` in /api/config.")
    telemetry_disabled: bool = setting(True, "Value of `telemetryDisabled` in /api/config.")
    updates_disabled: bool = setting(True, "Value of `updatesDisabled` in /api/config.")
    favicon_url: str = setting("", "Value of `faviconUrl` in /api/config.")
    links_url: str = setting("", "Value of `linksUrl` in /api/config.")
    pixels_url: str = setting("", "Value of `pixelsUrl` in /api/config.")
    tracker_script_name: str = setting("", "Value of `trackerScriptName` in /api/config.")


@dataclass(frozen=True, kw_only=True)
class Matomo:
    """Optional deviations from Matomo's API."""

    matomo_allow_get_writes: bool = setting(False, "Allow Matomo's methods that write to be called with GET.")


# Fields are collected from the last base to the first, so the sections are listed in reverse order.
@dataclass(frozen=True, kw_only=True)
class Config(
    Matomo, Umami, Browsers, Server, Webhooks, Mail, Accounts, Login, FirstAdministrator, Database, Installation
):
    """The effective settings, built by ``load()``."""

    @property
    def sqlalchemy_url(self) -> str:
        """The URL to connect to; for PostgreSQL it always names the driver psycopg 3."""
        if not self.database_url:
            return f"sqlite:///{Path(self.instance_path) / 'frontdesk.db'}"
        return with_driver(self.database_url)

    @property
    def sqlalchemy_replica_url(self) -> str:
        """The URL of the replica, with the same driver."""
        return with_driver(self.replica_url)

    def masked(self) -> dict[str, Any]:
        """Return all values by name, with secrets masked, and the effective URL of the database."""
        shown = {item.name: self._mask(item.name, item.metadata["secret"]) for item in fields(self)}
        return shown | {"database_url": masked_url(self.sqlalchemy_url)}

    def _mask(self, name: str, secret: bool) -> Any:
        value = getattr(self, name)
        if not secret or not value:
            return value
        return masked_url(value) if name.endswith("_url") else MASK
