"""``frontdesk serve``, ``setup``, ``config`` and ``db``."""

import click

from app import migrate
from app.cli.output import done, guarded, json_option, print_json, show
from app.config import check_secret, make_secret
from app.runtime import runtime
from app.serve import serve as serve_app
from app.services.bootstrap import ensure_admin


@click.command("serve")
@click.option("--host", help="Address to listen on; FRONTDESK_HOST by default.")
@click.option("--port", type=click.IntRange(1, 65_535), help="Port to listen on; FRONTDESK_PORT by default.")
@guarded
def serve(host: str | None, port: int | None) -> None:
    """Serve until Ctrl-C or SIGTERM, answering what has begun."""
    config = runtime().config
    check_secret(config)
    host, port = host or config.host, port or config.port
    if not config.is_production:
        click.echo(f"Frontdesk serves on http://{host}:{port} (documentation: /docs). Ctrl-C ends it.")
    serve_app(config, host=host, port=port)


@click.command("setup")
@guarded
def setup() -> None:
    """Make everything ready: migrate the database, make the first administrator. Harmless when repeated."""
    config = runtime().config
    if not config.secret_key and not config.is_production:
        make_secret(config)
    migrate.upgrade()
    first = ensure_admin(config.admin_username, config.admin_password)
    if first is None:
        return
    click.echo(f"The first administrator is made: {first.username}")
    if first.password:
        click.echo(f"Password (shown this once): {first.password}")


@click.command("config")
@json_option
@guarded
def config(as_json: bool) -> None:
    """The settings in force; secrets are masked."""
    masked = runtime().config.masked()
    if as_json:
        print_json(masked)
    else:
        show(masked, tuple(masked), as_json=False)


@click.group("db")
def database() -> None:
    """The database's schema."""


@database.command("upgrade")
@click.argument("revision", default="head")
@guarded
def upgrade(revision: str) -> None:
    """Migrate to the newest revision, or to the one named."""
    migrate.upgrade(revision)
    done(f"The database is at revision {migrate.current_revision()}.")


@database.command("downgrade")
@click.argument("revision")
@click.option("--yes", is_flag=True, help="Do not ask.")
@guarded
def downgrade(revision: str, yes: bool) -> None:
    """Migrate back; what later revisions added is lost."""
    if not yes:
        click.confirm(f"Migrate back to {revision}? Data of later revisions is lost.", abort=True)
    migrate.downgrade(revision)
    done(f"The database is at revision {migrate.current_revision()}.")


@database.command("current")
@json_option
@guarded
def current(as_json: bool) -> None:
    """Which revision the database is at, and which is the newest."""
    values = {"current": migrate.current_revision(), "head": migrate.head_revision()}
    show(values, tuple(values), as_json=as_json)
