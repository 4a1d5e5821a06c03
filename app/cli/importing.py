"""``frontdesk import …``"""

import sys
from typing import Any, BinaryIO
from urllib.parse import urlsplit

import click

from app.cli.failures import Failure
from app.cli.guard import guarded
from app.cli.import_file import ImportGroup, import_file
from app.cli.import_report import columns_of, show_report
from app.cli.invitations import days_option
from app.cli.output import counted, is_csv, is_quiet, json_option, warn
from app.cli.passwords import first_line
from app.cli.progress import progress_bars
from app.domain.actor import OPERATOR
from app.domain.errors import MailNotConfigured
from app.domain.networks import parsed_address
from app.domain.pagination import Page
from app.runtime import runtime
from app.services.importing import matomo as matomo_import
from app.services.importing import umami as umami_import
from app.services.importing.matomo import Imported, Invitations
from app.services.importing.report import Kind, Remark, Report
from app.services.importing.run import Options
from app.services.users import accounts

VARIABLE = "FRONTDESK_MATOMO_TOKEN"


@click.group("import", cls=ImportGroup, context_settings={"ignore_unknown_options": True})
def group() -> None:
    """
    Import users and websites from a file or another program.

    "frontdesk import users.csv" is short for "frontdesk import file users.csv".
    """


group.add_command(import_file)


@group.command("umami")
@click.option(
    "--from",
    "url",
    metavar="URL",
    envvar="UMAMI_DATABASE_URL",
    show_envvar=True,
    required=True,
    help="The DATABASE_URL of Umami, whose database is only read.",
)
@click.option("--same-names", is_flag=True, help="Treat accounts here with the same username as the same users.")
@click.option("--update", is_flag=True, help="Change what is here already to be as in the source.")
@click.option("--owner", metavar="USER", help="The user who gets websites without an imported owner.")
@json_option
@guarded
def umami(url: str, same_names: bool, owner: str | None, update: bool, as_json: bool) -> None:
    """
    Copy users, teams, websites and shares from Umami's database.

    This works with Umami 3.1 and later. Ids, passwords, access codes and
    dates stay as they are. The command can be repeated at any time.
    """
    options = _options(update, same_names, owner)
    with progress_bars() as on_progress:
        imported = umami_import.import_umami(OPERATOR, url, options, on_progress=on_progress)
    _show(imported.report, as_json=as_json, source=f"Umami {imported.release}")


@group.command("matomo")
@click.option("--url", metavar="URL", required=True, help="Where Matomo is, such as https://matomo.example.")
@click.option(
    "--token",
    envvar=VARIABLE,
    show_envvar=True,
    help="A token of a superuser. On the command line, other users of this machine can see it.",
)
@click.option("--token-file", type=click.File("rb"), help='A file with the token in its first line; "-" is the input.')
@click.option("--known-as", metavar="URL", help="The URL of earlier imports from this Matomo, if it was another.")
@click.option("--no-mail", is_flag=True, help="Invite users without mailing the links; run again to mail them.")
@days_option
@click.option("--superusers", is_flag=True, help="Make Matomo's superusers administrators.")
@click.option("--same-names", is_flag=True, help="Treat accounts here with the same username as the same users.")
@click.option("--update", is_flag=True, help="Change what is here already to be as in the source.")
@click.option("--owner", metavar="USER", help="The user who gets the websites; the first administrator by default.")
@click.option("--dry-run", is_flag=True, help="Write nothing, and show what would happen.")
@json_option
@guarded
def matomo(
    url: str,
    token: str | None,
    token_file: BinaryIO | None,
    known_as: str | None,
    no_mail: bool,
    days: float | None,
    superusers: bool,
    same_names: bool,
    update: bool,
    owner: str | None,
    dry_run: bool,
    as_json: bool,
) -> None:
    """
    Copy users, sites and access from Matomo, and invite the users.

    This works with Matomo 5, through its API, which is only read. Passwords
    cannot be copied: each user gets a mail with a link that sets a new one.
    The command can be repeated at any time; no user is invited twice.
    """
    if no_mail and update and runtime().config.mail_host:
        raise click.UsageError("--update mails users whose address changed, so it cannot be combined with --no-mail.")
    found = _token(token, token_file)
    if _is_exposed(url):
        warn("The token is sent without encryption, because the URL begins with http://.")
    with progress_bars() as on_progress:
        try:
            imported = matomo_import.import_matomo(
                OPERATOR,
                url,
                found,
                _options(update, same_names, owner),
                Invitations(not no_mail, days, superusers),
                known_as=known_as,
                dry_run=dry_run,
                on_progress=on_progress,
            )
        except MailNotConfigured as error:
            raise Failure.of(error, f"{error.message} Or use --no-mail, and mail the invitations later.") from error
    _show(
        imported.report,
        as_json=as_json,
        source=f"Matomo {imported.release}",
        written=not dry_run,
        mailed=imported.mailed,
        not_mailed=imported.not_mailed,
    )
    if not (as_json or is_csv() or is_quiet()):
        _say_invited(imported, dry_run=dry_run, no_mail=no_mail)


def _token(given: str | None, file: BinaryIO | None) -> str:
    """Return the token; without a file and an option, it is prompted for."""
    if file is not None:
        found = first_line(file)
    elif given is not None:
        found = given
    elif sys.stdin.isatty():
        found = click.prompt("Token", hide_input=True, err=True)
    else:
        raise click.UsageError(f"Cannot prompt for a token without a terminal: use --token-file or {VARIABLE}.")
    return found.strip()


def _is_exposed(url: str) -> bool:
    """Return whether what is sent to the URL can be read on a network."""
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
        return parts.scheme == "http" and host != "localhost" and not parsed_address(host).is_loopback
    except ValueError:
        return parts.scheme == "http"


def _say_invited(imported: Imported, *, dry_run: bool, no_mail: bool) -> None:
    if dry_run:
        click.echo(f"Nothing was written. {counted(imported.mailed, 'invitation')} would be mailed.", err=True)
        return
    if imported.mailed:
        said = f"{counted(imported.mailed, 'invitation')} will be mailed by the server, or with: frontdesk mail send"
        click.echo(said, err=True)
    if imported.not_mailed and no_mail:
        said = (
            f"{counted(imported.not_mailed, 'invitation')} not mailed. To mail them, run this again without --no-mail."
        )
        click.echo(said, err=True)


def _options(update: bool, same_names: bool, owner: str | None) -> Options:
    owner_id = None if owner is None else accounts.find_user(OPERATOR, owner).id
    return Options(update=update, same_names=same_names, owner_id=owner_id)


def _show(report: Report, *, as_json: bool, **facts: Any) -> None:
    remarks = sorted(report.remarks, key=_place)
    show_report(report.by_kind(), Page(remarks, len(remarks)), columns_of(Remark), as_json=as_json, **facts)


def _place(remark: Remark) -> tuple[int, str]:
    return list(Kind).index(remark.kind), remark.outcome
