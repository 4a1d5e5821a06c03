"""``frontdesk doctor``: whether the installation is in order, and what to do if not."""

import os
import shlex
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

import click
import redis

from app.cli.failures import UNUSABLE
from app.cli.guard import guarded
from app.cli.output import is_csv, json_option, plain, show_list
from app.db import migrations
from app.db.errors import UMAMI, ForeignTables, reason_of
from app.domain.actor import OPERATOR
from app.domain.errors import DatabaseUnavailable, MailNotSent
from app.domain.pagination import Page
from app.runtime import runtime
from app.services import adoption
from app.services.notifications import mails
from app.settings import Config, ConfigError, masked_url, unknown_variables
from app.settings.files import database_file, is_open_to_others, private_files
from app.settings.secret_key import check_secret

OLDEST, NEWEST = (3, 11), (3, 13)
SETUP = "Run: frontdesk setup"
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
    where, file = masked_url(config.sqlalchemy_url), database_file(config)
    if file and not file.exists():  # connecting would create it
        yield Finding("database", Level.PROBLEM, f"{file} does not exist", SETUP)
        return
    try:
        migrations.refuse_foreign_tables()
        revision = migrations.current_revision()
    except ForeignTables as error:
        advice = "Set DATABASE_URL to an empty database."
        if error.program == UMAMI:
            advice = "To use it together with Umami, run: frontdesk adopt --check"
        yield Finding("database", Level.PROBLEM, f"{where} has tables of {error.program}", advice)
    except Exception as error:
        reason = error.reason if isinstance(error, DatabaseUnavailable) else reason_of(error)
        if reason is None:
            raise
        if file:
            advice = f"Check that {file} is an SQLite database, and that you may write to it and to its folder."
        else:
            advice = "Check DATABASE_URL, and that the database server runs."
        yield Finding("database", Level.PROBLEM, f"{where}: {reason.strip().splitlines()[0]}", advice)
    else:
        yield Finding("database", Level.OK, where)
        yield _migrations(revision)
        yield from _umami()


def _migrations(revision: str | None) -> Finding:
    if not migrations.is_behind(revision):
        return Finding("migrations", Level.OK, f"revision {revision}")
    found = f"the database is at revision {revision}" if revision else "the database is empty"
    return Finding("migrations", Level.PROBLEM, f"{found}; this release needs {migrations.head_revision()}", SETUP)


def _umami() -> Iterator[Finding]:
    try:
        upgraded = adoption.upgraded_to(OPERATOR)
    except ConfigError as error:
        yield Finding("Umami", Level.WARNING, str(error))
    else:
        if upgraded is not None:
            yield Finding("Umami", Level.WARNING, f"upgraded to {upgraded} since the adoption", "Run: frontdesk adopt")


def _secret(config: Config) -> Finding:
    try:
        check_secret(config)
    except ConfigError as error:
        text, _, advice = str(error).partition("; ")
        return Finding("secret key", Level.PROBLEM, text, f"{advice[0].upper()}{advice[1:]}")
    return Finding("secret key", Level.OK, "set")


def _mail(config: Config) -> Finding:
    if not config.mail_host:
        advice = "Set FRONTDESK_MAIL_HOST to send invitations and password links."
        return Finding("mail", Level.OK, "not set up; links are shown instead of mailed", advice)
    place = f"{config.mail_host}:{config.mail_port}"
    try:
        mails.check_server(OPERATOR, timeout=SECONDS)
    except MailNotSent as error:
        advice = (
            "Check FRONTDESK_MAIL_HOST, FRONTDESK_MAIL_PORT and FRONTDESK_MAIL_ENCRYPTION, and the username and "
            "password if there is one."
        )
        return Finding("mail", Level.PROBLEM, f"{place}: {error.reason}", advice)
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
    readable = [str(path) for path in private_files(config) if is_open_to_others(path)]
    if readable:
        advice = f"Run: chmod go= {shlex.join(readable)}"
        return Finding("files", Level.PROBLEM, f"others can read {', '.join(readable)}", advice)
    database = database_file(config)
    for path in (database.parent, database) if database else ():
        if path.exists() and not os.access(path, os.W_OK):
            return Finding("files", Level.PROBLEM, f"{path} is not writable", "Run as the user that owns it.")
    return Finding("files", Level.OK, config.instance_path)
