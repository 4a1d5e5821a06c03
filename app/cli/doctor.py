"""``frontdesk doctor``: whether the installation is in order, and what to do if not."""

import os
import smtplib
import stat
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

import click
import redis

from app.cli.failures import UNUSABLE
from app.cli.guard import guarded
from app.cli.output import is_csv, json_option, plain, show_list
from app.db import migrations
from app.domain.errors import DatabaseUnavailable, NotMigrated
from app.domain.pagination import Page
from app.runtime import runtime
from app.settings import Config, ConfigError, masked_url, unknown_variables
from app.settings.files import OTHERS
from app.settings.secret_key import check_secret

OLDEST, NEWEST = (3, 11), (3, 13)
SECONDS = 5
"""How long another server may take to respond."""


class Level(StrEnum):
    """How a check ended."""

    OK = "ok"
    WARNING = "warning"
    PROBLEM = "problem"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, and what to do about it."""

    check: str
    level: Level
    text: str
    advice: str = ""


@click.command("doctor")
@json_option
@guarded
def doctor(as_json: bool) -> None:
    """
    Check the installation, and say what to do.

    Checks Python, database, migrations, secret key, mail, Redis, proxy,
    file modes and unknown settings. Exit code 3 if there is a problem.
    """
    config = runtime().config
    findings = list(examine(config))
    if as_json or is_csv():
        show_list([Page(findings, len(findings))], ("check", "level", "text", "advice"), as_json=as_json)
    else:
        for found in findings:
            click.echo(f"{found.level.value:8} {found.check:11} {plain(found.text)}")
            if found.advice:
                click.echo(f"{'':20} -> {plain(found.advice)}")
    if any(found.level is Level.PROBLEM for found in findings):
        raise SystemExit(UNUSABLE)


def examine(config: Config) -> Iterator[Finding]:
    """Yield the result of each check."""
    yield _python()
    yield from _database(config)
    yield _secret(config)
    yield _mail(config)
    yield _redis(config)
    yield _proxy(config)
    yield _files(config)
    for name, meant in unknown_variables().items():
        advice = f"Did you mean {meant}?" if meant else "Remove it; frontdesk config lists all settings."
        yield Finding("settings", Level.WARNING, f"{name} is not a setting", advice)


def _python() -> Finding:
    found = ".".join(map(str, sys.version_info[:3]))
    if OLDEST <= sys.version_info[:2] <= NEWEST:
        return Finding("Python", Level.OK, found)
    return Finding("Python", Level.WARNING, f"{found} is not tested", "Use Python 3.11, 3.12 or 3.13.")


def _database(config: Config) -> Iterator[Finding]:
    where = masked_url(config.sqlalchemy_url)
    try:
        revision = migrations.check_ready()
    except NotMigrated as error:
        yield Finding("database", Level.OK, where)
        text = "up to date" if not error.reason else error.reason
        yield Finding("migrations", Level.PROBLEM, text, "Run: frontdesk setup")
    except DatabaseUnavailable as error:
        advice = "Check DATABASE_URL, and that the database server runs."
        yield Finding("database", Level.PROBLEM, f"{where}: {error.reason.strip().splitlines()[0]}", advice)
    else:
        yield Finding("database", Level.OK, where)
        yield Finding("migrations", Level.OK, f"revision {revision}")


def _secret(config: Config) -> Finding:
    try:
        check_secret(config)
    except ConfigError as error:
        text, _, advice = str(error).partition("; ")
        return Finding("secret key", Level.PROBLEM, text, advice)
    return Finding("secret key", Level.OK, "set")


def _mail(config: Config) -> Finding:
    if not config.mail_host:
        advice = "Set FRONTDESK_MAIL_HOST to send invitations and password links."
        return Finding("mail", Level.OK, "not set up; links are shown instead of mailed", advice)
    place = f"{config.mail_host}:{config.mail_port}"
    connect = smtplib.SMTP_SSL if config.mail_encryption == "tls" else smtplib.SMTP
    try:
        with connect(config.mail_host, config.mail_port, timeout=SECONDS) as server:
            server.noop()
    except (OSError, smtplib.SMTPException) as error:
        advice = "Check FRONTDESK_MAIL_HOST, FRONTDESK_MAIL_PORT and FRONTDESK_MAIL_ENCRYPTION."
        return Finding("mail", Level.PROBLEM, f"{place} does not respond: {error}", advice)
    return Finding("mail", Level.OK, place, "Send yourself one: frontdesk mail test you@example.com")


def _redis(config: Config) -> Finding:
    if not config.redis_url:
        return Finding("Redis", Level.OK, "not used")
    try:
        with redis.Redis.from_url(config.redis_url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as server:
            server.ping()
    except redis.RedisError as error:
        advice = "Check FRONTDESK_REDIS_URL. The server works without Redis."
        return Finding("Redis", Level.WARNING, f"{masked_url(config.redis_url)}: {error}", advice)
    return Finding("Redis", Level.OK, masked_url(config.redis_url))


def _proxy(config: Config) -> Finding:
    if not config.public_url:
        advice = "Set FRONTDESK_PUBLIC_URL to the address that users open; links need it."
        return Finding("proxy", Level.WARNING, "no public address is set", advice)
    if config.public_url.startswith("https:") and not config.trusted_proxies:
        advice = "Set FRONTDESK_TRUSTED_PROXIES=1 if a proxy terminates TLS: all clients seem to be one otherwise."
        return Finding("proxy", Level.WARNING, f"{config.public_url}, but no proxy is trusted", advice)
    return Finding("proxy", Level.OK, f"{config.public_url}, {config.trusted_proxies} trusted")


def _files(config: Config) -> Finding:
    folder = Path(config.instance_path)
    readable = [path for path in (folder / "frontdesk.db", folder / "secret_key") if _is_open(path)]
    if readable:
        names = ", ".join(map(str, readable))
        return Finding("files", Level.PROBLEM, f"others can read {names}", f"Run: chmod 600 {names}")
    if folder.exists() and not os.access(folder, os.W_OK):
        return Finding("files", Level.PROBLEM, f"{folder} is not writable", "Run as the user that owns it.")
    return Finding("files", Level.OK, str(folder))


def _is_open(path: Path) -> bool:
    return path.exists() and bool(stat.S_IMODE(path.stat().st_mode) & OTHERS)
