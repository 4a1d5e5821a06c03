"""``frontdesk serve``, ``setup``, ``config`` and ``db``."""

from dataclasses import replace
from pathlib import Path

import click

from app.cli.guard import guarded
from app.cli.output import confirm, done, is_csv, json_option, plain, show, warn, yes_option
from app.cli.remote.target import client
from app.db import migrations
from app.domain.actor import OPERATOR
from app.runtime import runtime
from app.server.listening import bound_sockets, passed_sockets
from app.server.serve import check_start
from app.server.serve import serve as serve_app
from app.services import adoption
from app.services.users.bootstrap import ensure_admin, ignored_settings
from app.settings import Config, unknown_variables, variable
from app.settings.files import make_folder, protect
from app.settings.secret_key import check_secret, made_secret, make_secret, may_make_secret


@click.command("serve")
@click.option("--host", help="Address to listen on; FRONTDESK_HOST by default.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on; FRONTDESK_PORT by default.")
@click.option("--check", is_flag=True, help="Check settings, code and database; do not start.")
@guarded
def serve(host: str | None, port: int | None, check: bool) -> None:
    """
    Run the server until Ctrl-C or SIGTERM.

    Requests in progress are finished first. Sockets passed by systemd
    (LISTEN_FDS) take precedence over --host and --port. Without
    DATABASE_URL, the first start does what "frontdesk setup" does.
    """
    config = runtime().config
    _warn_of_unknown()
    first_start = not check and _is_first_start(config)
    if first_start:
        config = _set_up(config)
    check_secret(config)
    _protect_files(config)
    if check:
        migrations.refuse_foreign_tables()
        check_start()
        _warn_of_ignored(ignored_settings(OPERATOR))
        click.echo("The server can start.")
        return
    adoption.follow(OPERATOR, click.echo)
    _warn_of_ignored(ignored_settings(OPERATOR))
    migrations.dispose()  # workers are forked and must open their own connections
    host, port = host or config.host, port or config.port
    passed = passed_sockets()
    listeners = passed or bound_sockets(host, port, number=config.workers)
    if not passed and (first_start or not config.is_production):
        shown = f"[{host}]" if ":" in host else host
        click.echo(f"Frontdesk is running on http://{shown}:{port} (documentation: /docs). Press Ctrl-C to stop it.")
    serve_app(config, listeners, activated=bool(passed))


@click.command("setup")
@json_option
@guarded
def setup(as_json: bool) -> None:
    """
    Prepare folder, database and first administrator.

    Safe to repeat. A generated password is printed once. To choose it, and
    the name and e-mail address, set FRONTDESK_ADMIN_PASSWORD,
    FRONTDESK_ADMIN_USERNAME and FRONTDESK_ADMIN_EMAIL.
    """
    _warn_of_unknown()
    _set_up(runtime().config, as_json=as_json)


@click.command("config")
@json_option
@guarded
def config(as_json: bool) -> None:
    """
    Show the effective settings; secrets are masked.

    With --server or a profile: show which server commands work on.
    """
    remote = client()
    if remote is not None:
        shown = remote.target.shown()
        show(shown, tuple(shown), as_json=as_json)
        return
    _warn_of_unknown()
    masked = runtime().config.masked()
    show(masked, tuple(masked), as_json=as_json)


@click.group("db")
def database() -> None:
    """Manage the database schema."""


@database.command("upgrade")
@click.argument("revision", default="head")
@json_option
@guarded
def upgrade(revision: str, as_json: bool) -> None:
    """Migrate to the latest revision, or to REVISION."""
    migrations.upgrade(revision)
    _say_where(as_json)


@database.command("downgrade")
@click.argument("revision")
@yes_option
@json_option
@guarded
def downgrade(revision: str, yes: bool, as_json: bool) -> None:
    """
    Revert to an earlier revision; newer data is lost.

    Data that later revisions added is lost. REVISION is the revision to
    revert to; "base" is the state before the first.
    """
    confirm(f"Revert to {revision}? Data of later revisions is lost.", yes=yes)
    migrations.downgrade(revision)
    _say_where(as_json)


@database.command("current")
@json_option
@guarded
def current(as_json: bool) -> None:
    """Show the database's revision and the latest one."""
    values = {"current": migrations.current_revision(), "head": migrations.head_revision()}
    show(values, tuple(values), as_json=as_json)


def _is_first_start(config: Config) -> bool:
    """
    Return whether the embedded database was never set up.

    Any earlier command may have created the file, so an empty database counts too.
    """
    if config.database_url:
        return False
    return not (Path(config.instance_path) / "frontdesk.db").exists() or migrations.current_revision() is None


def _set_up(config: Config, *, as_json: bool = False) -> Config:
    """Prepare folder, secret, database and first administrator, and return the settings with the secret."""
    if not config.database_url:
        make_folder(Path(config.instance_path))
    if not config.secret_key and may_make_secret(config.environment, config.database_url):
        make_secret(config)
        config = replace(config, secret_key=made_secret(Path(config.instance_path)))
    check_secret(config)
    _protect_files(config)
    migrations.upgrade()
    first = ensure_admin(OPERATOR, config.admin_username, config.admin_password, email=config.admin_email)
    ignored = ignored_settings(OPERATOR)
    if as_json or is_csv():
        values = {"username": first and first.username, "password": first and first.password, "ignored": ignored}
        show(values, tuple(values), as_json=as_json)
        return config
    _warn_of_ignored(ignored)
    if first:
        click.echo(f"Created the first administrator: {first.username}")
        if first.password:
            click.echo(f"Password (shown only once): {first.password}")
    return config


def _warn_of_unknown() -> None:
    for name, meant in unknown_variables().items():
        hint = f"; did you mean {meant}?" if meant else "."
        warn(f"{plain(name)} is not a setting{hint}")


def _protect_files(config: Config) -> None:
    for path in protect(config):
        warn(f"others can read {plain(path)}, which belongs to another user; fix its mode.")


def _warn_of_ignored(settings: list[str]) -> None:
    if settings:
        names = " and ".join(map(variable, settings))
        warn(f"there is an administrator already, so {names} had no effect.")


def _say_where(as_json: bool) -> None:
    revision = migrations.current_revision()
    done(f"The database is {f'at revision {revision}' if revision else 'empty'}.", as_json=as_json, revision=revision)
