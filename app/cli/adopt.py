"""``frontdesk adopt``"""

import click

from app.cli.guard import guarded
from app.cli.output import confirm, counted, done, is_csv, json_option, plain, print_json, show_list, warn, yes_option
from app.domain.actor import OPERATOR
from app.domain.pagination import Page
from app.services import adoption
from app.services.adoption import Report

COLUMNS = ("table", "id", "name", "problem", "proposal")


@click.command("adopt")
@click.option("--check", is_flag=True, help="Only report what would be done.")
@click.option("--undo", is_flag=True, help="Give the database back to Umami, as it was.")
@yes_option
@json_option
@guarded
def adopt(check: bool, undo: bool, yes: bool, as_json: bool) -> None:
    """
    Serve a database that Umami made, and goes on using.

    Set DATABASE_URL to Umami's PostgreSQL database. Umami 3.1 and later can
    keep running. Rows that break a rule are listed first, with what
    will be done about each. An adoption that was interrupted continues, and
    repeating it follows an upgrade of Umami.
    """
    if check and undo:
        raise click.UsageError("--check and --undo exclude each other.")
    if undo:
        confirm("Remove everything that Frontdesk stores beyond Umami's own columns?", yes=yes)
        adoption.undo(OPERATOR, _say)
        done("The database is Umami's alone again.", as_json=as_json)
        return
    report = adoption.check(OPERATOR)
    if check:
        _show(report, as_json=as_json)
        return
    if not yes and not as_json and not is_csv():
        _show(report, as_json=False)
    confirm(f"Adopt this database of Umami {report.release}?", yes=yes)
    adoption.adopt(OPERATOR, _say)
    _warn(report)
    text = f"Adopted the database of Umami {report.release}. Next: frontdesk serve"
    done(text, as_json=as_json, release=report.release, repaired=len(report.findings))


def _show(report: Report, *, as_json: bool) -> None:
    rows = [dict(zip(COLUMNS, (row.table, str(row.id), *row[2:]), strict=True)) for row in report.findings]
    if as_json:
        print_json(
            {
                "release": report.release,
                "adopted": report.adopted,
                "findings": rows,
                "default_passwords": report.default_passwords,
                "has_admin": report.has_admin,
            }
        )
        return
    if is_csv() or rows:
        show_list([Page(rows, len(rows))], COLUMNS, as_json=False)
    if not is_csv():
        state = "adopted before" if report.adopted else "not adopted yet"
        click.echo(f"Umami {report.release}, {state}; {counted(len(rows), 'row')} to repair.")
    _warn(report)


def _warn(report: Report) -> None:
    for name in report.default_passwords:
        warn(
            f"{plain(name)} STILL HAS UMAMI'S DEFAULT PASSWORD, which everyone knows. Frontdesk has it changed at the "
            "next login; change it now if Umami can be reached directly."
        )
    if not report.has_admin:
        warn("there is no administrator. After the adoption, frontdesk setup creates one.")


def _say(text: str) -> None:
    click.echo(text, err=True)
